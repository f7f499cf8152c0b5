import { type FeedRecord, type Outcome, pieceOf, type Reject } from '../model/record.js';

export interface BatcherOptions {
  /** Stores one transaction. Rejects with `unavailable` errors when the database is away, with any other for bad data. */
  readonly write: (outcome: Outcome) => Promise<void>;
  /** True for failures that say nothing about the data (connection lost, deadlock, disk full). */
  readonly isUnavailable: (error: unknown) => boolean;
  readonly maxRecords?: number;
  /** Records waiting; `take` holds its caller back above this. */
  readonly maxPending?: number;
}

interface Waiting {
  readonly outcome: Outcome;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const sizeOf = (outcome: Outcome): number => outcome.records.length + outcome.rejects.length;

/**
 * Group commit for one feed: whatever comes while a write is under way goes into the next transaction, in order.
 * Each `take` settles with its own fate after the commit. A record that cannot be stored is tried in ever smaller
 * groups, at last alone, and then kept as a reject, so that it never holds up what follows.
 */
export class Batcher {
  readonly #waiting: Waiting[] = [];
  #room: (() => void)[] = [];
  #pending = 0;
  #running: Promise<void> | undefined;
  readonly #maxRecords: number;
  readonly #maxPending: number;

  constructor(private readonly options: BatcherOptions) {
    this.#maxRecords = options.maxRecords ?? 2000;
    this.#maxPending = options.maxPending ?? 20_000;
  }

  /** Resolves once everything in `outcome` is committed; rejects when none of it is. */
  async take(outcome: Outcome): Promise<void> {
    while (this.#pending > this.#maxPending) await new Promise<void>((resolve) => this.#room.push(resolve));
    this.#pending += sizeOf(outcome);
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ outcome, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is waiting or being written. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#nextGroup();
      await this.#store(group);
      this.#pending -= group.reduce((sum, each) => sum + sizeOf(each.outcome), 0);
      const room = this.#room;
      this.#room = [];
      for (const open of room) open();
    }
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const each of this.#waiting) {
      size += sizeOf(each.outcome);
      if (count > 0 && size > this.#maxRecords) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #store(group: readonly Waiting[]): Promise<void> {
    try {
      await this.options.write(merge(group.map((each) => each.outcome)));
      for (const each of group) each.resolve();
    } catch (error) {
      if (this.options.isUnavailable(error)) for (const each of group) each.reject(error);
      else for (const each of group) await this.#storeAlone(each);
    }
  }

  async #storeAlone({ outcome, resolve, reject }: Waiting): Promise<void> {
    try {
      await this.#divide(outcome);
      resolve();
    } catch (error) {
      reject(error);
    }
  }

  async #divide(outcome: Outcome): Promise<void> {
    try {
      await this.options.write(outcome);
    } catch (error) {
      if (this.options.isUnavailable(error) || sizeOf(outcome) === 0) throw error;
      const { records, rejects, watermark } = outcome;
      if (records.length === 1 && rejects.length === 0)
        return this.options.write({ ...outcome, ...asReject(records[0] as FeedRecord, error) });
      if (records.length === 0 && rejects.length === 1) throw error;
      const middle = Math.ceil(records.length / 2);
      await this.#divide({ records: records.slice(0, middle), rejects: records.length === 0 ? rejects.slice(1) : [] });
      await this.#divide({
        records: records.slice(middle),
        rejects: records.length === 0 ? rejects.slice(0, 1) : rejects,
        ...(watermark === undefined ? {} : { watermark }),
      });
    }
  }
}

function merge(outcomes: readonly Outcome[]): Outcome {
  const watermark = outcomes.findLast((outcome) => outcome.watermark !== undefined)?.watermark;
  return {
    records: outcomes.flatMap((outcome) => outcome.records),
    rejects: outcomes.flatMap((outcome) => outcome.rejects),
    ...(watermark === undefined ? {} : { watermark }),
  };
}

const asReject = (record: FeedRecord, error: unknown): Pick<Outcome, 'records' | 'rejects'> => {
  const reject: Reject = {
    ...pieceOf(record),
    reason: 'cannot-be-stored',
    detail: `the database refused this ${record.kind}: ${error instanceof Error ? error.message : String(error)}`,
  };
  return { records: [], rejects: [reject] };
};
