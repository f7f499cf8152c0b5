import type { Stamped } from '../../model/batch.js';
import type { NewEntry, WarningSnapshot } from '../../model/entry.js';
import type { Reject, WarningRecord } from '../../model/record.js';
import type { WarningChangeKind } from '../../model/warning.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import type { Queryable } from '../database.js';
import { dropReferences, judgeAuthority } from './warning-authority.js';
import {
  type IncomingReference,
  mergeWarning,
  ownerOf,
  type StoredMessage,
  type StoredSource,
  unheard,
} from './warning-merge.js';
import { readSnapshots, saveSnapshots } from './warning-rows.js';

/** Advisory lock key: warnings are few, and their merging is one at a time across all feeds and processes. */
const LOCK = 6_542_022;

/** Holds up whoever else changes published warnings, until the transaction ends. */
export const lockWarnings = (client: Queryable): Promise<unknown> =>
  client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);

export interface WarningResult {
  readonly stored: number;
  readonly replaced: number;
  readonly moments: readonly Date[];
  readonly entries: readonly NewEntry[];
  /** What this feed may not say. */
  readonly rejects: readonly Reject[];
}

const entry = (kind: WarningChangeKind, warning: WarningSnapshot, at: Date): NewEntry => ({
  topic: 'warning',
  key: warning.identifier,
  at,
  payload: { kind, warning },
});

/**
 * Stores warning messages and recomputes every warning they touch. The result does not depend on the order of arrival;
 * a message seen before changes nothing; a newer version under the same identifier replaces and is told as UPDATED.
 * A message about another department's warning is refused, unless the feed may speak for it; one that came before that warning was known counts
 * for nothing. What is over on arrival (expired, superseded, cancelled) fills history without a live change.
 */
export async function writeWarnings(
  client: Queryable,
  feedId: string,
  messages: readonly Stamped<WarningRecord>[],
  now: Date,
): Promise<WarningResult> {
  if (messages.length === 0) return { stored: 0, replaced: 0, moments: [], entries: [], rejects: [] };
  await lockWarnings(client);
  const { entitled, rejects } = await judgeAuthority(client, feedId, messages);
  const touched = new Map<string, WarningRecord['messageType'] | null>();
  let stored = 0;
  let replaced = 0;
  const moments: Date[] = [];
  for (const message of entitled) {
    const outcome = await saveMessage(client, feedId, message, now);
    if (outcome === 'unchanged') continue;
    moments.push(message.observedAt);
    if (outcome === 'stored') stored += 1;
    else {
      replaced += 1;
      for (const before of await namedBy(client, message.identifier))
        if (!touched.has(before)) touched.set(before, null);
    }
    for (const reference of message.references) if (!touched.has(reference)) touched.set(reference, null);
    touched.set(message.identifier, message.messageType);
  }
  if (touched.size === 0) return { stored, replaced, moments, entries: [], rejects };
  return { stored, replaced, moments, rejects, entries: await recompute(client, touched, now) };
}

/** Marks what has run out as EXPIRED and returns the entries that tell of it; each warning exactly once, whoever calls. */
export async function expireWarnings(client: Queryable, now: Date): Promise<NewEntry[]> {
  await lockWarnings(client);
  const { rows } = await client.query<{ identifier: string }>(
    `UPDATE warning SET state = 'EXPIRED' WHERE state = 'ACTIVE' AND expires_at <= $1 RETURNING identifier`,
    [now],
  );
  const expired = await readSnapshots(
    client,
    rows.map((row) => row.identifier),
  );
  return [...expired.values()]
    .sort((a, b) => (a.expiresAt < b.expiresAt ? -1 : 1))
    .map((warning) => entry('EXPIRED', warning, now));
}

/** When the next ACTIVE warning runs out, or undefined. */
export async function nextExpiry(db: Queryable): Promise<Date | undefined> {
  const { rows } = await db.query<{ at: Date | null }>(
    `SELECT min(expires_at) AS at FROM warning WHERE state = 'ACTIVE'`,
  );
  return rows[0]?.at ?? undefined;
}

async function saveMessage(
  client: Queryable,
  feedId: string,
  message: Stamped<WarningRecord>,
  now: Date,
): Promise<'stored' | 'replaced' | 'unchanged'> {
  // A cancellation may carry the identifier of what it cancels: it must not take the warning's own place.
  const format = message.messageType === 'CANCEL' ? `${message.format}-cancel` : message.format;
  const { raw: _raw, rawHash, division: _division, ...record } = message;
  const { rows } = await client.query<{ inserted: boolean }>(
    `INSERT INTO warning_source AS s (identifier, feed_id, format, message_type, sent_at, original_time, zone, received_at, raw_hash, record)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (identifier, feed_id, format) DO UPDATE SET message_type = excluded.message_type, sent_at = excluded.sent_at,
       original_time = excluded.original_time, zone = excluded.zone, raw_hash = excluded.raw_hash, record = excluded.record
     WHERE s.raw_hash <> excluded.raw_hash AND s.sent_at <= excluded.sent_at
     RETURNING (xmax = 0) AS inserted`,
    [
      message.identifier,
      feedId,
      format,
      message.messageType,
      message.observedAt,
      message.originalTime,
      message.zone,
      now,
      rawHash,
      JSON.stringify(record),
    ],
  );
  if (!rows[0]) return 'unchanged';
  if (message.messageType !== 'ALERT') await saveReferences(client, message);
  return rows[0].inserted ? 'stored' : 'replaced';
}

async function saveReferences(client: Queryable, message: WarningRecord): Promise<void> {
  // A cancellation that names nothing else cancels what bears its own identifier.
  const own = message.messageType === 'CANCEL' && message.references.length === 0 ? [message.identifier] : [];
  await client.query(
    `INSERT INTO warning_reference (from_identifier, to_identifier, kind, sent_at)
     SELECT $1, reference, $2, $3 FROM unnest($4::text[]) AS r(reference)
     ON CONFLICT (from_identifier, to_identifier) DO UPDATE SET kind = excluded.kind, sent_at = excluded.sent_at`,
    [message.identifier, message.messageType, message.observedAt, [...new Set([...message.references, ...own])]],
  );
}

/** What earlier versions of a message named, too. */
async function namedBy(client: Queryable, from: string): Promise<string[]> {
  const { rows } = await client.query<{ to: string }>(
    'SELECT to_identifier AS "to" FROM warning_reference WHERE from_identifier = $1',
    [from],
  );
  return rows.map(({ to }) => to);
}

async function recompute(
  client: Queryable,
  touched: ReadonlyMap<string, WarningRecord['messageType'] | null>,
  now: Date,
): Promise<NewEntry[]> {
  const identifiers = [...touched.keys()];
  const [sources, references, before] = [
    await readSources(client, identifiers),
    await readReferences(client, identifiers),
    await readSnapshots(client, identifiers),
  ];
  const changes: {
    before: WarningSnapshot | undefined;
    after: WarningSnapshot;
    type: WarningRecord['messageType'] | null;
  }[] = [];
  for (const identifier of identifiers) {
    const own = sources.get(identifier);
    if (!own) continue;
    const naming = references.get(identifier) ?? [];
    const merged = mergeWarning(own, naming, now);
    await dropReferences(client, identifier, unheard(naming, ownerOf(own)));
    const known = before.get(identifier);
    // A draft is nothing that anyone outside has been told of.
    const old = known && PUBLISHED.includes(known.state) ? known : undefined;
    const after = { ...merged, revision: old?.revision ?? 0 };
    if (old && sameContent(old, after)) continue;
    if (old && old.state === after.state) after.revision += 1;
    changes.push({ before: old, after, type: touched.get(identifier) ?? null });
  }
  await saveSnapshots(
    client,
    changes.map((change) => change.after),
  );
  return tell(changes, now);
}

const sameContent = (a: WarningSnapshot, b: WarningSnapshot): boolean =>
  JSON.stringify(normal(a)) === JSON.stringify(normal(b));
const normal = (w: WarningSnapshot): unknown =>
  Object.entries({
    ...w,
    texts: [...w.texts].sort((a, b) => (a.language < b.language ? -1 : 1)).map((t) => Object.entries(t).sort()),
  }).sort();

/** Every change of an ACTIVE warning, and every new ACTIVE one, is told: by itself or by the successor that names it. */
function tell(
  changes: readonly {
    before: WarningSnapshot | undefined;
    after: WarningSnapshot;
    type: WarningRecord['messageType'] | null;
  }[],
  now: Date,
): NewEntry[] {
  const announced = new Set(
    changes.filter((c) => c.after.state === 'ACTIVE' && !c.before).map((c) => c.after.identifier),
  );
  return changes.flatMap(({ before, after, type }) => {
    if (after.state === 'ACTIVE') return [entry(!before && type !== 'UPDATE' ? 'ISSUED' : 'UPDATED', after, now)];
    if (before?.state !== 'ACTIVE') return [];
    if (after.state === 'CANCELLED') return [entry('CANCELLED', after, now)];
    if (after.state === 'EXPIRED') return [entry('EXPIRED', after, now)];
    return announced.has(after.supersededById ?? '') ? [] : [entry('UPDATED', after, now)];
  });
}

async function readSources(client: Queryable, identifiers: readonly string[]): Promise<Map<string, StoredSource[]>> {
  const { rows } = await client.query<{
    identifier: string;
    feedId: string;
    format: string;
    receivedAt: Date;
    record: StoredMessage;
  }>(
    `SELECT identifier, feed_id AS "feedId", format, received_at AS "receivedAt", record FROM warning_source
     WHERE identifier = ANY($1) AND message_type <> 'CANCEL'`,
    [identifiers],
  );
  return groupBy(rows, (row) => row.identifier);
}

async function readReferences(
  client: Queryable,
  identifiers: readonly string[],
): Promise<Map<string, IncomingReference[]>> {
  const { rows } = await client.query<IncomingReference & { to: string }>(
    `SELECT r.to_identifier AS "to", r.from_identifier AS "from", r.kind, r.sent_at AS "sentAt", coalesce((
       SELECT jsonb_agg(jsonb_build_object('feedId', s.feed_id, 'warnsFor', s.record->'warnsFor', 'status', s.record->>'status'))
       FROM warning_source s WHERE s.identifier = r.from_identifier AND s.message_type <> 'ALERT'
         AND (s.identifier = r.to_identifier AND s.message_type = 'CANCEL' OR s.record->'references' ? r.to_identifier)), '[]') AS by
     FROM warning_reference r WHERE r.to_identifier = ANY($1)`,
    [identifiers],
  );
  return groupBy(rows, (row) => row.to);
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  return groups;
}
