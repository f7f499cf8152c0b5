import { z } from 'zod';
import { DEFAULT_DEADLINES } from '../../../model/incident-report.js';
import { feedSettings } from '../../shared/settings.js';

const minutes = (standard: number) => z.number().positive().max(100_000).default(standard);
const { firstPhoneMinutes, firstWrittenMinutes, followUpHours, finalHours } = DEFAULT_DEADLINES;

export const settings = feedSettings.extend({
  /** People report when something happens; nothing is expected by the clock. */
  expectedEverySeconds: z.number().positive().default(86_400),
  zone: feedSettings.shape.zone.default('Asia/Shanghai'),
  crs: feedSettings.shape.crs.default('WGS84'),
  deadlines: z
    .strictObject({
      firstPhoneMinutes: minutes(firstPhoneMinutes),
      firstWrittenMinutes: minutes(firstWrittenMinutes),
      followUpHours: z
        .strictObject({
          I: minutes(followUpHours.I),
          II: minutes(followUpHours.II),
          III: minutes(followUpHours.III),
          IV: minutes(followUpHours.IV),
          UNKNOWN: minutes(followUpHours.UNKNOWN),
        })
        .prefault({}),
      finalHours: minutes(finalHours),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof settings>;
