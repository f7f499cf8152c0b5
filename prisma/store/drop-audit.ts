import type { Database } from '../database.js';

const PER_TRANSACTION = 5000;
/** The law asks for six months; the table itself refuses to give up later days. */
const LEAST_DAYS = 180;

/**
 * Drops whole days up to `lastDay` ("2026-11-26"), none of the last 180, some thousand rows a transaction. The floor is raised first, so that what was left half done
 * is finished by the next call and is never taken for a gap; the signed heads of the days stay. Returns how many rows went.
 */
export async function dropAuditDays(db: Database, lastDay: string): Promise<number> {
  await db.write.query(
    `UPDATE audit_floor SET position = d.last FROM (
       SELECT max(last) AS last FROM audit_day WHERE day <= $1 AND day <= (SELECT day FROM audit_head) - ${LEAST_DAYS}
     ) d WHERE d.last > position`,
    [lastDay],
  );
  let dropped = 0;
  for (;;) {
    const count = await db.transaction(async (client) => {
      await client.query("SELECT set_config('fenghuo.retention', 'on', true)");
      const { rowCount } = await client.query(
        `DELETE FROM audit_entry WHERE position IN (
           SELECT position FROM audit_entry WHERE position <= (SELECT position FROM audit_floor) ORDER BY position LIMIT $1)`,
        [PER_TRANSACTION],
      );
      return rowCount ?? 0;
    });
    dropped += count;
    if (count < PER_TRANSACTION) return dropped;
  }
}
