import type { FeedRuntime } from '../connectors/runtime.js';
import { HubError } from '../model/errors.js';
import type { RetryRequest, RetryResult } from '../model/repair.js';
import type { Database } from '../prisma/database.js';
import { countRejections, nextInput } from '../prisma/store/rejected-inputs.js';

export interface RepairOptions {
  readonly db: Database;
  readonly runtime: (feedId: string) => FeedRuntime | undefined;
}

/** Reads rejected inputs again, after a mapping or a station list was put right. */
export class Repair {
  readonly #busy = new Set<string>();
  constructor(private readonly options: RepairOptions) {}

  /**
   * The oldest inputs first, each in a transaction of its own: what is right now is stored, what is not stays rejected, and a
   * crash in between repeats nothing. One call a feed at a time.
   */
  async retryRejected(feedId: string, request: RetryRequest): Promise<RetryResult> {
    const runtime = this.options.runtime(feedId);
    if (!runtime) throw new HubError('NOT_FOUND', `no feed "${feedId}" in this hub's settings`);
    if (this.#busy.has(feedId)) throw new HubError('CONFLICT', `"${feedId}" is being retried already: wait for that`);
    this.#busy.add(feedId);
    try {
      return await this.#retry(runtime, request);
    } finally {
      this.#busy.delete(feedId);
    }
  }

  async #retry(runtime: FeedRuntime, { reason, first, after: from = 0 }: RetryRequest): Promise<RetryResult> {
    const db = this.options.db.write;
    let inputs = 0;
    let repaired = 0;
    let after = from;
    for (; inputs < first; inputs += 1) {
      const input = await nextInput(db, runtime.id, reason, after);
      if (!input) break;
      after = input.id;
      const gone = await runtime.replay(input);
      if (gone === undefined)
        throw new HubError('CONFLICT', `"${runtime.id}" cannot read its inputs again: have the source send them anew`);
      repaired += gone;
    }
    const { retriable, notKept } = await countRejections(db, runtime.id, reason);
    return {
      feedId: runtime.id,
      inputs,
      continueAfter: inputs === first ? after : null,
      repaired,
      remaining: retriable,
      notKept,
    };
  }
}
