import type { Queryable } from '../database.js';

/** Whether no sign of life was made for the peer since `since`, and none waits to be handed over: a line that is down collects only one. */
export async function heartbeatDue(db: Queryable, peer: string, since: Date): Promise<boolean> {
  const { rows } = await db.query<{ due: boolean }>(
    `SELECT NOT EXISTS (SELECT 1 FROM exchange_outbox WHERE peer = $1 AND source = 'heartbeat')
       AND NOT EXISTS (SELECT 1 FROM exchange_bundle WHERE peer = $1 AND direction = 'OUT' AND kind = 'heartbeat'
         AND (state = 'SEALED' OR stored_at > $2)) AS due`,
    [peer, since],
  );
  return rows[0]?.due ?? false;
}
