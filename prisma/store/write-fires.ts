import type { Stamped } from '../../model/batch.js';
import type { FireAlarmRecord, HotspotRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

/** Inserts satellite hotspots by (feed, source id); the same bytes again change nothing, others replace and raise `revision`. */
export const writeHotspots = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<HotspotRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
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

/** Inserts camera alarms by (feed, source id), as `writeHotspots` does. */
export const writeFireAlarms = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<FireAlarmRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
    client,
    'fire_alarm',
    [...REPORT_COLUMNS, 'device_id', 'type', 'priority', 'description'],
    records.map((r) => [...reportValues(feedId, at, r), r.deviceId, r.type, r.priority, r.description]),
  );
