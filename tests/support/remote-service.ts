import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a department's service may do to whoever asks it. */
export type Mood =
  | 'well'
  | 'hanging'
  | 'dribbling'
  | 'huge'
  | 'failing'
  | 'erring'
  | 'talking'
  | 'cutting'
  | 'redirecting'
  | 'partly';

/** A department's own service on loopback, over GraphQL (POST /graphql) and HTTP (GET /areas?codes=…), with a mood. */
export class RemoteService {
  mood: Mood = 'well';
  /** The codes of every request, in the order in which they came. */
  readonly requests: string[][] = [];
  readonly #dribbles = new Set<NodeJS.Timeout>();
  #server: Server | undefined;

  /** Resolves to its origin. */
  async start(port = 0): Promise<string> {
    this.#server = createServer((request, response) => void this.#serve(request, response)).listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const timer of this.#dribbles) clearInterval(timer);
    this.#server?.closeAllConnections();
    await new Promise((done) => this.#server?.close(done) ?? done(undefined));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const codes = await codesOf(request);
    this.requests.push(codes);
    const graphql = request.method === 'POST';
    response.setHeader('content-type', 'application/json');
    switch (this.mood) {
      case 'hanging':
        return;
      case 'dribbling':
        response.write('{"data":');
        this.#dribbles.add(setInterval(() => response.write(' '), 20));
        return;
      case 'huge':
        response.end(`{"data":{"areas":[]},"areas":[],"padding":"${'x'.repeat(200_000)}"}`);
        return;
      case 'failing':
        response.writeHead(503).end('{}');
        return;
      case 'erring':
        response.end(graphql ? '{"errors":[{"message":"the gates are locked"}]}' : '{"error":"the gates are locked"}');
        return;
      case 'talking':
        response.end('<html>welcome</html>');
        return;
      case 'cutting':
        request.socket.destroy();
        return;
      case 'redirecting':
        response.writeHead(307, { location: '/elsewhere' }).end();
        return;
      default:
        response.end(this.#answer(codes, graphql));
    }
  }

  #answer(codes: readonly string[], graphql: boolean): string {
    const broken = this.mood === 'partly' ? 1 : -1;
    const areas = codes.map((code, i) => (i === broken ? null : { code, spaces: code.length, booked: { today: 7 } }));
    const errors = codes[broken] === undefined ? undefined : [{ message: 'no such gate', path: ['areas', broken] }];
    return JSON.stringify(graphql ? { data: { areas }, errors } : { areas });
  }
}

async function codesOf(request: IncomingMessage): Promise<string[]> {
  if (request.method === 'GET') {
    const codes = new URL(request.url ?? '', 'http://x').searchParams.get('codes') ?? '';
    return codes === '' ? [] : codes.split(',');
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return (JSON.parse(Buffer.concat(chunks).toString()) as { variables: { codes: string[] } }).variables.codes;
}
