import type { OutgoingChange } from '../../model/delivery.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { Queryable } from '../database.js';
import { readSnapshots } from './warning-rows.js';

/** How far a channel has read the log. */
export interface Place {
  readonly epoch: string;
  readonly position: number;
}

/** The channel's place, held until the transaction ends, so that of several processes one plans an entry; undefined: it has none yet. */
export async function lockPlace(client: Queryable, channel: string): Promise<Place | undefined> {
  const { rows } = await client.query<Place>('SELECT epoch, position FROM warning_channel WHERE name = $1 FOR UPDATE', [
    channel,
  ]);
  return rows[0];
}

/** Where the channel goes on after a restart. */
export async function readPlace(db: Queryable, channel: string): Promise<Place | undefined> {
  const { rows } = await db.query<Place>('SELECT epoch, position FROM warning_channel WHERE name = $1', [channel]);
  return rows[0];
}

export async function savePlace(client: Queryable, channel: string, { epoch, position }: Place): Promise<void> {
  await client.query(
    `INSERT INTO warning_channel (name, epoch, position) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, position = excluded.position`,
    [channel, epoch, position],
  );
}

/** One at a time for a channel that has no row to lock yet. */
export async function lockBeginning(client: Queryable, channel: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock(6542027, hashtext($1))', [channel]);
}

/** The log's end, held: until the transaction ends nothing is appended, so that what is read now is all up to there. */
export async function holdHead(client: Queryable): Promise<Place> {
  const { rows } = await client.query<Place>('SELECT epoch, position FROM log_head FOR SHARE');
  return rows[0] as Place;
}

/** Warnings in force that the channel never had a dispatch of. */
export async function activeWithout(client: Queryable, channel: string, now: Date): Promise<WarningSnapshot[]> {
  const { rows } = await client.query<{ identifier: string }>(
    `SELECT w.identifier FROM warning w WHERE w.state = 'ACTIVE' AND w.expires_at > $2
       AND NOT EXISTS (SELECT 1 FROM warning_dispatch d WHERE d.channel = $1 AND d.identifier = w.identifier)
     ORDER BY w.issued_at, w.identifier`,
    [channel, now],
  );
  const found = await readSnapshots(
    client,
    rows.map(({ identifier }) => identifier),
  );
  return rows.flatMap(({ identifier }) => found.get(identifier) ?? []);
}

export async function supersededIdentifiers(client: Queryable, identifier: string): Promise<string[]> {
  const { rows } = await client.query<{ identifier: string }>(
    'SELECT identifier FROM warning WHERE superseded_by = $1 ORDER BY identifier',
    [identifier],
  );
  return rows.map((row) => row.identifier);
}

/** Takes back whatever of these warnings the channel has not sent; what is being sent right now still tells how that ended. */
export async function endQueued(
  client: Queryable,
  channel: string,
  identifiers: readonly string[],
  reason: string,
  now: Date,
): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE warning_delivery SET state = 'EXPIRED', last_error = $3, ended_at = $4
     WHERE channel = $1 AND identifier = ANY($2) AND state = 'QUEUED'`,
    [channel, identifiers, reason, now],
  );
  return rowCount ?? 0;
}

/** Those to whom the channel has sent any of these warnings, or tried to: the other side may have it. */
export async function recipientsTried(
  client: Queryable,
  channel: string,
  identifiers: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ recipient: string }>(
    `SELECT DISTINCT recipient FROM warning_delivery
     WHERE channel = $1 AND identifier = ANY($2) AND attempts > 0 ORDER BY recipient`,
    [channel, identifiers],
  );
  return rows.map(({ recipient }) => recipient);
}

/** Queues a change to each of the recipients; the same change twice is queued once. Returns how many were queued. */
export async function queueChange(
  client: Queryable,
  channel: string,
  change: OutgoingChange,
  { recipients, place, until, now }: { recipients: readonly string[]; place: Place; until: Date; now: Date },
): Promise<number> {
  const { warning, kind, at, supersedes } = change;
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO warning_dispatch (channel, identifier, kind, epoch, position, at, until, supersedes, warning)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
    [channel, warning.identifier, kind, place.epoch, place.position, at, until, supersedes, JSON.stringify(warning)],
  );
  if (!rows[0]) return 0;
  const { rowCount } = await client.query(
    `INSERT INTO warning_delivery (dispatch_id, channel, identifier, recipient, next_attempt_at, created_at, related_number)
     SELECT $1, $2, $3, r, $5, $5, (SELECT max(number) FROM warning_delivery o
       WHERE o.channel = $2 AND o.recipient = r AND o.identifier = ANY($6) AND o.attempts > 0)
     FROM unnest($4::text[]) r`,
    [rows[0].id, channel, warning.identifier, recipients, now, [warning.identifier, ...supersedes]],
  );
  return rowCount ?? 0;
}

/** Drops what was planned before `limit`, with all its deliveries. */
export async function dropOldDispatches(db: Queryable, limit: Date): Promise<void> {
  await db.query('DELETE FROM warning_dispatch WHERE at < $1 AND until < $1', [limit]);
}
