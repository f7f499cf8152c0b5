import { z } from 'zod';
import { QUAKE_FORMATS } from '../../shared/codecs/quakes/read-quakes.js';
import { feedSettings } from '../../shared/settings.js';

const source = z.strictObject({
  url: z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
    error: 'no http(s) address',
  }),
  /** Without it the answer's beginning tells. */
  format: z.enum(QUAKE_FORMATS).optional(),
  /** Whose catalogue it is, where the answer does not say. */
  catalogue: z.string().min(1).max(40).optional(),
});

export const settings = feedSettings.extend({
  sources: z.array(source).min(1),
  /** Two catalogues tell of one quake when both its time and its place are no farther apart. */
  sameQuake: z
    .strictObject({ seconds: z.number().min(1).max(3600), kilometres: z.number().min(1).max(1000) })
    .default({ seconds: 60, kilometres: 100 }),
  /** Quakes below this are passed over. */
  minMagnitude: z.number().min(-3).max(9).optional(),
  /** West, south, east, north in WGS84 degrees: quakes outside are passed over. */
  bbox: z
    .tuple([z.number().min(-180), z.number().min(-90), z.number().max(180), z.number().max(90)])
    .refine(([west, south, east, north]) => west < east && south < north, {
      error: 'west, south, east, north, and west < east, south < north',
    })
    .optional(),
  pollSeconds: z.number().min(1).default(60),
  /** For one answer. */
  timeoutMs: z.int().min(100).max(60_000).default(20_000),
});

export type Settings = z.infer<typeof settings>;
export type Source = Settings['sources'][number];
