import { z } from 'zod';

const isBroker = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return /^mqtts?:$/.test(protocol) && hostname !== '' && username === '' && password === '';
};
const topic = z.string().regex(/^[^#+\0]{1,200}$/, { error: 'a topic without wildcards' });
const credential = z.string().min(8, { error: 'at least 8 characters' });

/** Notifications in WIS2's shape over MQTT: the other side is told at once that something lies ready, and need not wait for its next look. */
export const noticeSettings = z
  .strictObject({
    /** mqtt://host:port or mqtts://host:port. */
    url: z.string().refine(isBroker, { error: 'mqtt://host:port or mqtts://host:port, credentials apart' }),
    version: z.enum(['3.1.1', '5']).default('3.1.1'),
    clientId: z.string().regex(/^[\w.-]{1,64}$/, { error: 'letters, digits, . _ - only' }),
    username: credential.optional(),
    password: credential.optional(),
    /** PEM texts; without `ca` the system's authorities count. */
    tls: z
      .strictObject({ ca: credential.optional(), cert: credential.optional(), key: credential.optional() })
      .default({}),
    /** Where ours are published; absent: they are not. */
    publish: topic.optional(),
    /** What the other side's address of our files begins with, e.g. sftp://files.example/out/ or https://hub.example/. */
    base: z
      .string()
      .regex(/^(https?|s?ftp):\/\/[^\s/@]+\/(\S*\/)?$/, {
        error: 'an http, https, ftp or sftp address that ends with a slash',
      })
      .optional(),
    /** Where theirs come; absent: none are listened for. */
    subscribe: topic.optional(),
    keepaliveSeconds: z.int().min(5).max(3600).default(60),
    connectTimeoutMs: z.int().min(100).max(60_000).default(10_000),
    /** Waits between attempts: the first, doubled with jitter up to the longest. */
    firstWaitMs: z.int().min(10).max(600_000).default(1000),
    longestWaitMs: z.int().min(10).max(3_600_000).default(300_000),
    /** The text of a JSON schema that messages must fulfil besides, e.g. the one that WMO publishes: `{ file: … }`. */
    schema: z.string().min(2).optional(),
  })
  .refine(({ publish, base }) => (publish === undefined) === (base === undefined), {
    error: 'publish and base go together',
  });
export type NoticeSettings = z.infer<typeof noticeSettings>;
