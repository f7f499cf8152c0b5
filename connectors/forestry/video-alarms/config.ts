import { z } from 'zod';
import { MAX_GB28181_BYTES } from '../../shared/codecs/gb28181.js';
import { sameFire } from '../../shared/same-fire.js';
import { feedSettings, secret } from '../../shared/settings.js';

/** Every part that a rule names must fit; the first rule that fits decides. */
const rule = z.strictObject({
  as: z.enum(['SMOKE', 'FIRE', 'OTHER']),
  /** AlarmMethod, e.g. "5" for video. */
  method: z.string().optional(),
  /** AlarmType, within the method. */
  type: z.string().optional(),
  /** The description holds one of these, upper or lower case. */
  contains: z.array(z.string().min(1)).optional(),
});

/** GB/T 28181 has no alarm type for smoke or fire: platforms say it in the description. Smoke comes first, for "烟火" is what smoke detectors report. */
const DEFAULT_RULES: z.infer<typeof rule>[] = [
  { as: 'FIRE', contains: ['明火', '火情', '火灾', '火焰', '火点', '着火', '起火', 'flame'] },
  { as: 'SMOKE', contains: ['烟', 'smoke'] },
  { as: 'FIRE', contains: ['火', 'fire'] },
];

export const settings = feedSettings.extend({
  /** What the camera platform sends as "authorization: Bearer <key>". */
  key: secret,
  contentTypes: z
    .array(z.string().toLowerCase())
    .min(1)
    .default(['application/xml', 'text/xml', 'application/manscdp+xml']),
  maxBytes: z.int().min(1024).max(MAX_GB28181_BYTES).default(MAX_GB28181_BYTES),
  /** Calls being stored at once. */
  maxAtOnce: z.int().min(1).max(1000).default(16),
  /** Until a call is answered, stored or not. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
  rules: z.array(rule).default(DEFAULT_RULES),
  /** A position farther from the listed place of its device counts as wrong: the listed place is taken. */
  maxKmFromDevice: z.number().positive().default(30),
  sameFire,
});

export type Settings = z.infer<typeof settings>;
