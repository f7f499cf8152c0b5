import type { Stamped } from '../../model/batch.js';
import type { VisitorFlowRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

const OWN_COLUMNS = [
  'area_code',
  'area_name',
  'in_park',
  'entered_today',
  'capacity',
  'daily_capacity',
  'comfort',
  'source_comfort',
  'weather',
  'parking_places',
  'parking_free',
];

/** Inserts visitor flow by (feed, area, time); the same bytes again change nothing, others replace and raise `revision`. */
export const writeVisitorFlow = (
  client: Queryable,
  feedId: string,
  records: readonly Stamped<VisitorFlowRecord>[],
  at: Date,
): Promise<Written> =>
  upsert(
    client,
    'visitor_flow',
    [...REPORT_COLUMNS, ...OWN_COLUMNS],
    records.map((r) => [
      ...reportValues(feedId, at, r),
      r.area.code,
      r.area.name,
      r.inPark,
      r.enteredToday,
      r.capacity,
      r.dailyCapacity,
      r.comfort,
      r.sourceComfort,
      r.weather,
      r.parkingPlaces,
      r.parkingFree,
    ]),
  );
