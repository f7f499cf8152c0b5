import { NO_HASH } from '../../model/exchange.js';
import type { PeerRow } from '../../model/exchange-rows.js';
import type { Queryable } from '../../prisma/database.js';
import { type ChainName, chainHashes } from '../../prisma/store/exchange-forks.js';
import { type Kept, RejoinRefused } from './book.js';

/** One of the four chains as the two sides keep it. */
export interface Compared {
  /** The last number here. */
  readonly ours: number;
  /** The last number in the other side's export. */
  readonly theirs: number;
  /** Up to here both keep the same. */
  readonly common: number;
  /** What the other side keeps behind that, in its order. */
  readonly beyond: readonly Kept[];
}

export type Comparison = Readonly<Record<ChainName, Compared>>;

const PER_READ = 1000;

/** Where each of the four chains parts. Throws RejoinRefused where what is kept on the two sides does not meet. */
export async function compare(
  db: Queryable,
  row: PeerRow,
  records: AsyncIterable<{ readonly chain: ChainName; readonly kept: Kept }>,
): Promise<Comparison> {
  const walk = (chain: ChainName, end: number): Walk => new Walk(chain, end, numbersOf(db, row.name, chain));
  const walks = {
    OUT: walk('OUT', row.sentSeq),
    IN: walk('IN', row.takenSeq),
    OURS: walk('OURS', row.toldNumber),
    THEIRS: walk('THEIRS', row.heardNumber),
  };
  for await (const { chain, kept } of records) await walks[chain].see(kept);
  return {
    OUT: walks.OUT.compared(),
    IN: walks.IN.compared(),
    OURS: walks.OURS.compared(),
    THEIRS: walks.THEIRS.compared(),
  };
}

interface Link {
  readonly number: number;
  readonly hash: string;
}

async function* numbersOf(db: Queryable, peer: string, chain: ChainName): AsyncGenerator<Link> {
  for (let after = 0; ; ) {
    const rows = await chainHashes(db, peer, chain, after, PER_READ);
    yield* rows;
    after = rows.at(-1)?.number ?? after;
    if (rows.length < PER_READ) return;
  }
}

/** Our own beginning of the chain is no longer kept. */
const DROPPED = 'dropped';
const NOUN = { OUT: 'bundle to it', IN: 'bundle from it', OURS: 'receipt of ours', THEIRS: 'receipt of its' };

/** Goes along one chain on both sides at once. */
class Walk {
  #common = 0;
  #last: Kept | undefined;
  readonly #beyond: Kept[] = [];
  /** Ours: the first that is kept here, and the next to look at. */
  #first: Link | undefined;
  #next: Link | undefined;

  constructor(
    private readonly chain: ChainName,
    private readonly ours: number,
    private readonly own: AsyncGenerator<Link>,
  ) {}

  async see(kept: Kept): Promise<void> {
    const last = this.#last;
    this.#last = kept;
    if (last ? kept.number !== last.number + 1 || kept.previous !== last.hash : !(await this.#begin(kept)))
      throw new RejoinRefused(`${NOUN[this.chain]} ${kept.number} of the file does not follow the one before it`);
    if (this.#beyond.length === 0) {
      const own = await this.#hashAt(kept.number);
      if (own === kept.hash || own === DROPPED) {
        this.#common = kept.number;
        return;
      }
      if (kept.number !== this.#common + 1) throw this.#apart(kept);
    }
    this.#beyond.push(kept);
  }

  /** The beginning of the chain may be dropped there: then the first record names the last one before it. */
  async #begin({ number, previous }: Kept): Promise<boolean> {
    this.#next = (await this.own.next()).value || undefined;
    this.#first = this.#next;
    if (number === 1) return previous === NO_HASH;
    if ((await this.#hashAt(number - 1)) === previous) this.#common = number - 1;
    return true;
  }

  /** The hash of the record of that number here, of rising numbers. */
  async #hashAt(number: number): Promise<string | undefined> {
    if (this.#first && number < this.#first.number) return DROPPED;
    while (this.#next && this.#next.number < number) this.#next = (await this.own.next()).value || undefined;
    return this.#next?.number === number ? this.#next.hash : undefined;
  }

  compared(): Compared {
    return { ours: this.ours, theirs: this.#last?.number ?? 0, common: this.#common, beyond: this.#beyond };
  }

  #apart({ number }: Kept): RejoinRefused {
    const noun = NOUN[this.chain];
    if (number > this.ours + 1)
      return new RejoinRefused(
        `each ${noun} from ${this.ours + 1} to ${number - 1} is missing here and no longer kept there: this side was put back too far to rejoin`,
      );
    return new RejoinRefused(
      `${noun} ${number}, the first that is kept there, is another one here: where the two sides part is no longer kept there`,
    );
  }
}
