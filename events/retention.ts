import type { LogTopic } from '../model/entry.js';
import type { Database } from '../prisma/database.js';

const PER_TRANSACTION = 5000;

/** Drops a topic's entries older than `before`, some thousand a transaction, raising its floor with each; returns how many. */
export async function dropOldEntries(db: Database, topic: LogTopic, before: Date): Promise<number> {
  let dropped = 0;
  for (;;) {
    const count = await db.transaction(async (client) => {
      await client.query("SELECT set_config('fenghuo.retention', 'on', true)");
      const { rows } = await client.query<{ count: number; last: number | null }>(
        `WITH gone AS (
           DELETE FROM log_entry WHERE position IN (
             SELECT position FROM log_entry WHERE topic = $1 AND at < $2 ORDER BY position LIMIT $3
           ) RETURNING position
         ) SELECT count(*)::int AS count, max(position) AS last FROM gone`,
        [topic, before, PER_TRANSACTION],
      );
      const { count: gone, last } = rows[0] ?? { count: 0, last: null };
      if (last !== null)
        await client.query(
          'INSERT INTO log_floor (topic, position) VALUES ($1, $2) ON CONFLICT (topic) DO UPDATE SET position = greatest(log_floor.position, excluded.position)',
          [topic, last],
        );
      return gone;
    });
    dropped += count;
    if (count < PER_TRANSACTION) return dropped;
  }
}
