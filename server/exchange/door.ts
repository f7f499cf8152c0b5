import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { jsonOf } from '../../exchange/canonical.js';
import type { Exchange } from '../../exchange/exchange.js';
import {
  BUNDLE_BYTES,
  CLOCK_SKEW_MS,
  NAMELESS_REFUSALS,
  REFUSALS,
  Refusal,
  type Signed,
} from '../../model/exchange.js';
import { isUnavailable } from '../../prisma/store/failure.js';
import { refuse, reply } from '../http/reply.js';
import { blockOf } from '../limits/caller.js';
import type { Doorkeeper } from '../limits/doorkeeper.js';

/** Receipts come by the hundred, each in JSON within JSON. */
const RECEIPTS_BYTES = 2 * BUNDLE_BYTES;
const RECEIPTS = 100;
const receiptsShape = z.strictObject({
  receipts: z.array(z.strictObject({ body: z.string(), signature: z.string() })).max(RECEIPTS),
});

export interface DoorOptions {
  /** Undefined while the hub is starting, and where its settings have no exchange. */
  readonly exchange: () => Exchange | undefined;
  readonly doorkeeper: Doorkeeper;
  readonly now: () => Date;
}

/**
 * POST /exchange/v1/bundles and /exchange/v1/receipts. What came is judged by its signature alone: there is no other credential. 202 with signed
 * receipts, or the refusal's code, reason and, for a gap, what must come first.
 */
export class ExchangeDoor {
  readonly #gate = new Gate();

  constructor(private readonly options: DoorOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { doorkeeper } = this.options;
    const shut = await doorkeeper.shutOut(request);
    if (shut) return refuse(request, response, shut);
    const exchange = this.options.exchange();
    if (!exchange) return answer(request, response, 404, { error: { code: 'NOT_FOUND', reason: 'no exchange here' } });
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      return answer(request, response, 405, { error: { code: 'BAD_SHAPE', reason: 'use POST' } });
    }
    const leave = this.#gate.enter(doorkeeper.addressOf(request));
    try {
      // Nothing of it is read or written down: whoever comes by the hundred costs no memory.
      if (!leave) throw new Refusal('NOT_NOW', 'too much is coming in at once: send it again in a few seconds');
      if (path === '/exchange/v1/bundles') return answer(request, response, 202, await this.#bundle(request, exchange));
      if (path === '/exchange/v1/receipts')
        return answer(request, response, 200, await this.#receipts(request, exchange));
      return answer(request, response, 404, { error: { code: 'NOT_FOUND', reason: 'bundles or receipts' } });
    } catch (error) {
      const refusal = refusalOf(error);
      // Answered with our signed word, it was the peer's own text: no one's guess.
      if (NAMELESS_REFUSALS.includes(refusal.code) && refusal.receipts.length === 0)
        await doorkeeper.countWrong(request);
      const { code, expected, reason, receipts } = refusal;
      return answer(request, response, REFUSALS[code], {
        error: { code, reason, ...(expected === undefined ? {} : { expected }) },
        ...(receipts.length > 0 && { receipts: receipts.map(({ body, signature }) => ({ body, signature })) }),
      });
    } finally {
      leave?.();
    }
  }

  async #bundle(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
    const road = 'HTTPS push';
    const signature = String(request.headers['x-jws-signature'] ?? '');
    const { text, size } = await readText(request, BUNDLE_BYTES);
    const signed: Signed = { body: text, signature };
    const fault = size > BUNDLE_BYTES ? tooLarge(BUNDLE_BYTES) : (this.#skew(request) ?? keyFault(request, text));
    if (fault) {
      await exchange.refused(fault, { road, signed, act: 'bundle refused', size });
      // Said of a header that anybody can send: without a count there would be no end to what is written down of it.
      if (!NAMELESS_REFUSALS.includes(fault.code)) await this.options.doorkeeper.countWrong(request);
      throw fault;
    }
    const heard = Number(/^\d{1,15}$/.exec(String(request.headers['exchange-heard'] ?? ''))?.[0] ?? 0);
    return exchange.bundle(signed, road, heard);
  }

  async #receipts(request: IncomingMessage, exchange: Exchange): Promise<unknown> {
    const road = 'HTTPS push';
    const { text, size } = await readText(request, RECEIPTS_BYTES);
    const found = size > RECEIPTS_BYTES ? undefined : receiptsShape.safeParse(jsonOf(text));
    if (found?.success) return exchange.receipts(found.data.receipts, road);
    const fault = found
      ? new Refusal('BAD_SHAPE', 'send { "receipts": [{ "body", "signature" }, …] }, at most 100')
      : tooLarge(RECEIPTS_BYTES);
    await exchange.refused(fault, { road, signed: { body: text, signature: '' }, act: 'receipts refused', size });
    throw fault;
  }

  /** A sender that says when it sends is told when its clock, or ours, is wrong. */
  #skew({ headers }: IncomingMessage): Refusal | undefined {
    const said = headers['exchange-sent-at'];
    if (said === undefined) return undefined;
    const now = this.options.now();
    const off = Date.parse(String(said)) - now.getTime();
    if (Math.abs(off) <= CLOCK_SKEW_MS) return undefined;
    const what = Number.isNaN(off)
      ? 'is no time'
      : `is ${Math.round(off / 1000)} s off ${now.toISOString()} here; 300 s are tolerated`;
    return new Refusal('CLOCK_SKEW', `Exchange-Sent-At ${what}: set the clocks`);
  }
}

/** Bodies that are read at a time, of everybody and of one address block: each may be as large as a bundle. */
const AT_ONCE = 32;
const AT_ONCE_FROM_ONE = 4;

/** Lets so many in at a time. */
class Gate {
  #inside = 0;
  readonly #from = new Map<string, number>();

  /** What to call when leaving; undefined where it is full. */
  enter(address: string): (() => void) | undefined {
    const block = blockOf(address);
    const own = this.#from.get(block) ?? 0;
    if (this.#inside >= AT_ONCE || own >= AT_ONCE_FROM_ONE) return undefined;
    this.#inside += 1;
    this.#from.set(block, own + 1);
    return () => {
      this.#inside -= 1;
      const left = (this.#from.get(block) ?? 1) - 1;
      if (left > 0) this.#from.set(block, left);
      else this.#from.delete(block);
    };
  }
}

const tooLarge = (most: number): Refusal =>
  new Refusal('TOO_LARGE', `at most ${most} bytes are taken: send less at once`);

/** The key of a call is the bundle's own id, so that whatever repeats the call on the way repeats the same bundle. */
function keyFault({ headers }: IncomingMessage, text: string): Refusal | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return new Refusal('BAD_SHAPE', 'send Idempotency-Key: <bundleId>');
  const { bundleId } = (jsonOf(text) ?? {}) as { bundleId?: unknown };
  return bundleId === undefined || bundleId === key
    ? undefined
    : new Refusal('BAD_SHAPE', 'Idempotency-Key is not the bundleId');
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isUnavailable(error)) return new Refusal('NOT_NOW', 'it cannot be kept just now: send it again later');
  throw error;
}

/** The body as text, its beginning where it is larger than `most`: the rest is not read. */
async function readText(request: IncomingMessage, most: number): Promise<{ text: string; size: number }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > most) return { text: '', size: declared };
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > most) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), size };
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, body: unknown): void {
  // What was not read to its end is not read at all.
  if (!request.complete) response.setHeader('connection', 'close');
  if (status === 503) response.setHeader('retry-after', '5');
  response.setHeader('cache-control', 'no-store');
  reply(response, status, JSON.stringify(body), 'application/json; charset=utf-8');
}
