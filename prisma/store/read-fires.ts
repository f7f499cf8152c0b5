import type { AlarmRow, HotspotRow, Page } from '../../model/rows.js';
import type { Database } from '../database.js';
import { type ReportQuery, readReports } from './read-reports.js';

/** Satellite hotspots, newest first. */
export const readHotspots = (db: Database, query: ReportQuery): Promise<Page<HotspotRow>> =>
  readReports<HotspotRow>(
    db,
    query,
    'fire_hotspot',
    `satellite, instrument, confidence, confidence_percent AS "confidencePercent",
    brightness_kelvin AS "brightnessKelvin", radiative_power_megawatts AS "radiativePowerMegawatts", daytime`,
  );

/** Camera alarms, newest first. */
export const readAlarms = (db: Database, query: ReportQuery): Promise<Page<AlarmRow>> =>
  readReports<AlarmRow>(db, query, 'fire_alarm', 'device_id AS "deviceId", type, priority, description');
