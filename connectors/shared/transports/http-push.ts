import { createHash, timingSafeEqual } from 'node:crypto';
import type { PushReply, PushRequest } from '../../../model/push.js';
import type { Outcome, RejectReason } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { withInput } from '../with-input.js';
import { type Cleared, withhold } from '../withheld.js';

export interface PushOptions {
  readonly feedId: string;
  /** The feed's own key; callers send `authorization: Bearer <key>`. */
  readonly key: string;
  /** Media types without parameters, e.g. "application/xml". */
  readonly contentTypes: readonly string[];
  readonly maxBytes: number;
  /** Bodies being stored at once; further calls are told to come back. */
  readonly maxAtOnce: number;
  /** Until a call is answered: what is not stored by then is told to come back. */
  readonly timeoutMs: number;
  /** Takes out what must not be kept, before anything else sees the body: what is read, kept, hashed or answered is what it returns. */
  readonly redact?: (body: Uint8Array) => Cleared;
}

const RETRY_SECONDS = 5;

type Read = (body: Uint8Array) => Outcome | Promise<Outcome>;

/**
 * Serves a feed's push address until the context's signal aborts, then closes it and waits for the calls under way.
 * Each body goes through `read`, and is answered only after the commit: 202 taken in, 400 with what was wrong and where, 401, 413,
 * 415, or 503 where nothing is known to be stored. An outcome without records and rejects is a sign of life.
 */
export async function receivePushes(context: FeedContext, options: PushOptions, read: Read): Promise<void> {
  if (context.signal.aborted) return;
  const underWay = new Set<Promise<PushReply>>();
  const working = new Set<Promise<Outcome>>();
  const opens = (authorization: string | undefined): boolean => authorised(authorization, options.key);
  const handle = async (request: PushRequest): Promise<PushReply> => {
    if (!request.byFeeder && !opens(request.authorization))
      return fault(
        401,
        'send the key of this feed, or of a FEEDER of its department, as "authorization: Bearer <key>"',
      );
    // What was answered at the time limit still counts until it is settled: a hanging database gathers no more than this.
    if (working.size >= options.maxAtOnce) return comeBack(`${working.size} calls are under way`);
    const cleared = clear(options, request.body);
    const refused = refusal(options, request, cleared) ?? withheldBody(cleared);
    const work = taken(context, cleared.body, refused?.outcome ?? read).finally(() => working.delete(work));
    working.add(work);
    const reply = answer(work, options.timeoutMs, refused?.status);
    underWay.add(reply);
    return reply.finally(() => underWay.delete(reply));
  };
  const door = context.push.open(options.feedId, options.maxBytes, handle, opens);
  context.listening(door.path);
  await new Promise((stop) => context.signal.addEventListener('abort', stop, { once: true }));
  door.close();
  await Promise.allSettled(underWay);
}

/** Reads a body, and hands over what it holds; resolves after the commit. */
async function taken(context: FeedContext, body: Uint8Array, read: Outcome | Read): Promise<Outcome> {
  const outcome = typeof read === 'function' ? withInput(await read(body), () => body) : read;
  if (outcome.records.length + outcome.rejects.length > 0) await context.take(outcome);
  else context.contact();
  return outcome;
}

async function answer(work: Promise<Outcome>, timeoutMs: number, refused: number | undefined): Promise<PushReply> {
  const outcome = await settled(work, timeoutMs);
  if (typeof outcome === 'string') return comeBack(outcome);
  const rejected = outcome.rejects.map(({ reason, detail }) => ({ reason, detail }));
  const status = refused ?? (outcome.records.length > 0 || rejected.length === 0 ? 202 : 400);
  const taken = outcome.records.length;
  const error = status === 202 ? {} : { error: rejected[0]?.detail };
  return { ...json(status, { ...error, taken, rejected }), taken };
}

/** A redaction that fails has taken nothing out, and what it says of the failure may hold some of the body. */
function clear({ redact, key }: PushOptions, body: Uint8Array): Cleared {
  try {
    return redact?.(body) ?? { body };
  } catch {
    return withhold(body, key, 'cannot-be-stored', 'its redaction failed, which is a fault of the hub');
  }
}

interface Refusal {
  readonly status: number;
  readonly outcome: Outcome;
}

/** A body that is not even read, as a reject for the ledger. */
function refusal(options: PushOptions, request: PushRequest, { body, withheld }: Cleared): Refusal | undefined {
  const refuse = (status: number, reason: RejectReason, detail: string): Refusal => ({
    status,
    outcome: {
      records: [],
      rejects: [{ raw: body, reason, detail: withheld ? `${detail}; ${withheld.detail}` : detail }],
    },
  });
  if (request.body.length > options.maxBytes)
    return refuse(413, 'too-large', `${request.body.length} bytes, at most ${options.maxBytes} are taken`);
  const type = (request.contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (options.contentTypes.includes(type)) return undefined;
  // Where a body may not be kept, neither may what a caller writes in a header.
  const shown = options.redact ? 'another content-type' : `content-type ${JSON.stringify(type.slice(0, 60))}`;
  const sent = type === '' ? 'no content-type' : shown;
  return refuse(415, 'unsupported', `${sent}: send ${options.contentTypes.join(' or ')}`);
}

/** Of what is not kept, nothing can be read again: the reject has no input. */
const withheldBody = ({ body, withheld }: Cleared): Refusal | undefined =>
  withheld && { status: 400, outcome: { records: [], rejects: [{ raw: body, ...withheld }] } };

/** What was committed, or why nothing is known to be. A commit that comes after the limit does no harm: the same body again changes nothing. */
async function settled(work: Promise<Outcome>, timeoutMs: number): Promise<Outcome | string> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<string>((done) => {
    timer = setTimeout(() => done('storing takes too long'), timeoutMs);
  });
  const outcome = await Promise.race([work.catch(() => 'it could not be stored'), limit]);
  clearTimeout(timer);
  return outcome;
}

/** In a time that does not depend on the key or on what was sent in its place. */
function authorised(header: string | undefined, key: string): boolean {
  const sent = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? '';
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(key)) && sent !== '';
}

const json = (status: number, body: unknown): PushReply => ({ status, body: JSON.stringify(body) });
const fault = (status: number, error: string): PushReply => json(status, { error });
const comeBack = (why: string): PushReply =>
  json(503, { error: `${why}: send it again in ${RETRY_SECONDS} s`, retryAfterSeconds: RETRY_SECONDS });
