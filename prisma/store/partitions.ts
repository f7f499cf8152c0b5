import type { Database, Queryable } from '../database.js';

const DAY_MS = 86_400_000;
/** Advisory lock key: partitions are made by one process at a time. */
const LOCK = 6_542_021;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const nameOf = (day: string): string => `observation_${day.replaceAll('-', '')}`;

/** The daily partitions of `observation` that are known to exist, made on demand. UTC days. */
export class Partitions {
  readonly #known = new Set<string>();
  constructor(private readonly db: Database) {}

  /** Makes the partitions that the given moments need; a moment's row can be written once this resolves. */
  async ensure(moments: Iterable<Date>): Promise<void> {
    const missing = [...new Set([...moments].map(dayOf))].filter((day) => !this.#known.has(day)).sort();
    if (missing.length === 0) return;
    await this.db.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      for (const day of missing) await attach(client, day);
    });
    for (const day of missing) this.#known.add(day);
  }

  /** Makes today's and the next `days` partitions. */
  async ahead(now: Date, days: number): Promise<void> {
    await this.ensure(Array.from({ length: days + 1 }, (_, day) => new Date(now.getTime() + day * DAY_MS)));
  }

  /** Drops the partitions of days that ended before `before`; returns how many. */
  async dropBefore(before: Date): Promise<number> {
    const limit = nameOf(dayOf(before));
    const { rows } = await this.db.write.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'observation'::regclass AND inhrelid::regclass::text < $1 ORDER BY 1`,
      [limit],
    );
    for (const { name } of rows) {
      await this.db.write.query(`DROP TABLE ${name}`);
      const digits = name.slice(-8);
      this.#known.delete(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
    }
    return rows.length;
  }
}

/** Attaching, unlike CREATE … PARTITION OF, does not shut readers out of the parent. */
async function attach(client: Queryable, day: string): Promise<void> {
  const name = nameOf(day);
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [name]);
  if (rows[0]?.there) return;
  const from = new Date(`${day}T00:00:00Z`);
  const to = new Date(from.getTime() + DAY_MS);
  await client.query(`CREATE TABLE ${name} (LIKE observation INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  await client.query(
    `ALTER TABLE observation ATTACH PARTITION ${name} FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
  );
}
