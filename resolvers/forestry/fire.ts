import type { AlarmRow, FireRow, HotspotRow, Page } from '../../model/rows.js';
import { readAlarms, readFires, readHotspots } from '../../prisma/store/read-fires.js';
import type { HubContext } from '../context.js';
import { asSeen, type ReportArgs, reportQuery } from '../shared/report.js';
import { idInput } from '../shared/text-input.js';

export const fireHotspots = (args: ReportArgs, context: HubContext): Promise<Page<HotspotRow>> =>
  asSeen(readHotspots(context.db, reportQuery(args, context)), context);

export const fireAlarms = (args: ReportArgs, context: HubContext): Promise<Page<AlarmRow>> =>
  asSeen(readAlarms(context.db, reportQuery(args, context)), context);

export const fires = (args: ReportArgs, context: HubContext): Promise<Page<FireRow>> =>
  asSeen(readFires(context.db, reportQuery(args, context)), context);

export const fire = async (id: string, context: HubContext): Promise<FireRow | null> =>
  (await context.loaders.fire.load(idInput('id', id))) ?? null;

export const fireOf = async ({ fireId }: HotspotRow | AlarmRow, context: HubContext): Promise<FireRow | null> =>
  fireId === null ? null : ((await context.loaders.fire.load(fireId)) ?? null);

export const hotspotsOf = ({ id }: FireRow, context: HubContext): Promise<readonly HotspotRow[]> =>
  context.loaders.hotspotsOfFire.load(id);

export const alarmsOf = ({ id }: FireRow, context: HubContext): Promise<readonly AlarmRow[]> =>
  context.loaders.alarmsOfFire.load(id);

/** How many reports of each kind it has. */
export const counts = async ({ id }: FireRow, context: HubContext): Promise<{ hotspots: number; alarms: number }> =>
  (await context.loaders.sightingCounts.load(id)) ?? { hotspots: 0, alarms: 0 };
