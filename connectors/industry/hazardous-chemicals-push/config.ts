import { z } from 'zod';
import { MAX_PLANT_BYTES } from '../../shared/codecs/plant-json.js';
import { secret } from '../../shared/settings.js';
import { plantSettings } from '../hazardous-chemicals/config.js';

export const settings = plantSettings.extend({
  /** What the gateways send as "authorization: Bearer <key>". */
  key: secret,
  contentTypes: z.array(z.string().toLowerCase()).min(1).default(['application/json', 'text/json']),
  maxBytes: z.int().min(1024).max(MAX_PLANT_BYTES).default(MAX_PLANT_BYTES),
  /** Calls being stored at once. */
  maxAtOnce: z.int().min(1).max(1000).default(32),
  /** Until a call is answered, stored or not. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
});

export type Settings = z.infer<typeof settings>;
