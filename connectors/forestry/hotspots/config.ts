import { z } from 'zod';
import { sameFire } from '../../shared/same-fire.js';
import { feedSettings, secret } from '../../shared/settings.js';

const degrees = (limit: number) => z.number().min(-limit).max(limit);

export const settings = feedSettings.extend({
  /** Addresses of FIRMS CSV files; {key} stands for the key. Areas or products that overlap are better left out: one detection, one address. */
  urls: z
    .array(
      z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
        error: 'no http(s) address',
      }),
    )
    .min(1),
  key: secret.optional(),
  /** West, south, east, north in WGS84 degrees: rows outside are passed over. */
  bbox: z
    .tuple([degrees(180), degrees(90), degrees(180), degrees(90)])
    .refine(([west, south, east, north]) => west < east && south < north, {
      error: 'west, south, east, north, and west < east, south < north',
    }),
  pollSeconds: z.number().min(1).default(600),
  /** For one file. */
  timeoutMs: z.int().min(100).max(60_000).default(20_000),
  sameFire,
});

export type Settings = z.infer<typeof settings>;
