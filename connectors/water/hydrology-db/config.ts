import { z } from 'zod';
import { feedSettings } from '../../shared/settings.js';
import { sqlSettings } from '../../shared/transports/sql-poll.js';
import { isTableName } from './tables.js';

export const settings = feedSettings.extend({
  database: sqlSettings,
  pollSeconds: z.number().positive().default(60),
  /** Every round reads this much before the newest time again: rows are written late. */
  overlapMinutes: z.number().min(0).max(10_080).default(60),
  /** How far back the first round reads. */
  backfillHours: z.number().min(0).max(8760).default(72),
  /** How often stations and thresholds are read again. */
  registrySeconds: z.number().positive().default(600),
  /** Names of tables or views that differ from the standard's. */
  tables: z
    .record(z.string(), z.string().min(1))
    .default({})
    .refine((names) => Object.keys(names).every(isTableName), { error: 'keys are SL 323 tables, e.g. ST_RIVER_R' }),
});

export type Settings = z.infer<typeof settings>;
