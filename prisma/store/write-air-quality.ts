import type { Stamped } from '../../model/batch.js';
import type { AirQualityRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

const OWN_COLUMNS = [
  'place_code',
  'place_name',
  'place_kind',
  'averaging',
  'edition',
  'pollutants',
  'aqi',
  'primary_pollutants',
  'source_aqi',
  'source_category',
  'source_primary',
  'differences',
];

/** Inserts air quality by (feed, place, time, averaging); the same bytes again change nothing, others replace and raise `revision`. */
export const writeAirQuality = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<AirQualityRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
    client,
    'air_quality',
    [...REPORT_COLUMNS, ...OWN_COLUMNS],
    records.map((r) => [
      ...reportValues(feedId, at, r),
      r.place.code,
      r.place.name,
      r.place.kind,
      r.averaging,
      r.edition,
      r.pollutants,
      r.aqi,
      r.primary,
      r.sourceAqi,
      r.sourceCategory,
      r.sourcePrimary,
      r.differences,
    ]),
  );
