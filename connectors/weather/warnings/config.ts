import { z } from 'zod';
import { WARNING_LEVELS } from '../../../model/warning.js';
import { feedSettings, warnsFor } from '../../shared/settings.js';

const source = z.strictObject({
  /** Of one document, or of the page that lists them. */
  url: z.url({ protocol: /^https?$/ }),
  index: z.enum(['none', 'html', 'rss', 'atom']).default('none'),
});
export type Source = z.infer<typeof source>;

const level = z.enum(WARNING_LEVELS);

export const settings = feedSettings.extend({
  sources: z.array(source).min(1),
  /** The city's release platform carries the warnings of all departments. */
  warnsFor: warnsFor.default('all'),
  pollSeconds: z.number().min(1).default(60),
  /** For one document or index page. */
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  /** Documents of one index read in one round: the newest; the rest waits for the next round. */
  maxDocuments: z.number().int().min(1).max(2000).default(200),
  /** An index is followed to names that end so. */
  suffixes: z.array(z.string().min(1)).default(['.xml', '.cap']),
  /** Request headers, e.g. authorization. */
  headers: z.record(z.string(), z.string()).default({}),
  /** How long a warning holds whose message does not say, by hazard code; before the hub's own table. */
  expiryHours: z.record(z.string(), z.number().positive()).default({}),
  /** The level of a CAP severity, where no headline names a colour; a severity left out here cannot be taken in. */
  severityLevels: z
    .strictObject({
      Extreme: level.optional(),
      Severe: level.optional(),
      Moderate: level.optional(),
      Minor: level.optional(),
      Unknown: level.optional(),
    })
    .default({ Extreme: 'RED', Severe: 'ORANGE', Moderate: 'YELLOW', Minor: 'BLUE' }),
  /** The CAP geocodes that are division codes of GB/T 2260; other countries' codes have as many digits. */
  divisionGeocodes: z.array(z.string()).default(['CPEAS Geographic Code', 'GB/T 2260', 'GB/T2260', 'adminCode']),
});

export type Settings = z.infer<typeof settings>;
