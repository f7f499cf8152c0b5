import type { Batch, BatchResult, Stamped } from '../../model/batch.js';
import type { NewEntry } from '../../model/entry.js';
import {
  type DeviceStateRecord,
  type FeedRecord,
  type ObservationRecord,
  pieceOf,
  type Reject,
  type ThresholdRecord,
} from '../../model/record.js';
import type { Queryable } from '../database.js';
import { clearRejections } from './rejected-inputs.js';
import type { Written } from './upsert.js';
import { writeAirQuality } from './write-air-quality.js';
import { writeDeviceStates } from './write-device-states.js';
import { writeEarthquakes } from './write-earthquakes.js';
import { writeFireAlarms, writeHotspots } from './write-fires.js';
import { writeIncidents } from './write-incidents.js';
import { datastreamId, ensureDatastreams, writeObservations } from './write-observations.js';
import { countDay } from './write-quality.js';
import { writeRegister } from './write-register.js';
import { writeRejections } from './write-rejections.js';
import { endUnlisted, writeRoadEvents } from './write-road-events.js';
import { stationId, writeStations, writeThresholds } from './write-stations.js';
import { writeVisitorFlow } from './write-visitor-flow.js';
import { writeWarnings } from './write-warnings.js';

type Kind = FeedRecord['kind'];
const ofKind = <K extends Kind>(records: readonly Stamped[], kind: K): Stamped<Extract<FeedRecord, { kind: K }>>[] =>
  records.filter((record) => record.kind === kind) as unknown as Stamped<Extract<FeedRecord, { kind: K }>>[];

/**
 * Writes everything a batch holds, within the caller's transaction, and returns what changed together with the log entries
 * that tell of it; the caller appends those before it commits. Partitions of the observations' days must exist.
 */
export async function writeBatch(client: Queryable, batch: Batch): Promise<BatchResult> {
  const { feedId, receivedAt, records } = batch;
  const stations = await writeStations(client, feedId, ofKind(records, 'station'), receivedAt);
  const observations = ofKind(records, 'observation');
  const thresholds = ofKind(records, 'threshold');
  const deviceStates = ofKind(records, 'device-state');
  const unknown = await unknownStations(client, feedId, [...observations, ...thresholds, ...deviceStates]);
  const known = <T extends { station: string }>(each: readonly T[]): T[] => each.filter((r) => !unknown.has(r.station));
  await writeThresholds(client, feedId, known(thresholds));
  // The last of several values for one moment is the source's latest word.
  const current = [
    ...new Map(known(observations).map((r) => [`${datastreamId(feedId, r)} ${r.observedAt.getTime()}`, r])).values(),
  ];
  const keys = await ensureDatastreams(client, feedId, current);
  const written = await writeObservations(client, feedId, keys, current, receivedAt);
  const devices = await writeDeviceStates(client, feedId, known(deviceStates), receivedAt);
  const nouns = await writeNouns(client, batch);
  const warnings = await writeWarnings(client, feedId, ofKind(records, 'warning'), receivedAt);
  const rejects = [
    ...batch.rejects,
    ...warnings.rejects,
    ...[...observations, ...thresholds, ...deviceStates].filter((r) => unknown.has(r.station)).map(unknownStation),
  ];
  const cleared = batch.repairs ? await clearRejections(client, batch.repairs.inputId) : [];
  const found = await writeRejections(client, feedId, rejects, batch.repairs?.receivedAt ?? receivedAt);
  const { fresh: rejected } = difference(found, cleared);
  // What is refused again is no repair, also where it becomes one entry with the same piece of another input.
  const repaired = difference(
    rejects.map(({ reason }) => reason),
    cleared,
  ).gone;
  const parts: Written[] = [stations, written, devices, ...nouns, warnings];
  const stored = parts.reduce((sum, part) => sum + part.stored, 0);
  const replaced = parts.reduce((sum, part) => sum + part.replaced, 0);
  await touchFeed(client, batch, stored + replaced, rejected.length - repaired.length);
  const moments = parts.flatMap((part) => part.moments ?? []);
  await countDay(client, feedId, { at: receivedAt, stored, replaced, moments, rejected, repaired });
  const entries: NewEntry[] = [...warnings.entries];
  if (written.newest.length > 0)
    entries.push({
      topic: 'observation',
      key: feedId,
      at: receivedAt,
      payload: { feedId, observations: written.newest },
    });
  return { stored, replaced, rejected: rejected.length, repaired: repaired.length, entries };
}

/** By reason: what was not rejected before, and what was and is no more. */
function difference(found: readonly string[], before: readonly string[]): { fresh: string[]; gone: string[] } {
  const gone = [...before];
  const fresh = found.filter((reason) => {
    const at = gone.indexOf(reason);
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
  return { fresh, gone };
}

/** The nouns that need nothing of one another, each with a statement or few a kind. */
async function writeNouns(client: Queryable, { feedId, records, receivedAt: at, repairs }: Batch): Promise<Written[]> {
  return [
    await writeHotspots(client, feedId, ofKind(records, 'hotspot'), at),
    await writeFireAlarms(client, feedId, ofKind(records, 'fire-alarm'), at),
    await writeAirQuality(client, feedId, ofKind(records, 'air-quality'), at),
    await writeRoadEvents(client, feedId, ofKind(records, 'road-event'), at),
    await endUnlisted(client, feedId, ofKind(records, 'road-event-list')),
    await writeIncidents(client, feedId, ofKind(records, 'incident'), at),
    await writeVisitorFlow(client, feedId, ofKind(records, 'visitor-flow'), at),
    await writeEarthquakes(client, feedId, ofKind(records, 'earthquake'), at),
    await writeRegister(client, feedId, ofKind(records, 'register'), at, repairs?.receivedAt),
  ];
}

const unknownStation = (record: ObservationRecord | ThresholdRecord | DeviceStateRecord): Reject => ({
  ...pieceOf(record),
  reason: 'unknown-station',
  detail: `station "${record.station}" is not in this feed's register: list it in the feed's settings, or have the source describe it`,
});

async function unknownStations(
  client: Queryable,
  feedId: string,
  records: readonly { station: string }[],
): Promise<Set<string>> {
  const codes = [...new Set(records.map((record) => record.station))];
  if (codes.length === 0) return new Set();
  const { rows } = await client.query<{ id: string }>('SELECT id FROM station WHERE id = ANY($1)', [
    codes.map((code) => stationId(feedId, code)),
  ]);
  const found = new Set(rows.map((row) => row.id));
  return new Set(codes.filter((code) => !found.has(stationId(feedId, code))));
}

async function touchFeed(client: Queryable, batch: Batch, received: number, rejected: number): Promise<void> {
  const moments = batch.records.flatMap((r) => ('observedAt' in r ? [r.observedAt.getTime()] : []));
  const newest = moments.length > 0 ? new Date(moments.reduce((a, b) => Math.max(a, b))) : null;
  await client.query(
    `UPDATE feed SET last_received_at = greatest(last_received_at, $2), last_observed_at = greatest(last_observed_at, $3),
       received_count = received_count + $4, rejected_count = rejected_count + $5, watermark = coalesce($6, watermark)
     WHERE id = $1`,
    [batch.feedId, batch.receivedAt, newest, received, rejected, batch.watermark ?? null],
  );
}
