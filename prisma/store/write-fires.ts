import type { Stamped } from '../../model/batch.js';
import type { FactReport } from '../../model/fact.js';
import { firePrecedence } from '../../model/fire.js';
import type { FireAlarmRecord, HotspotRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { placeReports } from './facts.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

/**
 * Inserts satellite hotspots by (feed, source id); the same bytes again change nothing, others replace and raise `revision`. Each new one
 * is put to its fire.
 */
export async function writeHotspots(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<HotspotRecord>[],
  at: Date,
): Promise<Written> {
  const written = await upsert(
    client,
    'fire_hotspot',
    [
      ...REPORT_COLUMNS,
      'satellite',
      'instrument',
      'confidence',
      'confidence_percent',
      'brightness_kelvin',
      'radiative_power_megawatts',
      'daytime',
    ],
    records.map((r) => [
      ...reportValues(feedId, at, r),
      r.satellite,
      r.instrument,
      r.confidence,
      r.confidencePercent,
      r.brightnessKelvin,
      r.radiativePowerMegawatts,
      r.daytime,
    ]),
  );
  await placeFires(client, feedId, records, written);
  return written;
}

/** Inserts camera alarms by (feed, source id), as `writeHotspots` does. */
export async function writeFireAlarms(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<FireAlarmRecord>[],
  at: Date,
): Promise<Written> {
  const written = await upsert(
    client,
    'fire_alarm',
    [...REPORT_COLUMNS, 'device_id', 'type', 'priority', 'description'],
    records.map((r) => [...reportValues(feedId, at, r), r.deviceId, r.type, r.priority, r.description]),
  );
  // An alarm of another kind, such as a break-in at the tower, is of no fire.
  const fires = records.filter(({ type }) => type !== 'OTHER');
  await placeFires(client, feedId, fires, written);
  return written;
}

type FireReport = Stamped<HotspotRecord> | Stamped<FireAlarmRecord>;

function placeFires(
  client: Queryable,
  feedId: string,
  records: readonly FireReport[],
  { ids = [] }: Written,
): Promise<void> {
  const changed = new Set(ids);
  const reports = records.map((r): [string, FactReport] => {
    const reportId = `${feedId}:${r.sourceId}`;
    return [reportId, factReport(reportId, r)];
  });
  const fresh = [...new Map(reports.filter(([id]) => changed.has(id))).values()];
  return placeReports(client, 'fire', fresh);
}

const factReport = (reportId: string, r: FireReport): FactReport => ({
  reportId,
  source: null,
  // Alarms of one camera that names no place are of one fire.
  key: r.kind === 'fire-alarm' && r.position === null ? `camera ${r.deviceId}` : null,
  status: r.status,
  precedence: firePrecedence(r),
  version: r.observedAt,
  observedAt: r.observedAt,
  lon: r.position?.lon ?? null,
  lat: r.position?.lat ?? null,
  reach: r.sameWithin,
});
