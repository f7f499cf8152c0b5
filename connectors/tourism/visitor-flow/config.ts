import { z } from 'zod';
import { COMFORT_LEVELS } from '../../../model/visitor-flow.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { feedSettings, secret } from '../../shared/settings.js';
import { areaRecord } from './areas.js';
import { DEFAULT_COMFORT, FIELD_NAMES, type FieldName } from './fields.js';

export const MAX_BYTES = 1_048_576;

const shape = feedSettings.extend({
  /** What the gates' platform sends as "authorization: Bearer <key>". */
  key: secret,
  contentTypes: z.array(z.string().toLowerCase()).min(1).default(['application/json', 'text/json']),
  maxBytes: z.int().min(1024).max(MAX_BYTES).default(262_144),
  /** Calls being stored at once. */
  maxAtOnce: z.int().min(1).max(1000).default(16),
  /** Until a call is answered, stored or not. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
  /** Scenic areas that messages do not describe: code, name, lon, lat and fields of the register, by English or Chinese name. */
  areas: z.array(z.record(z.string(), z.unknown())).default([]),
  /** What the platform calls its fields, beside the known names: `{ inPark: [zyrs] }`. */
  fields: z.partialRecord(z.enum(Object.keys(FIELD_NAMES) as [FieldName]), z.array(z.string().min(1))).default({}),
  /** What its comfort words mean, beside the known ones: `{ 优: COMFORTABLE }`. */
  comfort: z
    .record(z.string(), z.enum(COMFORT_LEVELS))
    .default({})
    .transform((own) => ({ ...DEFAULT_COMFORT, ...own })),
});

export const settings = shape.superRefine(({ areas, crs }, context) => {
  for (const [at, fields] of areas.entries())
    try {
      areaRecord({ fields, raw: JSON.stringify(fields) }, crs);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      context.addIssue({ code: 'custom', path: ['areas', at], message: error.message });
    }
});

export type Settings = z.infer<typeof settings>;
