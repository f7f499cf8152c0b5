import { createHash } from 'node:crypto';
import type { HubView } from '../connectors/hub-view.js';
import type { FeedStore } from '../connectors/runtime.js';
import { appendEntries } from '../events/log.js';
import type { DivisionIndex } from '../model/area.js';
import type { Batch, BatchResult, Stamped } from '../model/batch.js';
import { canonicalDivision, divisionPrefix } from '../model/division.js';
import type { FeedRecord, Outcome } from '../model/record.js';
import type { Database } from '../prisma/database.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { readWatermark } from '../prisma/store/feeds.js';
import type { Partitions } from '../prisma/store/partitions.js';
import { entriesBrought } from '../prisma/store/read-register.js';
import { writeBatch } from '../prisma/store/write-batch.js';

export interface IngestOptions {
  readonly db: Database;
  readonly partitions: Partitions;
  readonly divisions: DivisionIndex;
  /** Codes of the divisions that bear a name. */
  readonly divisionsNamed?: HubView['divisionsNamed'];
  readonly now: () => Date;
  readonly onBatch?: (feedId: string, result: BatchResult, milliseconds: number) => void;
}

/** The door through which everything enters: stamps records and stores each batch with its log entries in one transaction. */
export class Ingest implements FeedStore {
  constructor(private readonly options: IngestOptions) {}

  async write(feedId: string, outcome: Outcome, repairs?: Batch['repairs']): Promise<BatchResult> {
    const { db, partitions, onBatch } = this.options;
    const startedAt = performance.now();
    const batch = { ...this.#stamp(feedId, outcome), repairs };
    await partitions.ensure(
      outcome.records.flatMap((record) => (record.kind === 'observation' ? [record.observedAt] : [])),
    );
    const result = await db.transaction(async (client) => {
      const written = await writeBatch(client, batch);
      // Last in the transaction: appending holds the log's head until commit.
      if (written.entries.length > 0) await appendEntries(client, written.entries);
      return written;
    });
    onBatch?.(feedId, result, performance.now() - startedAt);
    return result;
  }

  isUnavailable(error: unknown): boolean {
    return isUnavailable(error);
  }

  watermark(feedId: string): Promise<string | undefined> {
    return readWatermark(this.options.db.read, feedId);
  }

  view(feedId: string): HubView {
    const { db, divisionsNamed = () => [] } = this.options;
    return { divisionsNamed, held: (noun) => entriesBrought(db, feedId, noun) };
  }

  #stamp(feedId: string, outcome: Outcome): Batch {
    // One source piece often makes many records: it is hashed once.
    const hashes = new Map<string | Uint8Array, Buffer>();
    const hashOf = (raw: string | Uint8Array): Buffer => {
      const known = hashes.get(raw);
      if (known) return known;
      const made = createHash('sha256').update(raw).digest();
      hashes.set(raw, made);
      return made;
    };
    const records = outcome.records.map((record) => ({
      ...record,
      rawHash: hashOf(record.raw),
      division: this.#divisionOf(record),
    }));
    return {
      feedId,
      receivedAt: this.options.now(),
      records: records as Stamped[],
      rejects: outcome.rejects,
      watermark: outcome.watermark,
    };
  }

  /** Where the point lies; the source's own code where that says more, being inside the same division. */
  #divisionOf(record: FeedRecord): string | null {
    const position = 'position' in record ? record.position : undefined;
    const code = 'divisionCode' in record ? record.divisionCode : undefined;
    const said = code ? canonicalDivision(code) : undefined;
    const lies = position ? this.options.divisions.at(position.lon, position.lat) : undefined;
    if (!lies) return said ?? null;
    return said && divisionPrefix(said).startsWith(divisionPrefix(lies)) ? said : lies;
  }
}
