import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StandIn } from './stand-in.js';

interface Message {
  readonly ref: string;
  readonly number: string;
  readonly texts: readonly { readonly language: string; readonly text: string }[];
}

const MAX_BYTES = 5_000_000;
const KEPT = 2000;

/** An operator's SMS gateway: takes batches, each message once by its `ref`, and reports what arrived. Numbers ending in 9 are switched
 *  off, those ending in 00 are none of its own. */
export class SmsGateway implements StandIn {
  readonly name = 'SMS gateway (HTTP)';
  readonly messages = new Map<string, Message>();
  /** Since the start, also those no longer kept. */
  #forgotten = 0;
  readonly #server: Server;

  constructor(private readonly key: string) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
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

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    try {
      const body = await textOf(request);
      if (request.headers.authorization !== `Bearer ${this.key}`) return answer(401, {});
      const url = new URL(request.url ?? '/', 'http://gateway');
      if (request.method === 'POST' && url.pathname === '/messages') return answer(200, { results: this.#take(body) });
      if (request.method === 'GET' && url.pathname === '/reports')
        return answer(200, this.#reports(Number(url.searchParams.get('after') || 0)));
      answer(404, {});
    } catch {
      answer(400, {});
    }
  }

  #take(body: string): unknown[] {
    const { to, texts } = JSON.parse(body) as { to: { ref: string; number: string }[]; texts: Message['texts'] };
    return to.map(({ ref, number }) => {
      if (number.endsWith('00')) return { ref, accepted: false, reason: `${number} 不是本网号码` };
      if (!this.messages.has(ref)) this.messages.set(ref, { ref, number, texts });
      const [oldest] = this.messages.keys();
      if (this.messages.size > KEPT && oldest !== undefined && this.messages.delete(oldest)) this.#forgotten += 1;
      return { ref, accepted: true, id: `M-${ref.slice(0, 8)}` };
    });
  }

  /** From a place on, at most 500; `next` is where to go on. */
  #reports(after: number): unknown {
    const from = Math.max(0, after - this.#forgotten);
    const all = [...this.messages.values()].slice(from, from + 500);
    return {
      reports: all.map(({ ref, number }) =>
        number.endsWith('9')
          ? { ref, state: 'FAILED', reason: '关机或无法接通' }
          : { ref, state: 'DELIVERED', reason: '' },
      ),
      next: String(this.#forgotten + from + all.length),
    };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error('too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
