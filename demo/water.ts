import type { DemoPart, DemoWorld } from './part.js';
import { WaterDatabase } from './water-database.js';
import { WaterRtus } from './water-rtu.js';

/** The water bureau: its hydrology database, and the telemetry stations that call in. */
export const water = ({ story, now, databaseUrl }: DemoWorld): DemoPart => ({
  sources: { 'water-database': new WaterDatabase(databaseUrl, 'demo_water_bureau', story, now) },
  devices: [{ feedId: 'water/telemetry', create: (address) => new WaterRtus(address, story, now) }],
});
