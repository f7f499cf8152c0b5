import type { AlarmRow, HotspotRow, Page } from '../../model/rows.js';
import { readAlarms, readHotspots } from '../../prisma/store/read-fires.js';
import type { HubContext } from '../context.js';
import { type ReportArgs, reportQuery } from '../shared/report.js';

export const fireHotspots = (args: ReportArgs, context: HubContext): Promise<Page<HotspotRow>> =>
  readHotspots(context.db, reportQuery(args, context));

export const fireAlarms = (args: ReportArgs, context: HubContext): Promise<Page<AlarmRow>> =>
  readAlarms(context.db, reportQuery(args, context));
