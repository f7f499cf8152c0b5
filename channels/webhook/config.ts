import { z } from 'zod';
import { channelSettings, httpUrl, secret } from '../settings.js';
import { FORMATS } from './formats.js';

export const settings = channelSettings.extend({
  kind: z.literal('webhook'),
  url: httpUrl,
  /** Shared with the receiver: signs every call. */
  key: secret,
  format: z.enum(Object.keys(FORMATS) as [keyof typeof FORMATS, ...(keyof typeof FORMATS)[]]).default('json'),
  /** Id of the entry of the register warning-recipient that stands behind this address. */
  recipient: z.string().min(1).max(200).optional(),
});
export type Settings = z.infer<typeof settings>;
