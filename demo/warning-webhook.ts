import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandIn } from './stand-in.js';

/** Older or newer calls are somebody's copy of an earlier one. */
const CLOCK_SECONDS = 300;
const MAX_BYTES = 1_000_000;
const KEPT = 500;

/** A school's public address system: takes signed warnings, each once however often it is sent (docs/channels.md). */
export class WarningWebhook implements StandIn {
  readonly name = 'school broadcasting (webhook)';
  /** By delivery id: what was taken, in order. */
  readonly taken = new Map<
    string,
    { readonly kind: string; readonly identifier: string; readonly exercise: boolean }
  >();
  readonly #server: Server;

  constructor(
    private readonly key: string,
    private readonly now: () => Date,
  ) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_BYTES) chunks.push(chunk);
      });
      request.on('end', () => {
        const [status, body] = this.#answer(request.headers, Buffer.concat(chunks), size);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
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

  #answer(headers: IncomingHttpHeaders, body: Buffer, size: number): [number, Readonly<Record<string, string>>] {
    const { 'x-fenghuo-delivery': id, 'x-fenghuo-timestamp': timestamp, 'x-fenghuo-signature': signature } = headers;
    if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string' || size > MAX_BYTES)
      return [400, { error: 'incomplete' }];
    if (Math.abs(this.now().getTime() / 1000 - Number(timestamp)) > CLOCK_SECONDS || !/^\d{1,12}$/.test(timestamp))
      return [401, { error: 'too old or too new' }];
    const expected = Buffer.from(
      `v1=${createHmac('sha256', this.key).update(`${timestamp}.`).update(body).digest('hex')}`,
    );
    const given = Buffer.from(signature);
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      return [401, { error: 'wrong signature' }];
    // The same again is answered as before and not announced twice.
    if (!this.taken.has(id)) this.#take(id, body);
    return [200, { receipt: `XY-${id.slice(0, 8)}` }];
  }

  #take(id: string, body: Buffer): void {
    const { kind, exercise, warning } = JSON.parse(body.toString('utf8')) as {
      kind: string;
      exercise: boolean;
      warning: { identifier: string };
    };
    this.taken.set(id, { kind, exercise, identifier: warning.identifier });
    const [oldest] = this.taken.keys();
    if (this.taken.size > KEPT && oldest !== undefined) this.taken.delete(oldest);
  }
}
