import { z } from 'zod';
import { feedSettings, listedStation } from '../../shared/settings.js';
import { tcpSettings } from '../../shared/transports/tcp-listener.js';

const address = z.string().regex(/^[0-9A-F]{10}$/, { error: 'a station address is ten digits, e.g. 0012345678' });

export const settings = feedSettings.extend({
  listen: tcpSettings,
  /** Stations by their SL 651 address: a hydrological station's eight digits after "00". */
  stations: z.array(listedStation.extend({ code: address })).default([]),
  /** By address, the base in metres that a station's five-minute levels (F5 to FC) count from. */
  levelBases: z.record(address, z.number()).default({}),
});

export type Settings = z.infer<typeof settings>;
