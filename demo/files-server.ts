import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandIn } from './stand-in.js';
import type { Story } from './story.js';

export interface ServedFile {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Answers the addresses it knows, undefined for all others. `url` is absolute, so links can be made from its origin. */
export type Route = (url: URL, story: Story, now: Date) => ServedFile | undefined;

/** One HTTP server on loopback, GET and HEAD only, with ETags; the first route that answers is served, else 404. */
export class FilesServer implements StandIn {
  readonly name = 'files (12379, CAP, MUSIC, FIRMS)';
  readonly #server: Server;
  constructor(story: Story, routes: readonly Route[], now: () => Date) {
    this.#server = createServer((request, response) => {
      const base = `http://${request.headers.host ?? '127.0.0.1'}`;
      if (!URL.canParse(request.url ?? '/', base)) return void response.writeHead(400).end();
      const url = new URL(request.url ?? '/', base);
      if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
      const file = firstAnswer(routes, url, story, now());
      if (!file) return void response.writeHead(404).end();
      const etag = `"${createHash('sha256').update(file.body).digest('hex').slice(0, 20)}"`;
      if (request.headers['if-none-match'] === etag) return void response.writeHead(304, { etag }).end();
      response.writeHead(200, { 'content-type': file.contentType, etag });
      response.end(request.method === 'HEAD' ? undefined : file.body);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done, failed) => {
      this.#server.once('error', failed).listen(0, '127.0.0.1', done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((done) => void this.#server.close(() => done()));
    this.#server.closeAllConnections();
    await closed;
  }
}

function firstAnswer(routes: readonly Route[], url: URL, story: Story, now: Date): ServedFile | undefined {
  for (const route of routes) {
    const file = route(url, story, now);
    if (file) return file;
  }
  return undefined;
}
