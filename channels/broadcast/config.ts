import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { channelSettings } from '../settings.js';

const folder = z.string().refine((path) => isAbsolute(path), { error: 'a whole path, beginning with /' });
const ebrId = z.string().regex(/^\d{18}$/, { error: 'an EBRID of 18 digits' });

export const settings = channelSettings.extend({
  kind: z.literal('broadcast'),
  /** Holds `outbox` and `inbox`; both must exist, and be on one file system each. */
  folder,
  /** Of this hub, and of the platform. */
  source: ebrId,
  destination: ebrId,
  /** 64 hex digits, or any longer secret that the key is derived from; without it packages go unsigned, and the start says so. */
  key: z.string().min(32, { error: 'at least 32 characters' }).optional(),
  certificate: z
    .string()
    .regex(/^[0-9A-Za-z]{0,64}$/)
    .default(''),
  /** A file with the platform's public key, 130 hex digits; without it receipts are taken unchecked. */
  platformKeyFile: z.string().min(1).optional(),
  languages: z.array(z.string().min(2).max(20)).min(1).max(1).default(['zh-CN']),
  pollSeconds: z.number().min(0.05).max(600).default(2),
  /** Id of the entry of the register warning-recipient that stands behind the platform. */
  recipient: z.string().min(1).max(200).optional(),
});
export type Settings = z.infer<typeof settings>;
