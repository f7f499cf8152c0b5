import { z } from 'zod';
import { type OwnKey, readOwnKey, readPeerKey } from '../../exchange/keys.js';
import { kindsSettings } from '../../exchange/kinds/settings.js';
import { fileDropSettings } from '../../exchange/transports/file-drop-settings.js';
import { type PullSettings, pullSettings } from '../../exchange/transports/graphql-pull.js';
import { pushSettings } from '../../exchange/transports/https-push.js';
import { noticeSettings } from '../../exchange/transports/notice-settings.js';
import { canonicalDivision, DIVISION_CODE } from '../../model/division.js';
import { TIERS } from '../../model/exchange.js';

const orgCode = z.string().regex(/^\d{14}$/, { error: 'an organisation code of fourteen digits' });
const division = z
  .string()
  .regex(DIVISION_CODE, { error: 'a division code of 6, 9 or 12 digits' })
  .transform((code) => canonicalDivision(code) ?? code);
const kid = z.string().regex(/^[\w.-]{1,60}$/, { error: 'letters, digits, . _ and -, at most 60' });
const validity = {
  /** From when, and until when exclusively; while keys overlap the one that became valid last signs. */
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
};
const spanOf = ({
  from,
  until,
}: {
  from?: string | undefined;
  until?: string | undefined;
}): Pick<OwnKey, 'from' | 'until'> => ({
  from: from === undefined ? null : new Date(from),
  until: until === undefined ? null : new Date(until),
});

const ownKey = z
  .strictObject({ kid, secretKey: z.string(), ...validity })
  .transform((named, context) =>
    reading(() => readOwnKey(named.kid, named.secretKey, spanOf(named)), 'secretKey', context),
  );
const peerKey = z
  .strictObject({ kid, publicKey: z.string(), ...validity })
  .transform((named, context) =>
    reading(() => readPeerKey(named.kid, named.publicKey, spanOf(named)), 'publicKey', context),
  );

function reading<T>(read: () => T, path: string, context: z.RefinementCtx): T {
  try {
    return read();
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'no key', path: [path] });
    return z.NEVER;
  }
}

/** Ids of keys tell keys apart: none stands for two. */
const distinct = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;
const apart = (keys: readonly { readonly kid: string }[]): boolean =>
  new Set(keys.map((key) => key.kid)).size === keys.length;

const peerSection = z.strictObject({
  orgCode,
  division,
  tier: z.enum(TIERS),
  /** Those that its messages may be signed with; pinned here, nothing else is believed. */
  keys: z.array(peerKey).min(1).refine(apart, { error: 'each key needs a kid of its own' }),
  /** How bundles and receipts go to it. Without a road it comes and gets them (exchangeBundles). */
  push: pushSettings.optional(),
  /** Where the hub goes and gets what the peer has for it. */
  pull: pullSettings.optional(),
  /** What flows, by kind (docs/exchange-content.md). Signs of life always do. */
  flow: kindsSettings.prefault({}),
  /** Both ways over folders, here or behind SFTP (docs/exchange-roads.md). */
  drop: fileDropSettings.optional(),
  /** Tells the peer over MQTT that something lies ready, and listens for its word. */
  notify: noticeSettings.optional(),
  /** Without a receipt that a bundle is carried out the duty officer is told. */
  receiptWithinSeconds: z
    .number()
    .min(1)
    .max(7 * 86_400)
    .default(900),
  heartbeatSeconds: z.number().min(1).max(86_400).default(300),
  /** On a road without answers: again, where nothing was heard of a bundle. */
  resendAfterSeconds: z.number().min(1).max(86_400).default(900),
  retry: z
    .strictObject({
      firstMs: z.int().min(10).max(600_000).default(1000),
      longestMs: z.int().min(10).max(3_600_000).default(60_000),
    })
    .prefault({}),
});
const peer = peerSection.refine(({ drop, pull, push }) => !drop || (!pull && !push), {
  error: 'drop is both ways: leave out push and pull, or drop',
});

/** The exchange with platforms of other tiers (docs/exchange.md). */
export const exchangeSettings = z.strictObject({
  orgCode,
  tier: z.enum(TIERS).default('CITY'),
  keys: z.array(ownKey).min(1).refine(apart, { error: 'each key needs a kid of its own' }),
  peers: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,40}$/, { error: 'a-z, 0-9 and -, at most 41 characters' }), peer)
    .refine((peers) => distinct(Object.values(peers).map((each) => `${each.orgCode} ${each.division}`)), {
      error: 'two peers of the same orgCode and division: what comes could not be told apart',
    }),
});
export type ExchangeSettings = z.infer<typeof exchangeSettings>;
export type PeerSection = ExchangeSettings['peers'][string];
export type { PullSettings };
