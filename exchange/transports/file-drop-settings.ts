import { z } from 'zod';

/** Below the root; plain names only. */
const folder = z.string().regex(/^[A-Za-z0-9][\w.-]{0,60}(\/[A-Za-z0-9][\w.-]{0,60}){0,4}$/, {
  error: 'a folder below the root, e.g. "from-654200"',
});

/** Resolved by the server from `{ env: NAME }` or `{ file: path }` before it comes here. */
const credential = z.string().min(8, { error: 'at least 8 characters' });

const folderPlace = z.strictObject({
  kind: z.literal('folder'),
  /** On this machine; must exist. */
  path: z.string().min(1),
});

const sftpPlace = z
  .strictObject({
    kind: z.literal('sftp'),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(22),
    username: z.string().min(1),
    password: credential.optional(),
    /** PEM or OpenSSH text. */
    privateKey: credential.optional(),
    passphrase: credential.optional(),
    /** The server's host key, as `ssh-keygen -lf` prints it; a second one while it changes. */
    hostKeys: z
      .array(
        z
          .string()
          .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, { error: 'SHA256: and 43 characters, as ssh-keygen -lf prints it' }),
      )
      .min(1)
      .max(4),
    /** Must exist there; '' is where the user arrives. */
    root: z
      .string()
      .regex(/^[\w./-]{0,200}$/)
      .default(''),
  })
  .refine(({ password, privateKey }) => (password === undefined) !== (privateKey === undefined), {
    error: 'either password or privateKey',
  });
export type SftpPlace = z.infer<typeof sftpPlace>;

/** The road of files. `in`, `out`, `ack` and `answer` are ours: the other side's `in` is our `out`, its `ack` our `answer`. */
export const fileDropSettings = z.strictObject({
  place: z.union([folderPlace, sftpPlace]),
  folders: z
    .strictObject({
      /** Our bundles. */
      out: folder.default('out'),
      /** Theirs. */
      in: folder.default('in'),
      /** What they answer to ours: acks, receipts, requests. */
      ack: folder.default('ack'),
      /** What we answer to theirs. */
      answer: folder.default('answer'),
      done: folder.default('done'),
      bad: folder.default('bad'),
      /** Our warnings besides, as 12379 platforms take them; absent: not. */
      warnings: folder.optional(),
    })
    .prefault({})
    .refine((folders) => new Set(Object.values(folders)).size === Object.values(folders).length, {
      error: 'each folder once',
    }),
  pollSeconds: z.int().min(1).max(3600).default(30),
  /** For one call to the server. */
  timeoutMs: z.int().min(100).max(300_000).default(30_000),
  /** How long a missing bundle or receipt is waited for before it is asked for, and before it is asked for again. */
  gapSeconds: z.int().min(1).max(86_400).default(300),
  /** How long a bundle that cannot be taken yet (an unknown key, a clock) stays in `in` before it is put aside. */
  patienceHours: z.int().min(1).max(8760).default(72),
  /** Files in `done` are deleted after so long; those in `bad` never. */
  keepDays: z.int().min(1).max(36_500).default(190),
  limits: z
    .strictObject({
      zipBytes: z.int().min(10_000).max(64_000_000).default(4_000_000),
      unpackedBytes: z.int().min(10_000).max(64_000_000).default(8_000_000),
      entries: z.int().min(1).max(2000).default(256),
      /** Unpacked to packed, of one entry and of all. */
      ratio: z.int().min(2).max(1000).default(200),
    })
    .prefault({}),
});
export type FileDropSettings = z.infer<typeof fileDropSettings>;
export type ZipLimits = FileDropSettings['limits'];
