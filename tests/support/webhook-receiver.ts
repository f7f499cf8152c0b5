import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  readonly id: string;
  readonly body: {
    kind: string;
    exercise: boolean;
    label: string;
    warning: { identifier: string; revision: number };
  } & Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
  readonly valid: boolean;
}

/** The other side of a webhook, in a test's hands: keeps every call, answers what the test says. */
export class WebhookReceiver {
  readonly calls: Call[] = [];
  /** The answer to a call; 0 breaks the connection, 'hang' gives none. */
  answer: (call: Call) => { status: number | 'hang'; headers?: Record<string, string>; body?: string } = () => ({
    status: 200,
  });
  #server: Server | undefined;
  #port = 0;
  #waiting: (() => void)[] = [];

  constructor(private readonly key: string) {}

  get url(): string {
    return `http://127.0.0.1:${this.#port}/warnings`;
  }

  async open(): Promise<void> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const call: Call = {
          id: String(request.headers['x-fenghuo-delivery']),
          body: JSON.parse(text) as Call['body'],
          headers: request.headers,
          valid: this.#isSigned(request.headers, text),
        };
        this.calls.push(call);
        for (const wake of this.#waiting.splice(0)) wake();
        const { status, headers = {}, body = '' } = this.answer(call);
        if (status === 'hang') return;
        if (status === 0) return void request.socket.destroy();
        response.writeHead(status, headers).end(body);
      });
    });
    await new Promise<void>((done) => void this.#server?.listen(this.#port, '127.0.0.1', done));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((done) => void server.close(() => done()));
    server.closeAllConnections();
    await closed;
  }

  /** Resolves once so many calls have come. */
  async heard(count: number): Promise<readonly Call[]> {
    while (this.calls.length < count) await new Promise<void>((wake) => this.#waiting.push(wake));
    return this.calls;
  }

  #isSigned(headers: IncomingHttpHeaders, text: string): boolean {
    const expected = createHmac('sha256', this.key)
      .update(`${headers['x-fenghuo-timestamp'] as string}.${text}`)
      .digest();
    const [version, given = ''] = String(headers['x-fenghuo-signature']).split('=');
    const bytes = Buffer.from(given, 'hex');
    return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
  }
}
