import type { AlarmRow, FireRow, HotspotRow, Page } from '../../model/rows.js';
import type { Reach } from '../../model/sight.js';
import type { Database } from '../database.js';
import { factKeys } from './facts.js';
import { Where } from './keyset.js';
import { inReach, whereInReach } from './reach.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const HOTSPOT = `satellite, instrument, confidence, confidence_percent AS "confidencePercent",
    brightness_kelvin AS "brightnessKelvin", radiative_power_megawatts AS "radiativePowerMegawatts", daytime`;
const ALARM = 'device_id AS "deviceId", type, priority, description';
const withFire = (table: string): string =>
  `(SELECT t.*, r.fact_id::text FROM ${table} t LEFT JOIN fact_report r ON r.report_id = t.id) q`;
const FIRE_ID = 'fact_id AS "fireId"';

/** Satellite hotspots, newest first. */
export const readHotspots = (db: Database, query: ReportQuery): Promise<Page<HotspotRow>> =>
  readReports<HotspotRow>(db, query, withFire('fire_hotspot'), `${HOTSPOT}, ${FIRE_ID}`);

/** Camera alarms, newest first. */
export const readAlarms = (db: Database, query: ReportQuery): Promise<Page<AlarmRow>> =>
  readReports<AlarmRow>(db, query, withFire('fire_alarm'), `${ALARM}, ${FIRE_ID}`);

/** Fires by the report each goes by; `observed_at` is when it was last seen. */
const SIGHTING = `coalesce(h.feed_id, a.feed_id) AS feed_id, coalesce(h.original_time, a.original_time) AS original_time, coalesce(h.zone, a.zone) AS zone,
    coalesce(h.received_at, a.received_at) AS received_at, coalesce(h.lon, a.lon) AS lon, coalesce(h.lat, a.lat) AS lat,
    coalesce(h.division_code, a.division_code) AS division_code, coalesce(h.status, a.status) AS status, 0 AS revision`;
const FIRES = `(SELECT f.id AS fact_key, f.id::text AS id, f.first_at, f.last_at AS observed_at, ${SIGHTING}
  FROM fact f LEFT JOIN fire_hotspot h ON h.id = f.head_id LEFT JOIN fire_alarm a ON a.id = f.head_id WHERE f.kind = 'fire') q`;
/** The same of what is within reach alone: its reports, its times. */
const fires = (where: Where, reach: Reach | undefined): string =>
  reach
    ? `(SELECT DISTINCT ON (r.fact_id) r.fact_id AS fact_key, r.fact_id::text AS id, min(r.observed_at) OVER of_fire AS first_at,
        max(r.observed_at) OVER of_fire AS observed_at, ${SIGHTING}
      FROM fact_report r LEFT JOIN fire_hotspot h ON h.id = r.report_id LEFT JOIN fire_alarm a ON a.id = r.report_id
      WHERE r.kind = 'fire' AND ${inReach(where, reach, 'coalesce(h.feed_id, a.feed_id)')}
      WINDOW of_fire AS (PARTITION BY r.fact_id) ORDER BY r.fact_id, r.precedence, r.version DESC, r.report_id) q`
    : FIRES;
const FIRE = `${COMMON_COLUMNS}, first_at AS "firstAt"`;

/** Fires, last seen first. */
export const readFires = (db: Database, query: ReportQuery): Promise<Page<FireRow>> =>
  readReports<FireRow>(db, query, (where) => fires(where, query.reach), 'first_at AS "firstAt"');

export async function firesById(db: Database, ids: readonly string[], reach: Reach | undefined): Promise<FireRow[]> {
  const where = new Where().and('fact_key = ANY(?::bigint[])', factKeys(ids));
  const { rows } = await db.read.query<FireRow>(
    `SELECT ${FIRE} FROM ${fires(where, reach)} ${where.sql}`,
    where.values,
  );
  return rows;
}

/** At most so many reports of each kind are listed with a fire. */
export const MAX_SIGHTINGS = 200;

/** The hotspots, or the alarms, of these fires, newest first, at most MAX_SIGHTINGS each, with how many there are. */
export const hotspotsOf = (db: Database, fireIds: readonly string[]): Promise<HotspotRow[]> =>
  sightings<HotspotRow>(db, fireIds, 'fire_hotspot', HOTSPOT);
export const alarmsOf = (db: Database, fireIds: readonly string[]): Promise<AlarmRow[]> =>
  sightings<AlarmRow>(db, fireIds, 'fire_alarm', ALARM);

async function sightings<R>(db: Database, fireIds: readonly string[], table: string, columns: string): Promise<R[]> {
  const { rows } = await db.read.query<R & object>(
    `SELECT ${COMMON_COLUMNS}, ${columns}, ${FIRE_ID} FROM unnest($1::text[]) AS w(fire) CROSS JOIN LATERAL (
       SELECT t.*, w.fire AS fact_id FROM fact_report r JOIN ${table} t ON t.id = r.report_id WHERE r.fact_id = w.fire::bigint
       ORDER BY r.observed_at DESC, r.report_id LIMIT $2) q`,
    [fireIds, MAX_SIGHTINGS],
  );
  return rows;
}

export interface SightingCount {
  readonly fireId: string;
  readonly hotspots: number;
  readonly alarms: number;
}

export async function sightingCounts(
  db: Database,
  fireIds: readonly string[],
  reach: Reach | undefined,
): Promise<SightingCount[]> {
  const where = new Where().and('r.fact_id = ANY(?::bigint[])', fireIds);
  whereInReach(where, reach, 'coalesce(h.feed_id, a.feed_id)');
  const { rows } = await db.read.query<SightingCount>(
    `SELECT r.fact_id::text AS "fireId", count(h.id)::int AS hotspots, count(a.id)::int AS alarms FROM fact_report r
     LEFT JOIN fire_hotspot h ON h.id = r.report_id LEFT JOIN fire_alarm a ON a.id = r.report_id
     ${where.sql} GROUP BY r.fact_id`,
    where.values,
  );
  return rows;
}
