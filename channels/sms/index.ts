import { z } from 'zod';
import { CallError, call, type HttpAnswer, retryAfterMs } from '../../connectors/shared/calls/http-call.js';
import type { OutgoingChange } from '../../model/delivery.js';
import type { Channel, ChannelContext, ChannelKind } from '../channel.js';
import type { Addressee, Receipt, Returned, SendOutcome } from '../outcome.js';
import { cut, withoutNumbers } from '../texts.js';
import { type Settings, settings } from './config.js';
import { smsTexts } from './text.js';

const MAX_ANSWER_BYTES = 1_000_000;

/** The gateway's answer to a batch; `ref` is our delivery's id. */
const taken = z.object({
  results: z
    .array(
      z.object({
        ref: z.string(),
        accepted: z.boolean(),
        id: z.string().max(200).optional(),
        reason: z.string().optional(),
      }),
    )
    .max(2000),
});
const reports = z.object({
  reports: z
    .array(z.object({ ref: z.uuid(), state: z.enum(['DELIVERED', 'FAILED']), reason: z.string().optional() }))
    .max(5000),
  next: z.string().max(200).optional(),
});

export const sms: ChannelKind<Settings> = {
  kind: 'sms',
  settings,
  to: () => 'phones',
  create: (_name, own) => new SmsGateway(own),
};

/** Texts to telephones by a gateway over HTTP (README.md). Numbers are in the calls alone. */
class SmsGateway implements Channel {
  readonly address: string;
  readonly batch: number;
  readonly receipts: NonNullable<Channel['receipts']>;
  #after = '';

  constructor(private readonly own: Settings) {
    this.address = own.url;
    this.batch = own.batch;
    this.receipts = {
      everyMs: own.reportSeconds * 1000,
      always: false,
      read: (context) => this.#reports(context),
    };
  }

  async send(change: OutgoingChange, to: readonly Addressee[], context: ChannelContext): Promise<SendOutcome[]> {
    const reachable = to.filter(({ phone }) => phone !== null);
    const body = JSON.stringify({
      exercise: change.warning.status !== 'ACTUAL',
      texts: smsTexts(change, this.own),
      to: reachable.map(({ id, phone }) => ({ ref: id, number: phone })),
    });
    const outcomes = reachable.length > 0 ? await this.#post(body, context) : () => NO_NUMBER;
    return to.map(({ id, phone }) => (phone === null ? NO_NUMBER : outcomes(id)));
  }

  async #post(body: string, context: ChannelContext): Promise<(ref: string) => SendOutcome> {
    const answer = await this.#call('POST', '/messages', context, body);
    const { status } = answer;
    if (status === 429 || status === 408 || status >= 500)
      return () => ({ state: 'busy', reason: `answered ${status}`, afterMs: retryAfterMs(answer, context.now()) });
    if (status === 401 || status === 403)
      return () => ({ state: 'busy', reason: `answered ${status}: is the key right?` });
    if (status === 410) return () => ({ state: 'off', reason: 'answered 410: it wants no more' });
    if (status < 200 || status > 299) return () => ({ state: 'refused', reason: `answered ${status}` });
    const { results } = parse(taken, answer, 'its answer to a batch');
    const byRef = new Map(results.map((each) => [each.ref, each]));
    return (ref) => {
      const result = byRef.get(ref);
      if (!result) return { state: 'refused', reason: 'the gateway said nothing of it' };
      if (result.accepted) return { state: 'SENT', receiptId: result.id };
      return { state: 'refused', reason: told(result.reason, 'the gateway refused it'), final: true };
    };
  }

  async #reports(context: ChannelContext): Promise<Returned> {
    const answer = await this.#call('GET', `/reports?after=${encodeURIComponent(this.#after)}`, context);
    if (answer.status !== 200) throw new CallError(`${this.address}/reports answered ${answer.status}`);
    const { reports: list, next } = parse(reports, answer, 'its reports');
    return {
      receipts: list.map(
        ({ ref, state, reason }): Receipt => ({ of: { id: ref }, state, detail: told(reason, state.toLowerCase()) }),
      ),
      rejected: [],
      // Only what is in the ledger is passed over next time; after a restart all is asked for again, and changes nothing.
      done: () => {
        this.#after = next ?? this.#after;
        return Promise.resolve();
      },
    };
  }

  #call(method: 'GET' | 'POST', path: string, { signal, dial }: ChannelContext, body?: string): Promise<HttpAnswer> {
    return call(`${this.own.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.own.key}`,
        'user-agent': 'fenghuo',
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: this.own.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
      dial,
    });
  }
}

const NO_NUMBER: SendOutcome = { state: 'refused', reason: 'the register has no number of it any more', final: true };

/** What the gateway says, without numbers that it may repeat. */
const told = (reason: string | undefined, otherwise: string): string =>
  cut(withoutNumbers((reason ?? '').replaceAll(/\p{Cc}/gu, ' ').trim() || otherwise), 200);

/** The gateway's words are not repeated: they may hold numbers. */
function parse<T>(shape: z.ZodType<T>, { body }: HttpAnswer, what: string): T {
  try {
    return shape.parse(JSON.parse(body));
  } catch {
    throw new CallError(`the gateway is not understood: ${what} is not as agreed`);
  }
}
