import { z } from 'zod';

/** A credential by reference. The settings file never holds one. */
const named = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'name it: { env: NAME } or { file: path }',
});

/** Warnings as they go out, at /cap. */
export const capSettings = z.strictObject({
  /** The private key that signs them, and its X.509 certificate, both PEM; without it they go out unsigned. */
  signing: z.strictObject({ key: named, certificate: named }).optional(),
  /** How long the feed lists a warning that has ended. */
  keepHours: z.int().min(1).max(720).default(24),
});
export type CapSettings = z.infer<typeof capSettings>;

/** Where the hub is reached from outside, without the slash at the end; addresses in what it publishes begin so. */
export const publicUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !/[?#@]/.test(url), { error: 'an address without user, query and fragment' })
  .transform((url) => url.replace(/\/+$/, ''));
