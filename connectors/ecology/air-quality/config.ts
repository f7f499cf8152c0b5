import { z } from 'zod';
import { AVERAGINGS } from '../../../model/air-quality.js';
import { feedSettings, secret } from '../../shared/settings.js';

const place = z.strictObject({
  code: z.string().min(1).max(100),
  name: z.string().min(1).max(200),
  kind: z.enum(['CITY', 'SITE']).default('CITY'),
  lon: z.number().optional(),
  lat: z.number().optional(),
});

const source = z.strictObject({
  /** {key} stands for the key. */
  url: z.string().refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
    error: 'no http(s) address',
  }),
  /** Of rows that name no place of their own. */
  place: place.optional(),
});

export const settings = feedSettings.extend({
  sources: z.array(source).min(1),
  /** Names, codes and positions of places that rows name, by their code or name. */
  places: z.array(place).default([]),
  key: secret.optional(),
  /** HOUR: hourly means; DAY: 24-hour means (fields ending in 24; ozone by its 8-hour mean). */
  averaging: z.enum(AVERAGINGS).default('HOUR'),
  /** The edition of HJ 633 the index goes by; `by-date` takes the one in force. */
  edition: z.enum(['by-date', '2012', '2026']).default('by-date'),
  pollSeconds: z.number().min(1).default(600),
  /** For one answer. */
  timeoutMs: z.int().min(100).max(60_000).default(20_000),
});

export type Settings = z.infer<typeof settings>;
export type Place = z.infer<typeof place>;
