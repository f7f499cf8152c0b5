import type { Stamped } from '../../model/batch.js';
import { quakePrecedence } from '../../model/earthquake.js';
import type { EarthquakeRecord } from '../../model/record.js';
import type { Queryable } from '../database.js';
import { placeReports } from './facts.js';
import { REPORT_COLUMNS, reportValues, upsert, type Written } from './upsert.js';

const OWN_COLUMNS = [
  'catalogue',
  'depth_km',
  'magnitude',
  'magnitude_type',
  'place',
  'review',
  'event_type',
  'withdrawn',
  'source_updated_at',
];

/**
 * Inserts what catalogues say of earthquakes by (feed, catalogue, event), keeps every earlier revision, and finds for each new report
 * the earthquake it is of.
 */
export async function writeEarthquakes(
  client: Queryable,
  feedId: string,
  records: readonly Stamped<EarthquakeRecord>[],
  at: Date,
): Promise<Written> {
  const written = await upsert(
    client,
    'earthquake_report',
    [...REPORT_COLUMNS, ...OWN_COLUMNS],
    records.map((r) => [
      ...reportValues(feedId, at, r),
      r.catalogue,
      r.depthKm,
      r.magnitude,
      r.magnitudeType,
      r.place,
      r.review,
      r.eventType,
      r.withdrawn,
      r.updatedAt,
    ]),
    { newestBy: 'source_updated_at', history: true },
  );
  const byId = new Map(records.map((r) => [`${feedId}:${r.sourceId}`, r]));
  const changed = (written.ids ?? []).flatMap((id) => {
    const record = byId.get(id);
    return record ? [factReport(id, record, at)] : [];
  });
  await placeReports(client, 'earthquake', changed);
  return written;
}

const factReport = (reportId: string, r: Stamped<EarthquakeRecord>, at: Date) => ({
  reportId,
  source: r.catalogue.toUpperCase(),
  key: null,
  status: r.status,
  precedence: quakePrecedence(r),
  version: r.updatedAt ?? at,
  observedAt: r.observedAt,
  lon: r.position.lon,
  lat: r.position.lat,
  reach: r.sameWithin,
});
