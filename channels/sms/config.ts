import { z } from 'zod';
import { channelSettings, httpUrl, secret } from '../settings.js';

export const settings = channelSettings.extend({
  kind: z.literal('sms'),
  /** The gateway: messages are POSTed to `<url>/messages`, reports fetched from `<url>/reports`. */
  url: httpUrl.transform((text) => text.replace(/\/+$/, '')),
  /** Bearer of every call. */
  key: secret,
  /** Stands before every text, as gateways want it. */
  brand: z.string().max(20).default('烽火'),
  /** In which languages, the first one first; a warning without any of them goes out in Chinese. */
  languages: z.array(z.string().min(2).max(20)).min(1).max(6).default(['zh-CN']),
  /** Of a text in one language. */
  maxCharacters: z.int().min(30).max(1000).default(280),
  /** Numbers in one call. */
  batch: z.int().min(1).max(1000).default(100),
  /** How often delivery reports are asked for while any are waited for. */
  reportSeconds: z.number().min(0.05).max(600).default(10),
});
export type Settings = z.infer<typeof settings>;
