import { messageOf } from '../../../model/errors.js';
import type { LiveAnswer, LiveAnswers, LiveNoun, LiveValue } from '../../../model/live.js';
import type { FeedContext } from '../../connector.js';
import { Breaker, Busy, LeftAlone } from './breaker.js';
import type { ItemAnswers } from './items.js';
import { LastKnown } from './last-known.js';
import { askRemote, batchesOf, type CallContext } from './remote.js';
import type { LiveSettings } from './settings.js';

/** What of the feed's context a request needs. */
export type LiveContext = CallContext & Pick<FeedContext, 'now' | 'take' | 'contact'>;

/** The new value of one code, or why there is none. */
type Asked = { readonly value: LiveValue } | { readonly value?: undefined; readonly reason: string };

/** Requests whose rejects may wait to be stored. */
const MAX_STORING = 8;

/**
 * One department's service, asked at query time: a short cache, one request for all codes of a question and one for equal
 * questions that come meanwhile, a time limit, a circuit breaker, and the last known value where there is no new one.
 */
export class LiveSource implements LiveAnswers {
  readonly #known: LastKnown;
  readonly #breaker: Breaker;
  readonly #underWay = new Map<string, Promise<Asked>>();
  #context: LiveContext | undefined;
  #lastCodes: readonly string[];
  #lastReceivedAt: Date | null = null;
  #storing = 0;
  /** Told of every failure of the service, or of keeping what it said wrongly. */
  onFailure: (error: Error) => void = () => {};

  constructor(
    private readonly feedId: string,
    private readonly noun: LiveNoun,
    private readonly settings: LiveSettings,
  ) {
    this.#known = new LastKnown({ codes: settings.maxCodesKept, keepMs: settings.keepSeconds * 1000 });
    this.#breaker = new Breaker(settings);
    this.#lastCodes = settings.probeCodes;
  }

  /** From now on requests are made with this context, until its signal aborts. */
  open(context: LiveContext): void {
    this.#context = context;
  }

  async ask(codes: readonly string[], spentMs: number): Promise<readonly LiveAnswer[]> {
    const context = this.#context;
    if (!context || context.signal.aborted) return codes.map(() => this.#without('the feed does not run'));
    const now = context.now();
    const due = [...new Set(codes)].filter((code) => !this.#isFresh(code, now));
    for (const batch of batchesOf(
      this.settings,
      due.filter((code) => !this.#underWay.has(code)),
    ))
      this.#start(batch, context);
    const limit = new TimeLimit(this.settings.timeoutMs - spentMs);
    const asked = new Map(
      await Promise.all(
        due.map(async (code) => [code, await limit.on(this.#underWay.get(code) ?? this.#nothing())] as const),
      ),
    );
    limit.clear();
    return codes.map((code) => this.#answer(code, asked.get(code), context.now()));
  }

  /** Asks again what was asked last, so that the service's state, and the values, are known without a question. */
  async probe(): Promise<void> {
    const context = this.#context;
    if (!context) return;
    await this.#request(this.#lastCodes, context).catch((error: unknown) => {
      if (!(error instanceof Busy)) throw error;
    });
  }

  #isFresh(code: string, now: Date): boolean {
    const found = this.#known.find(code, now);
    return found !== undefined && now.getTime() - found.receivedAt.getTime() < this.settings.cacheSeconds * 1000;
  }

  /** `asked` undefined: the value at hand is fresh. */
  #answer(code: string, asked: Asked | undefined, now: Date): LiveAnswer {
    if (asked?.value) return { feedId: this.feedId, value: asked.value, stale: false };
    const value = this.#known.find(code, now);
    if (value) return { feedId: this.feedId, value, stale: asked !== undefined };
    return this.#without(asked?.reason ?? 'it is not known any more');
  }

  #without(reason: string): LiveAnswer {
    return { feedId: this.feedId, reason, lastReceivedAt: this.#lastReceivedAt };
  }

  async #nothing(): Promise<Asked> {
    return { reason: 'it was not asked' };
  }

  /** One request; every code of it is under way until it ends. */
  #start(batch: readonly string[], context: LiveContext): void {
    const request = this.#request(batch, context);
    for (const code of batch) {
      const asked = request.then(
        (values): Asked => values.get(code) ?? { reason: 'it was not asked' },
        (error: unknown): Asked => ({ reason: messageOf(error) }),
      );
      this.#underWay.set(code, asked);
      void asked.then(() => this.#underWay.delete(code));
    }
  }

  async #request(codes: readonly string[], context: LiveContext): Promise<ReadonlyMap<string, Asked>> {
    this.#lastCodes = codes.length > 0 ? codes : this.#lastCodes;
    try {
      const answers = await this.#breaker.run(() => askRemote(this.noun, this.settings, codes, context));
      return this.#take(answers, context);
    } catch (error) {
      if (!(error instanceof Busy || error instanceof LeftAlone) && !context.signal.aborted)
        this.onFailure(error instanceof Error ? error : new Error(messageOf(error)));
      throw error;
    }
  }

  #take({ byCode, rejects }: ItemAnswers, context: LiveContext): ReadonlyMap<string, Asked> {
    const receivedAt = context.now();
    this.#lastReceivedAt = receivedAt;
    context.contact();
    if (rejects.length > 0) this.#reject(rejects, context);
    return new Map(
      [...byCode].map(([code, answer]): [string, Asked] => {
        if (answer.fault !== undefined) return [code, { reason: answer.fault }];
        const value = { fields: answer.fields, observedAt: answer.observedAt, receivedAt };
        this.#known.keep(code, value);
        return [code, { value }];
      }),
    );
  }

  /** Rejects are kept beside the question, which does not wait for the database. */
  #reject(rejects: ItemAnswers['rejects'], context: LiveContext): void {
    if (this.#storing >= MAX_STORING) {
      this.onFailure(new Error('what it said wrongly cannot be kept: the database does not take it'));
      return;
    }
    this.#storing += 1;
    context
      .take({ records: [], rejects })
      .catch((error: unknown) => this.onFailure(error instanceof Error ? error : new Error(messageOf(error))))
      .finally(() => {
        this.#storing -= 1;
      });
  }
}

/** The time that one question may take, however many answers it waits for. */
class TimeLimit {
  #timer: NodeJS.Timeout | undefined;
  readonly #over: Promise<Asked>;

  constructor(ms: number) {
    this.#over = new Promise((done) => {
      this.#timer = setTimeout(() => done({ reason: 'it did not answer in time' }), Math.max(0, ms));
    });
  }

  on(asked: Promise<Asked>): Promise<Asked> {
    return Promise.race([asked, this.#over]);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
