import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFeedKey } from '../model/audit.js';
import { HubError } from '../model/errors.js';
import type { PushDoor, PushReply, PushRequest } from '../model/push.js';
import type { Pushes } from './audit/pushes.js';

interface Opened {
  readonly maxBytes: number;
  readonly handle: (request: PushRequest) => Promise<PushReply>;
  readonly opens: (authorization: string | undefined) => boolean;
}

/** Serves POST /feeds/<feed id> for the push feeds that have opened it. */
export class PushRouter implements PushDoor {
  readonly #open = new Map<string, Opened>();
  /** Until the settings are read, any feed may be one that is about to open. */
  #configured: ReadonlySet<string> | undefined;

  constructor(private readonly pushes: Pushes) {}

  /** Says which feeds this hub has: a door of theirs that is closed for the moment is answered 503, any other 404. */
  expect(feedIds: Iterable<string>): void {
    this.#configured = new Set(feedIds);
  }

  open(
    feedId: string,
    maxBytes: number,
    handle: Opened['handle'],
    opens: Opened['opens'],
  ): { path: string; close(): void } {
    const path = `/feeds/${feedId}`;
    const opened = { maxBytes, handle, opens };
    this.#open.set(path, opened);
    return { path, close: () => void (this.#open.get(path) === opened && this.#open.delete(path)) };
  }

  /** `address`: where it comes from, for the audit. */
  async handle(request: IncomingMessage, response: ServerResponse, path: string, address: string): Promise<void> {
    const opened = this.#open.get(path);
    if (!opened) return send(response, this.#closed(path), true);
    if (request.method !== 'POST') return send(response, fault(405, 'use POST'));
    const reply = await this.#push(request, path, opened, address).catch(refusal);
    // What was not read to its end is not read at all.
    send(response, reply, !request.complete);
  }

  /** Its bearer is judged before the body is read, and again behind it: a key may have been revoked, or the door changed, while it came. */
  async #push(request: IncomingMessage, path: string, opened: Opened, address: string): Promise<PushReply> {
    const { authorization, 'content-type': contentType } = request.headers;
    const knock = this.pushes.knock(path.slice('/feeds/'.length), authorization, address);
    await this.pushes.admit(knock, opened.opens);
    const body = await readBody(request, opened.maxBytes);
    const door = this.#open.get(path);
    const pusher = await this.pushes.admit(knock, (door ?? opened).opens);
    return this.pushes.taken(knock, pusher, () => {
      if (!body) return fault(413, `the body is larger than ${opened.maxBytes} bytes`);
      return door?.handle({ authorization, byFeeder: !isFeedKey(pusher), contentType, body }) ?? this.#closed(path);
    });
  }

  #closed(path: string): PushReply {
    const known = this.#configured?.has(path.slice('/feeds/'.length)) ?? true;
    return known
      ? fault(503, 'this feed is not open at the moment: send it again later')
      : fault(404, 'no such feed here');
  }
}

const fault = (status: number, what: string): PushReply => ({ status, body: JSON.stringify({ error: what }) });

/** What a caller sees of a push that was not admitted; which of its rights is missing is in the audit alone. */
function refusal(error: unknown): PushReply {
  if (!(error instanceof HubError)) throw error;
  if (error.code === 'SOURCE_UNAVAILABLE') return fault(503, error.publicMessage);
  if (error.code !== 'UNAUTHENTICATED' && error.code !== 'FORBIDDEN') throw error;
  return fault(401, 'send the key of this feed, or of a FEEDER of its department, as "authorization: Bearer <key>"');
}

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
