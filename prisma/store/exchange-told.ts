import type { DepartmentCode } from '../../model/department.js';
import type { BundleKind } from '../../model/exchange.js';
import type { WarningLevel } from '../../model/warning.js';
import type { Queryable } from '../database.js';
import { lockPeer } from './exchange-peers.js';

/** Whether a peer has been told of one of these before. */
export async function wasTold(
  client: Queryable,
  peer: string,
  kind: BundleKind,
  ids: readonly string[],
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM exchange_item WHERE kind = $1 AND item_id = ANY($2) AND peer = $3 AND direction = 'OUT' LIMIT 1`,
    [kind, ids, peer],
  );
  return rowCount === 1;
}

/** The first of some warnings of which another feed than this one tells. */
export async function othersSay(
  client: Queryable,
  feedId: string,
  identifiers: readonly string[],
): Promise<string | undefined> {
  if (identifiers.length === 0) return undefined;
  const { rows } = await client.query<{ identifier: string }>(
    'SELECT identifier FROM warning_source WHERE identifier = ANY($1) AND feed_id <> $2 ORDER BY identifier LIMIT 1',
    [identifiers, feedId],
  );
  return rows[0]?.identifier;
}

/** Something to be told to one peer. */
export interface ToTell {
  /** What it is about: something newer of the same key supersedes it. */
  readonly key: string;
  readonly payload: unknown;
}

/**
 * Puts what is to be told to a peer into its outbox, in order. What still waits there under the same keys is superseded and goes: of one thing
 * the newest alone counts, however long the line is down. Holds the peer, so that what is being sealed is not taken away.
 */
export async function tellPeer(
  client: Queryable,
  peer: string,
  source: BundleKind,
  told: readonly ToTell[],
  at: Date,
): Promise<void> {
  if (told.length === 0) return;
  await lockPeer(client, peer);
  await client.query(
    'DELETE FROM exchange_outbox WHERE peer = $1 AND set_aside_reason IS NULL AND source = $2 AND key = ANY($3)',
    [peer, source, told.map(({ key }) => key)],
  );
  await client.query(
    `INSERT INTO exchange_outbox (peer, source, key, at, payload)
     SELECT $1, $2, key, $3, payload FROM unnest($4::text[], $5::jsonb[]) WITH ORDINALITY AS t(key, payload, n) ORDER BY n`,
    [peer, source, at, told.map(({ key }) => key), told.map(({ payload }) => JSON.stringify(payload))],
  );
}

export interface LastTold {
  readonly told: string;
  readonly at: Date;
}

/** What jobs last told a peer as a whole (key ""), by source; nothing is locked. */
export async function readLastTold(db: Queryable, peer: string): Promise<ReadonlyMap<string, LastTold>> {
  const { rows } = await db.query<LastTold & { source: string }>(
    `SELECT source, told, at FROM exchange_last_told WHERE peer = $1 AND key = ''`,
    [peer],
  );
  return new Map(rows.map(({ at, source, told }) => [source, { told, at }]));
}

/** Locks what a job last told a peer, until the transaction ends: the period, or a digest, by key. */
export async function lockLastTold(
  client: Queryable,
  peer: string,
  source: BundleKind,
): Promise<Map<string, LastTold>> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`tell ${peer} ${source}`]);
  const { rows } = await client.query<LastTold & { key: string }>(
    'SELECT key, told, at FROM exchange_last_told WHERE peer = $1 AND source = $2',
    [peer, source],
  );
  return new Map(rows.map(({ key, told, at }) => [key, { told, at }]));
}

export async function saveLastTold(
  client: Queryable,
  peer: string,
  source: BundleKind,
  told: readonly { readonly key: string; readonly told: string }[],
  at: Date,
): Promise<void> {
  await client.query(
    `INSERT INTO exchange_last_told (peer, source, key, told, at)
     SELECT $1, $2, key, told, $3 FROM unnest($4::text[], $5::text[]) AS t(key, told)
     ON CONFLICT (peer, source, key) DO UPDATE SET told = excluded.told, at = excluded.at`,
    [peer, source, at, told.map(({ key }) => key), told.map((each) => each.told)],
  );
}

/** Forgets what was last told of what is long over. */
export async function dropLastTold(client: Queryable, peer: string, source: BundleKind, before: Date): Promise<void> {
  await client.query(`DELETE FROM exchange_last_told WHERE peer = $1 AND source = $2 AND key <> '' AND at < $3`, [
    peer,
    source,
    before,
  ]);
}

/** A warning whose reach can be told. */
export interface Reachable {
  readonly identifier: string;
  readonly department: DepartmentCode;
  readonly level: WarningLevel;
  readonly hazardCode: string;
  readonly divisionCodes: readonly string[];
}

/** Warnings that a peer was told of, or told us of, in force or ended since then; the newest first. */
export async function reachable(
  client: Queryable,
  of: { readonly peer: string; readonly feedId: string; readonly endedSince: Date; readonly most: number },
): Promise<Reachable[]> {
  const { rows } = await client.query<Reachable>(
    `SELECT w.identifier, w.department_code AS department, w.level, w.hazard_code AS "hazardCode", w.division_codes AS "divisionCodes"
     FROM warning w
     WHERE (w.state = 'ACTIVE' OR coalesce(w.cancelled_at, w.expires_at) > $3 AND w.state IN ('EXPIRED', 'CANCELLED', 'SUPERSEDED'))
       AND (w.feed_id = $2 OR EXISTS (
         SELECT FROM exchange_item i WHERE i.kind = 'warning' AND i.item_id = w.identifier AND i.peer = $1 AND i.direction = 'OUT'))
     ORDER BY w.issued_at DESC, w.identifier LIMIT $4`,
    [of.peer, of.feedId, of.endedSince, of.most],
  );
  return rows;
}
