import type { DeliveryRow } from '../../model/delivery.js';
import type { ChannelReach, Reach, ReachCounts } from '../../model/reach.js';
import type { Page } from '../../model/rows.js';
import type { Database, Queryable } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';
import { TARGETS } from './recipients.js';

export interface DeliveryQuery extends PageRequest {
  /** Only of this department's warnings. */
  readonly department?: string | undefined;
  readonly identifiers?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
  readonly states?: readonly string[] | undefined;
}

/** The ledger, newest first. */
export async function readDeliveries(db: Database, query: DeliveryQuery): Promise<Page<DeliveryRow>> {
  const size = pageSize(query);
  const where = new Where();
  const after = decodeKey(query.after, 'text')?.[0];
  if (after !== undefined) where.and('d.number < ?::bigint', /^\d{1,16}$/.test(after) ? after : '0');
  if (query.department !== undefined) where.and('w.department_code = ?', query.department);
  if (query.identifiers) where.and('d.identifier = ANY(?)', query.identifiers);
  if (query.channels) where.and('d.channel = ANY(?)', query.channels);
  if (query.states) where.and('d.state = ANY(?)', query.states);
  const { rows } = await db.read.query<DeliveryRow>(
    `SELECT d.id, d.number, d.identifier, d.channel, d.recipient, p.kind, p.epoch || ':' || p.position AS cursor, d.state, d.attempts,
       d.next_attempt_at AS "nextAttemptAt", d.last_error AS "lastError", d.receipt_id AS "receiptId", d.receipts,
       d.created_at AS "createdAt", d.sent_at AS "sentAt", d.ended_at AS "endedAt"
     FROM warning_delivery d JOIN warning_dispatch p ON p.id = d.dispatch_id JOIN warning w ON w.identifier = d.identifier
     ${where.sql} ORDER BY d.number DESC LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows, size, (row) => encodeKey(String(row.number)));
}

/** How far warnings have come: three statements for any number of them, each by the register and the ledger of now. */
export async function reachOf(db: Queryable, identifiers: readonly string[]): Promise<Reach[]> {
  // One after the other: a transaction's client answers one at a time.
  const places = await countsByPlace(db, identifiers);
  const channels = await countsByChannel(db, identifiers);
  const officers = await officersOf(db, identifiers);
  return identifiers.map((identifier) => {
    const own = places.filter((row) => row.identifier === identifier);
    const sum = (what: keyof ReachCounts): number => own.reduce((total, row) => total + row[what], 0);
    return {
      identifier,
      targeted: sum('targeted'),
      delivered: sum('delivered'),
      acknowledged: sum('acknowledged'),
      reached: sum('reached'),
      officers: officers.get(identifier) ?? 0,
      channels: channels.filter((row) => row.identifier === identifier),
      places: new Map(own.map(({ place, ...counts }) => [place, counts])),
    };
  });
}

async function countsByPlace(
  db: Queryable,
  identifiers: readonly string[],
): Promise<(ReachCounts & { identifier: string; place: string })[]> {
  const { rows } = await db.query<ReachCounts & { identifier: string; place: string }>(
    `SELECT t.identifier, left(t.place, 9) AS place, count(*) AS targeted, count(*) FILTER (WHERE s.delivered) AS delivered,
       count(*) FILTER (WHERE s.acknowledged) AS acknowledged, count(*) FILTER (WHERE s.delivered OR s.acknowledged) AS reached
     FROM (${TARGETS}) t, LATERAL (SELECT
       EXISTS (SELECT 1 FROM warning_delivery d
         WHERE d.identifier = t.identifier AND d.recipient = t.id AND d.state = 'DELIVERED') AS delivered,
       EXISTS (SELECT 1 FROM warning_acknowledgement a
         WHERE a.identifier = t.identifier AND a.recipient = t.id) AS acknowledged) s
     GROUP BY 1, 2 ORDER BY 1, 2`,
    [identifiers],
  );
  return rows;
}

async function countsByChannel(
  db: Queryable,
  identifiers: readonly string[],
): Promise<(ChannelReach & { identifier: string })[]> {
  const count = (state: string): string => `count(*) FILTER (WHERE state = '${state.toUpperCase()}') AS ${state}`;
  const { rows } = await db.query<ChannelReach & { identifier: string }>(
    `SELECT identifier, channel, ${['queued', 'sent', 'delivered', 'failed', 'expired'].map(count).join(', ')}
     FROM (SELECT DISTINCT ON (identifier, channel, recipient) identifier, channel, state FROM warning_delivery
       WHERE identifier = ANY($1) ORDER BY identifier, channel, recipient, dispatch_id DESC) newest
     GROUP BY identifier, channel ORDER BY identifier, channel`,
    [identifiers],
  );
  return rows;
}

async function officersOf(db: Queryable, identifiers: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await db.query<{ identifier: string; officers: number }>(
    `SELECT identifier, count(DISTINCT principal) AS officers FROM warning_acknowledgement
     WHERE identifier = ANY($1) AND recipient = '' GROUP BY identifier`,
    [identifiers],
  );
  return new Map(rows.map(({ identifier, officers }) => [identifier, officers]));
}
