import type { Stamped } from '../../model/batch.js';
import type { IncidentState } from '../../model/incident.js';
import type { Crs } from '../../model/position.js';
import type { RoadEventRecord } from '../../model/record.js';
import { roadCauseOf, roadCodeInText, roadStateInText, stakeInText } from '../../model/road-event.js';
import type { WarningStatus } from '../../model/warning.js';

/** A row of the incident table, as far as a road needs it. */
export interface IncidentColumns {
  readonly id: string;
  readonly feed_id: string;
  readonly observed_at: Date;
  readonly original_time: string;
  readonly zone: string;
  readonly raw_hash: Buffer;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly original_lon: number | null;
  readonly original_lat: number | null;
  readonly original_crs: Crs | null;
  readonly division_code: string | null;
  readonly status: WarningStatus;
  readonly title: string;
  readonly changed_at: Date;
  readonly description: string | null;
  readonly address: string | null;
  readonly state: IncidentState;
  readonly unit_code: string | null;
}

/**
 * What an incident says of a road, where its words say that one is blocked or hindered: the road event that the police tell of. Taken from
 * the stored row, so that a later word without the text still ends it. Nothing where a road was never spoken of.
 */
export function roadEventOf(row: IncidentColumns): Stamped<RoadEventRecord>[] {
  const text = [row.address, row.description].filter((each) => each !== null).join(' ');
  const state = roadStateInText(text);
  if (state === undefined) return [];
  const over = row.state === 'CLOSED' || row.state === 'CANCELLED';
  const placed = row.lon !== null && row.lat !== null;
  return [
    {
      kind: 'road-event',
      sourceId: row.id.slice(row.feed_id.length + 1),
      raw: '',
      rawHash: row.raw_hash,
      division: row.division_code,
      observedAt: row.changed_at,
      originalTime: row.original_time,
      zone: row.zone,
      ...placeOf(row),
      placedBy: placed ? 'SOURCE' : 'NONE',
      placeNote: placed ? null : '警情未给出坐标',
      eventKind: 'CLOSURE',
      state: over ? 'OPEN' : state,
      cause: roadCauseOf(text),
      causeText: null,
      roadCode: roadCodeInText(text),
      section: row.address ?? row.title,
      direction: null,
      startStake: stakeInText(text),
      endStake: null,
      startStakeMetres: null,
      endStakeMetres: null,
      impact: null,
      measures: null,
      description: row.description,
      startsAt: row.observed_at,
      expectedEndAt: null,
      endedAt: over ? row.changed_at : null,
      managingUnit: null,
      reportingUnit: row.unit_code,
      preparedBy: null,
      reviewedBy: null,
      status: row.status,
    },
  ];
}

function placeOf(row: IncidentColumns): Pick<RoadEventRecord, 'position' | 'geometry'> {
  const { lon, lat, original_lon, original_lat, original_crs } = row;
  if (lon === null || lat === null) return { position: null, geometry: null };
  const original = { lon: original_lon ?? lon, lat: original_lat ?? lat, crs: original_crs ?? 'WGS84' };
  return { position: { lon, lat, original }, geometry: { type: 'Point', coordinates: [lon, lat] } };
}
