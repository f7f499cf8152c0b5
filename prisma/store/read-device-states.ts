import type { DeviceStateRow, Page } from '../../model/rows.js';
import type { Database } from '../database.js';
import { COMMON_COLUMNS, type ReportQuery, readReports } from './read-reports.js';

const COLUMNS = `station_id AS "stationId", device, aspect, condition, run_hours AS "runHours", source_text AS "sourceText",
  confirmed_at AS "confirmedAt"`;

/** States of devices, newest first. */
export const readDeviceStates = (db: Database, query: ReportQuery): Promise<Page<DeviceStateRow>> =>
  readReports<DeviceStateRow>(db, query, 'device_state', COLUMNS);

/** The newest of each device and aspect at these stations, by device and aspect: one step along the index each, however long the past. */
export async function latestDeviceStates(db: Database, stationIds: readonly string[]): Promise<DeviceStateRow[]> {
  const { rows } = await db.read.query<DeviceStateRow>(
    `WITH RECURSIVE device AS (
       SELECT s.station_id, first.device, first.aspect FROM unnest($1::text[]) AS s(station_id), LATERAL (
         SELECT device, aspect FROM device_state d WHERE d.station_id = s.station_id ORDER BY device, aspect LIMIT 1) first
       UNION ALL
       SELECT device.station_id, next.device, next.aspect FROM device, LATERAL (
         SELECT d.device, d.aspect FROM device_state d
         WHERE d.station_id = device.station_id AND (d.device, d.aspect) > (device.device, device.aspect)
         ORDER BY d.device, d.aspect LIMIT 1) next
     )
     SELECT ${COMMON_COLUMNS}, ${COLUMNS} FROM (
       SELECT newest.* FROM device, LATERAL (
         SELECT * FROM device_state d
         WHERE d.station_id = device.station_id AND d.device = device.device AND d.aspect = device.aspect
         ORDER BY d.observed_at DESC LIMIT 1) newest) latest
     ORDER BY station_id, device, aspect`,
    [stationIds],
  );
  return rows;
}
