import type { Queryable } from '../database.js';

/** A row of the outbox. */
export interface OutboxRow {
  readonly id: number;
  readonly source: string;
  readonly key: string;
  readonly at: Date;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Patience {
  /** Rows of these sources wait while so many bundles are made that the peer is not known to have: something newer may supersede them. */
  readonly sources: readonly string[];
  readonly ahead: number;
}

/** The rows that are to be handed over to a peer now, oldest first; the caller holds the peer. */
export async function waitingRows(
  client: Queryable,
  peer: string,
  limit: number,
  { sources, ahead }: Patience,
): Promise<OutboxRow[]> {
  const { rows } = await client.query<OutboxRow>(
    `SELECT id, source, key, at, payload FROM exchange_outbox
     WHERE peer = $1 AND set_aside_reason IS NULL AND (source <> ALL($3) OR $4 > (SELECT count(*) FROM (
       SELECT FROM exchange_bundle WHERE peer = $1 AND direction = 'OUT' AND state = 'SEALED' LIMIT $4) b))
     ORDER BY id LIMIT $2`,
    [peer, limit, sources, ahead],
  );
  return rows;
}

/** They are in a bundle now, or are none of the peer's business. */
export async function deleteRows(client: Queryable, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await client.query('DELETE FROM exchange_outbox WHERE id = ANY ($1)', [ids]);
}

/** What cannot be put into a bundle waits for somebody; what follows does not wait for it. */
export async function setRowAside(client: Queryable, id: number, reason: string): Promise<void> {
  await client.query('UPDATE exchange_outbox SET set_aside_reason = $2 WHERE id = $1', [id, reason.slice(0, 1000)]);
}

/** Tells peers something in the caller's transaction: all that are configured, or one of them by name. Returns how many are told. */
export async function tellPeers(
  client: Queryable,
  row: Omit<OutboxRow, 'id'>,
  peer: string | null = null,
): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO exchange_outbox (peer, source, key, at, payload)
     SELECT name, $2, $3, $4, $5 FROM exchange_peer WHERE configured AND ($1::text IS NULL OR name = $1) ORDER BY name`,
    [peer, row.source, row.key, row.at, JSON.stringify(row.payload)],
  );
  return rowCount ?? 0;
}

/** The outbox's source of items that were in a bundle before. */
export const AGAIN = 'again';

/** Tells a peer once more what one of our bundles held that was set aside, or those of its items that broke over there; returns how many items. */
export async function tellAgain(client: Queryable, peer: string, seq: number, at: Date): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO exchange_outbox (peer, source, key, at, payload)
     SELECT b.peer, $3, i.item ->> 'id', $4, i.item FROM exchange_bundle b,
       LATERAL jsonb_array_elements(nullif(b.body, '')::jsonb -> 'items') WITH ORDINALITY AS i (item, n)
       JOIN exchange_item e ON e.peer = $1 AND e.direction = 'OUT' AND e.seq = $2 AND e.n = i.n - 1
     WHERE b.peer = $1 AND b.direction = 'OUT' AND b.seq = $2
       AND (b.state = 'SET_ASIDE' OR e.fault ->> 'code' = 'NOT_CARRIED_OUT') ORDER BY i.n`,
    [peer, seq, AGAIN, at],
  );
  return rowCount ?? 0;
}

/** Lets what was set aside of the outbox be put into bundles again; returns how many rows. */
export async function takeUpAgain(client: Queryable, peer: string): Promise<number> {
  const { rowCount } = await client.query(
    'UPDATE exchange_outbox SET set_aside_reason = NULL WHERE peer = $1 AND set_aside_reason IS NOT NULL',
    [peer],
  );
  return rowCount ?? 0;
}

/** How much waits for a peer, since when, and how much is set aside. */
export async function outboxState(
  db: Queryable,
  peer: string,
): Promise<{ readonly waiting: number; readonly setAside: number; readonly since: Date | null }> {
  const { rows } = await db.query<{ waiting: number; setAside: number; since: Date | null }>(
    `SELECT count(*) FILTER (WHERE set_aside_reason IS NULL) AS waiting,
       count(*) FILTER (WHERE set_aside_reason IS NOT NULL) AS "setAside",
       min(at) FILTER (WHERE set_aside_reason IS NULL) AS since FROM exchange_outbox WHERE peer = $1`,
    [peer],
  );
  return rows[0] as { waiting: number; setAside: number; since: Date | null };
}
