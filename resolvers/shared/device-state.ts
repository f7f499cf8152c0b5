import { gravest, isLasting } from '../../model/device-state.js';
import { HubError } from '../../model/errors.js';
import type { DeviceStateRow, Page, StationRow } from '../../model/rows.js';
import { readDeviceStates } from '../../prisma/store/read-device-states.js';
import type { HubContext } from '../context.js';
import { asSeen, type ReportArgs, reportQuery } from './report.js';

export const deviceStates = (args: ReportArgs, context: HubContext): Promise<Page<DeviceStateRow>> =>
  asSeen(readDeviceStates(context.db, reportQuery(args, context)), context);

/** Of what was last told of each device at a station, the gravest that still holds; else of the rest. */
export async function worstDeviceState(station: StationRow, context: HubContext): Promise<DeviceStateRow | null> {
  const states = await context.loaders.deviceStatesOfStation.load(station.id);
  return gravest(states.filter(({ aspect }) => isLasting(aspect))) ?? gravest(states) ?? null;
}

/** Where the device is; the database keeps that reference. */
export async function stationOfDevice(row: DeviceStateRow, context: HubContext): Promise<StationRow> {
  const found = await context.loaders.station.load(row.stationId);
  if (!found) throw new HubError('NOT_FOUND', `no station "${row.stationId}"`);
  return found;
}
