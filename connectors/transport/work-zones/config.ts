import { z } from 'zod';
import { feedSettings, secret } from '../../shared/settings.js';

export const settings = feedSettings.extend({
  /** {key} stands for the key. */
  url: z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
    error: 'no http(s) address',
  }),
  key: secret.optional(),
  pollSeconds: z.number().min(1).default(60),
  /** For one answer. */
  timeoutMs: z.int().min(100).max(60_000).default(20_000),
  /** An event that so many answers in a row no longer name is over. */
  endAfterMissing: z.int().min(1).max(100).default(2),
});

export type Settings = z.infer<typeof settings>;
