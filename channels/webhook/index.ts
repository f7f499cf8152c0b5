import { call, type HttpAnswer, nameOf, retryAfterMs } from '../../connectors/shared/calls/http-call.js';
import type { OutgoingChange } from '../../model/delivery.js';
import type { Channel, ChannelContext, ChannelKind } from '../channel.js';
import type { Addressee, SendOutcome } from '../outcome.js';
import { type Settings, settings } from './config.js';
import { FORMATS } from './formats.js';
import { signatureOf } from './signature.js';

const MAX_ANSWER_BYTES = 16_384;

export const webhook: ChannelKind<Settings> = {
  kind: 'webhook',
  settings,
  to: ({ recipient }) => ({ one: recipient ?? '' }),
  create: (name, own) => new Webhook(name, own),
};

/** POSTs each change, signed, to one address (README.md). */
class Webhook implements Channel {
  readonly address: string;
  readonly batch = 1;

  constructor(
    private readonly name: string,
    private readonly own: Settings,
  ) {
    this.address = nameOf(new URL(own.url));
  }

  async send(
    change: OutgoingChange,
    to: readonly Addressee[],
    { signal, dial, now }: ChannelContext,
  ): Promise<SendOutcome[]> {
    const outcomes: SendOutcome[] = [];
    for (const { id } of to) {
      const { type, text } = FORMATS[this.own.format](change, id, this.name);
      // Of the moment of the call: a receiver refuses what is older than five minutes.
      const timestamp = String(Math.floor(now().getTime() / 1000));
      const answer = await call(this.own.url, {
        method: 'POST',
        headers: {
          'content-type': type,
          'user-agent': 'fenghuo',
          'x-fenghuo-delivery': id,
          'x-fenghuo-timestamp': timestamp,
          'x-fenghuo-signature': signatureOf(this.own.key, timestamp, text),
        },
        body: text,
        timeoutMs: this.own.timeoutMs,
        maxBytes: MAX_ANSWER_BYTES,
        signal,
        dial,
      });
      outcomes.push(outcomeOf(answer, now()));
    }
    return outcomes;
  }
}

/** 202: taken but not yet acted on; it has arrived once its recipient acknowledges. Any other 2xx: it has arrived. */
function outcomeOf(answer: HttpAnswer, now: Date): SendOutcome {
  const { status } = answer;
  if (status === 202) return { state: 'SENT', receiptId: receiptOf(answer) };
  if (status >= 200 && status <= 299) return { state: 'DELIVERED', receiptId: receiptOf(answer) };
  if (status === 410) return { state: 'off', reason: 'answered 410: it wants no more' };
  const reason = `answered ${status}`;
  if (status === 429 || status === 408 || status >= 500)
    return { state: 'busy', reason, afterMs: retryAfterMs(answer, now) };
  const redirected = status >= 300 && status <= 399;
  return { state: 'refused', reason: redirected ? `${reason}, a redirect, which is not followed` : reason };
}

/** What the receiver calls it: `{"receipt": "…"}`. */
function receiptOf({ body }: HttpAnswer): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    const receipt: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'receipt') : undefined;
    return typeof receipt === 'string' && receipt !== '' ? printable(receipt) : undefined;
  } catch {
    return undefined;
  }
}

const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ').slice(0, 200);
