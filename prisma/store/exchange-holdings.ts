import type { BundleKind } from '../../model/exchange.js';
import type { HoldingRow } from '../../model/exchange-rows.js';
import type { Page } from '../../model/rows.js';
import type { Database, Queryable } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

/** What a peer has just told of one thing. */
export interface NewHolding extends Omit<HoldingRow, 'payload'> {
  /** Null where it is kept as what it is. */
  readonly payload: HoldingRow['payload'] | null;
}

/** Keeps the newest version of a thing that a peer tells of; false, and nothing changed, where this one or a newer one has come before. */
export async function takeVersion(client: Queryable, held: NewHolding): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO exchange_holding AS h (peer, kind, item_id, version, payload, department_code, changed_at, received_at, fresh_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (peer, kind, item_id) DO UPDATE SET version = excluded.version, payload = excluded.payload,
       department_code = excluded.department_code, changed_at = excluded.changed_at, received_at = excluded.received_at,
       fresh_until = excluded.fresh_until
     WHERE h.version COLLATE "C" < excluded.version COLLATE "C"`,
    [
      held.peer,
      held.kind,
      held.itemId,
      held.version,
      held.payload && JSON.stringify(held.payload),
      held.department,
      held.changedAt,
      held.receivedAt,
      held.freshUntil,
    ],
  );
  return rowCount === 1;
}

export interface HoldingQuery extends PageRequest {
  readonly peers?: readonly string[] | undefined;
  readonly kinds?: readonly BundleKind[] | undefined;
}

/** What peers have told of and is kept as they told it, by peer, kind and id. */
export async function readHoldings(db: Database, query: HoldingQuery): Promise<Page<HoldingRow>> {
  const size = pageSize(query);
  const where = new Where().and('payload IS NOT NULL');
  const after = decodeKey(query.after, 'text', 'text', 'text');
  if (after) where.and('(peer, kind, item_id) > (?, ?, ?)', ...after);
  if (query.peers) where.and('peer = ANY(?)', query.peers);
  if (query.kinds) where.and('kind = ANY(?)', query.kinds);
  const { rows } = await db.read.query<HoldingRow>(
    `SELECT peer, kind, item_id AS "itemId", version, payload, department_code AS department, changed_at AS "changedAt",
       received_at AS "receivedAt", fresh_until AS "freshUntil" FROM exchange_holding ${where.sql}
     ORDER BY peer, kind, item_id LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows, size, (row) => encodeKey(row.peer, row.kind, row.itemId));
}

/** Forgets which version came last of what has long been kept as what it is, and what peers have long not told of again. */
export async function dropOldHoldings(
  db: Queryable,
  before: { readonly versions: Date; readonly contents: Date },
): Promise<void> {
  await db.query('DELETE FROM exchange_holding WHERE payload IS NULL AND received_at < $1', [before.versions]);
  await db.query('DELETE FROM exchange_holding WHERE payload IS NOT NULL AND received_at < $1', [before.contents]);
}
