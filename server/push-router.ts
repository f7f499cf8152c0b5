import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PushDoor, PushReply, PushRequest } from '../model/push.js';

interface Opened {
  readonly maxBytes: number;
  readonly handle: (request: PushRequest) => Promise<PushReply>;
}

/** Serves POST /feeds/<feed id> for the push feeds that have opened it. */
export class PushRouter implements PushDoor {
  /** Whether this credential is of someone who may push the feed; undefined: none but the feed's own key opens it. */
  feeders: ((feedId: string, request: IncomingMessage) => Promise<boolean>) | undefined;
  readonly #open = new Map<string, Opened>();
  /** Until the settings are read, any feed may be one that is about to open. */
  #configured: ReadonlySet<string> | undefined;

  /** Says which feeds this hub has: a door of theirs that is closed for the moment is answered 503, any other 404. */
  expect(feedIds: Iterable<string>): void {
    this.#configured = new Set(feedIds);
  }

  open(feedId: string, maxBytes: number, handle: Opened['handle']): { path: string; close(): void } {
    const path = `/feeds/${feedId}`;
    const opened = { maxBytes, handle };
    this.#open.set(path, opened);
    return { path, close: () => void (this.#open.get(path) === opened && this.#open.delete(path)) };
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const opened = this.#open.get(path);
    if (!opened) return send(response, this.#closed(path), true);
    if (request.method !== 'POST') return send(response, fault(405, 'use POST'));
    const byFeeder = (await this.feeders?.(path.slice('/feeds/'.length), request)) ?? false;
    const body = await readBody(request, opened.maxBytes);
    if (!body) return send(response, fault(413, `the body is larger than ${opened.maxBytes} bytes`), true);
    send(
      response,
      await opened.handle({
        authorization: request.headers.authorization,
        byFeeder,
        contentType: request.headers['content-type'],
        body,
      }),
    );
  }

  #closed(path: string): PushReply {
    const known = this.#configured?.has(path.slice('/feeds/'.length)) ?? true;
    return known
      ? fault(503, 'this feed is not open at the moment: send it again later')
      : fault(404, 'no such feed here');
  }
}

const fault = (status: number, what: string): PushReply => ({ status, body: JSON.stringify({ error: what }) });

function send(response: ServerResponse, reply: PushReply, close = false): void {
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'application/json; charset=utf-8',
    ...(reply.status === 503 ? { 'retry-after': '5' } : {}),
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(reply.body);
}

/** The whole body, or undefined once it is larger than `maxBytes`: the rest is not read. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
