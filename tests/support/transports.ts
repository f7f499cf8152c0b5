import { RawSocket } from './raw-socket.js';

export const TRANSPORTS = ['POST', 'GET', 'SSE', 'WebSocket'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface Sent {
  readonly query?: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly extensions?: unknown;
  readonly documentId?: string;
}

/** What came back for one operation, on whatever transport. */
export interface Answer {
  /** Of HTTP; 200 over WebSocket. */
  readonly status: number;
  readonly data: unknown;
  readonly codes: readonly string[];
  readonly messages: readonly string[];
  /** Every byte of it. */
  readonly text: string;
  readonly milliseconds: number;
}

/** Sends one operation and waits for its first answer. */
export async function sendOver(transport: Transport, url: string, sent: Sent, key?: string): Promise<Answer> {
  const startedAt = performance.now();
  const { status, text } =
    transport === 'WebSocket' ? await bySocket(url, sent, key) : await byHttp(transport, url, sent, key);
  const milliseconds = performance.now() - startedAt;
  const body = /^event: next\ndata: (.*)$/m.exec(text)?.[1] ?? text;
  const { data, errors = [] } = parsed(body);
  return {
    status,
    data: data ?? null,
    codes: errors.map(({ extensions }) => String(extensions?.code)),
    messages: errors.map(({ message }) => message),
    text,
    milliseconds,
  };
}

interface Body {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions?: { code?: unknown } }[];
}

function parsed(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}

async function byHttp(transport: Transport, url: string, sent: Sent, key?: string) {
  const headers = {
    accept: transport === 'SSE' ? 'text/event-stream' : 'application/graphql-response+json',
    ...(key ? { authorization: `Bearer ${key}` } : {}),
  };
  const signal = AbortSignal.timeout(20_000);
  const response =
    transport === 'GET'
      ? await fetch(addressOf(url, sent), { headers, signal })
      : await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(sent),
          signal,
        });
  return { status: response.status, text: await response.text() };
}

function addressOf(url: string, sent: Sent): string {
  const parts = Object.entries(sent).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
  );
  return `${url}/graphql?${new URLSearchParams(parts)}`;
}

async function bySocket(url: string, sent: Sent, key?: string) {
  const socket = await RawSocket.acknowledged(url, key);
  socket.subscribe('1', { query: '', ...sent });
  const { type, payload } = await socket.next(({ id }) => id === '1', 20_000);
  const body = type === 'error' ? { errors: payload } : payload;
  // Whatever is wrong with an operation, its socket goes on.
  socket.subscribe('2', { query: '{ __typename }' });
  await socket.next(({ id }) => id === '2', 20_000);
  socket.end();
  return { status: 200, text: JSON.stringify(body) };
}
