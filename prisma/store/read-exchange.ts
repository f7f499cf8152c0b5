import { BUNDLE_KINDS } from '../../model/exchange.js';
import type {
  ExchangeBundleNode,
  ExchangeItemNode,
  ExchangeLagNode,
  ExchangeReceiptNode,
  HandoverNode,
} from '../../model/exchange-rows.js';
import type { Page } from '../../model/rows.js';
import type { Database, Queryable } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

const BUNDLE = `b.peer, b.direction, b.seq, b.bundle_id AS "bundleId", b.kind, b.created_at AS "createdAt", b.hash, b.item_count AS "itemCount",
  b.state, b.state_at AS "stateAt", b.stored_at AS "storedAt", b.sent_at AS "sentAt", b.attempts, b.last_error AS "lastError",
  b.overdue_at AS "overdueAt"`;

export interface ExchangeQuery extends PageRequest {
  readonly peer?: string | undefined;
  readonly direction?: 'OUT' | 'IN' | undefined;
  readonly kinds?: readonly string[] | undefined;
  readonly states?: readonly string[] | undefined;
  /** Only those whose receipt is overdue and still lacking. */
  readonly overdue?: boolean;
}

/** Bundles of both directions, the newest first. */
export async function readExchangeLog(db: Database, query: ExchangeQuery): Promise<Page<ExchangeBundleNode>> {
  const size = pageSize(query);
  const where = new Where();
  const after = decodeKey(query.after, 'time', 'text', 'text', 'number');
  if (after) where.and('(b.stored_at, b.peer, b.direction, b.seq) < (?, ?, ?, ?)', ...after);
  if (query.peer !== undefined) where.and('b.peer = ?', query.peer);
  if (query.direction) where.and('b.direction = ?', query.direction);
  if (query.kinds?.includes('unknown')) where.and('(b.kind = ANY(?) OR b.kind <> ALL(?))', query.kinds, BUNDLE_KINDS);
  else if (query.kinds) where.and('b.kind = ANY(?)', query.kinds);
  if (query.states) where.and('b.state = ANY(?)', query.states);
  if (query.overdue)
    where.and(`b.direction = 'OUT' AND b.overdue_at IS NOT NULL AND b.state IN ('SEALED', 'RECEIVED', 'VALIDATED')`);
  const { rows } = await db.read.query<ExchangeBundleNode>(
    `SELECT ${BUNDLE} FROM exchange_bundle b ${where.sql}
     ORDER BY b.stored_at DESC, b.peer DESC, b.direction DESC, b.seq DESC LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows, size, (row) => encodeKey(row.storedAt.toISOString(), row.peer, row.direction, String(row.seq)));
}

const KEYS = `unnest($1::text[]) AS k (key)`;

/** The items of bundles in their order; one statement. */
export async function itemsOfBundles(db: Database, keys: readonly string[]): Promise<ExchangeItemNode[]> {
  const { rows } = await db.read.query<ExchangeItemNode>(
    `SELECT i.peer, i.direction, i.seq, i.kind, i.item_id AS "itemId", i.version, i.op, i.fault
     FROM ${KEYS}, LATERAL (SELECT split_part(key, ' ', 1) AS direction, split_part(key, ' ', 2)::bigint AS seq, split_part(key, ' ', 3) AS peer) w
     JOIN exchange_item i ON i.peer = w.peer AND i.direction = w.direction AND i.seq = w.seq ORDER BY i.peer, i.direction, i.seq, i.n`,
    [keys],
  );
  return rows;
}

/** The receipts of bundles in their order: the peer's about ours, and ours about the peer's; one statement. */
export async function receiptsOfBundles(db: Database, keys: readonly string[]): Promise<ExchangeReceiptNode[]> {
  const { rows } = await db.read.query<ExchangeReceiptNode>(
    `SELECT r.peer, w.direction, r.seq, r.number, r.state, r.at, s.said ->> 'note' AS note, s.said #>> '{acted,who}' AS who,
       s.said #>> '{acted,what}' AS what
     FROM ${KEYS}, LATERAL (SELECT split_part(key, ' ', 1) AS direction, split_part(key, ' ', 2)::bigint AS seq, split_part(key, ' ', 3) AS peer) w
     JOIN exchange_receipt r ON r.peer = w.peer AND r.seq = w.seq
       AND (r.issuer = CASE w.direction WHEN 'OUT' THEN 'THEIRS' ELSE 'OURS' END OR r.state = 'WITHDRAWN')
     CROSS JOIN LATERAL (SELECT r.body::jsonb AS said) s
     WHERE EXISTS (SELECT 1 FROM exchange_bundle b WHERE b.peer = w.peer AND b.direction = w.direction AND b.seq = w.seq
       AND b.bundle_id = r.bundle_id)
     ORDER BY r.peer, w.direction, r.seq, r.number`,
    [keys],
  );
  return rows;
}

/** What each configured peer lacks; one statement. */
export async function readLags(db: Queryable, peers: readonly string[]): Promise<ExchangeLagNode[]> {
  const { rows } = await db.query<ExchangeLagNode>(
    `SELECT p.name AS peer, o.waiting, o.aside AS "setAside", b.unsent, b.unreceipted, b.overdue, b."overdueSince", least(o.since, b.since) AS since, b.unapplied
     FROM unnest($1::text[]) AS p (name)
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE set_aside_reason IS NULL AND source <> 'heartbeat') AS waiting,
         count(*) FILTER (WHERE set_aside_reason IS NOT NULL) AS aside,
         min(at) FILTER (WHERE set_aside_reason IS NULL AND source <> 'heartbeat') AS since
       FROM exchange_outbox WHERE peer = p.name) o
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE direction = 'OUT' AND state = 'SEALED' AND kind <> 'heartbeat') AS unsent,
         count(*) FILTER (WHERE direction = 'OUT' AND state <> 'SEALED' AND kind <> 'heartbeat') AS unreceipted,
         count(*) FILTER (WHERE direction = 'OUT' AND overdue_at IS NOT NULL) AS overdue,
         min(stored_at) FILTER (WHERE direction = 'OUT' AND overdue_at IS NOT NULL) AS "overdueSince",
         min(stored_at) FILTER (WHERE direction = 'OUT' AND kind <> 'heartbeat') AS since,
         count(*) FILTER (WHERE direction = 'IN') AS unapplied
       FROM exchange_bundle WHERE peer = p.name AND state IN ('SEALED', 'RECEIVED', 'VALIDATED')) b`,
    [peers],
  );
  return rows;
}

/** How far things of one kind have come with each configured peer: their newest handing over. One statement for any number of them. */
export async function handoversOf(
  db: Queryable,
  kind: string,
  ids: readonly string[],
): Promise<(HandoverNode & { readonly itemId: string })[]> {
  const { rows } = await db.query<HandoverNode & { itemId: string }>(
    `SELECT DISTINCT ON (i.item_id, i.peer) i.item_id AS "itemId", i.peer, i.seq, i.version, i.fault, b.state, b.state_at AS "stateAt"
     FROM exchange_item i JOIN exchange_bundle b USING (peer, direction, seq) JOIN exchange_peer p ON p.name = i.peer
     WHERE i.kind = $1 AND i.item_id = ANY($2) AND i.direction = 'OUT' AND p.configured
     ORDER BY i.item_id, i.peer, i.seq DESC`,
    [kind, ids],
  );
  return rows;
}
