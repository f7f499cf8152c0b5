import { z } from 'zod';
import { feedSettings, secret } from '../../shared/settings.js';

export const settings = feedSettings.extend({
  /** The MUSIC request without credentials; {times} and {adminCodes} are filled in. */
  url: z
    .string()
    .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), { error: 'no http(s) address' }),
  adminCodes: z.array(z.string().regex(/^\d{6}$/)).default([]),
  /** Of the observations asked for: {times} names the last whole steps, in UTC. */
  stepMinutes: z.number().int().min(1).max(60).default(60),
  /** How many steps each request names; more than one, since stations report late. */
  steps: z.number().int().min(1).max(48).default(3),
  pollSeconds: z.number().min(1).default(300),
  timeoutMs: z.number().int().min(100).max(60_000).default(20_000),
  /** Credentials, sent as the query parameters userId, pwd and sign. */
  userId: secret.optional(),
  password: secret.optional(),
  sign: secret.optional(),
});

export type Settings = z.infer<typeof settings>;
