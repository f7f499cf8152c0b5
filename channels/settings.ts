import { z } from 'zod';
import { AUDIENCE_GROUPS } from '../model/audience.js';
import { DEPARTMENT_CODES } from '../model/department.js';
import { DIVISION_CODE } from '../model/division.js';
import { WARNING_LEVELS } from '../model/warning.js';

/** A credential, resolved by the server from `{ env: NAME }`, `{ file: path }` or `{ generated: name }` before a channel sees it. */
export const secret = z.string().min(16, { error: 'at least 16 characters' });

export const httpUrl = z.string().refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), {
  error: 'an http:// or https:// address',
});

/** What every channel's settings hold; a kind of channel extends it. */
export const channelSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Leads to the public. Only what is released in earnest goes there; exercises and tests need a channel that says false. */
  public: z.boolean().default(true),
  /** Only for these groups; warnings that name no audiences pass. */
  audiences: z.array(z.enum(AUDIENCE_GROUPS)).min(1).optional(),
  /** Only warnings for these divisions, something beneath them, or something wider. */
  divisions: z
    .array(z.string().regex(DIVISION_CODE, { error: 'a division code of 6, 9 or 12 digits' }))
    .min(1)
    .optional(),
  minLevel: z.enum(WARNING_LEVELS).optional(),
  /** Event codes or their beginnings: 11B is all of meteorology's. */
  hazards: z
    .array(z.string().regex(/^[0-9A-Z]{1,8}$/, { error: 'an event code or its beginning, e.g. 11B03' }))
    .min(1)
    .optional(),
  departments: z.array(z.enum(DEPARTMENT_CODES)).min(1).optional(),
  /** For one call, its answer included. */
  timeoutMs: z.int().min(100).max(120_000).default(10_000),
  /** Calls at a time. */
  concurrency: z.int().min(1).max(32).default(4),
  retry: z
    .strictObject({
      /** The first wait; it doubles, with jitter, up to the longest. */
      firstMs: z.int().min(10).max(600_000).default(1000),
      longestMs: z.int().min(10).max(3_600_000).default(120_000),
      /** A delivery refused so often is set aside. An other side that cannot be reached is tried until the warning is over. */
      refusals: z.int().min(1).max(100).default(6),
    })
    .prefault({}),
});
export type ChannelSettings = z.infer<typeof channelSettings>;
