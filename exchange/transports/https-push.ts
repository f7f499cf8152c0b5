import { z } from 'zod';
import { call, type Dial, type HttpAnswer, nameOf } from '../../connectors/shared/calls/http-call.js';
import { REFUSALS, type RefusalCode, type Signed } from '../../model/exchange.js';
import { jsonOf } from '../canonical.js';
import type { Answer, OutgoingBundle, Transport } from './transport.js';

export const pushSettings = z.strictObject({
  /** The other side's address, without a path of ours: /exchange/v1/… is added. */
  url: z.url({ protocol: /^https?$/ }),
  /** For one call, its answer included. */
  timeoutMs: z.int().min(100).max(120_000).default(20_000),
});
export type PushSettings = z.infer<typeof pushSettings>;

/** Answers hold receipts; what is longer is none. */
const ANSWER_BYTES = 1_000_000;

const signedTexts = z.array(z.object({ body: z.string(), signature: z.string() })).default([]);

/** What answers say; names that are not understood are left alone. */
const taken = z.object({
  receipts: signedTexts,
  heard: z.int().optional(),
});
const refused = z.object({
  error: z.object({
    code: z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]),
    reason: z.string(),
    expected: z.int().optional(),
  }),
  receipts: signedTexts,
});

/** POST /exchange/v1/bundles and /exchange/v1/receipts: the answer of the other side is its signed receipt. */
export function httpsPush(settings: PushSettings, dial: Dial | undefined, now: () => Date): Transport {
  const base = settings.url.replace(/\/$/, '');
  const post = (
    path: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer> =>
    call(`${base}/exchange/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'exchange-sent-at': now().toISOString(), ...headers },
      ...{ body, timeoutMs: settings.timeoutMs, maxBytes: ANSWER_BYTES, signal, dial },
    });
  return {
    address: nameOf(new URL(base)),
    async send({ body, bundleId, signature }: OutgoingBundle, heard, signal) {
      const headers = { 'idempotency-key': bundleId, 'x-jws-signature': signature, 'exchange-heard': String(heard) };
      return answerOf(await post('bundles', headers, body, signal));
    },
    async sendReceipts(receipts: readonly Signed[], _heard, signal) {
      const sent = receipts.map(({ body, signature }) => ({ body, signature }));
      const answer = await post('receipts', {}, JSON.stringify({ receipts: sent }), signal);
      const last = JSON.parse(receipts.at(-1)?.body ?? '{}') as { number?: number };
      return answerOf(answer, last.number);
    },
  };
}

/**
 * Throws where it is no answer of an exchange: a proxy's page, an error of the server's own; but for 413, which is about what was sent, whoever
 * says it. `upTo`: the number of the last receipt that went.
 */
function answerOf({ status, body }: HttpAnswer, upTo?: number): Answer {
  const value = jsonOf(body);
  const no = refused.safeParse(value);
  if (no.success) return { outcome: 'refused', expected: undefined, ...no.data.error, receipts: no.data.receipts };
  if (status === 413)
    return { outcome: 'refused', code: 'TOO_LARGE', reason: 'HTTP 413 on the way', expected: undefined };
  const yes = taken.safeParse(value);
  if (status >= 300 || !yes.success) throw new Error(`HTTP ${status}, and no answer of an exchange`);
  const { heard, receipts } = yes.data;
  if (upTo !== undefined && heard !== undefined && heard < upTo)
    return {
      outcome: 'refused',
      code: 'SEQ_GAP',
      reason: `receipts are known there up to ${heard}`,
      expected: heard + 1,
    };
  return { outcome: 'taken', receipts };
}
