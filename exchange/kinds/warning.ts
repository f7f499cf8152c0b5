import type { WarningEntry, WarningSnapshot } from '../../model/entry.js';
import type { BundleItem } from '../../model/exchange.js';
import { WARNING_LEVELS } from '../../model/warning.js';
import { messageFor, type PublicWarning, type WarningMessage } from '../../model/warning-message.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import type { Queryable } from '../../prisma/database.js';
import { wasTold } from '../../prisma/store/exchange-told.js';
import { readPublishedWarning } from '../../prisma/store/read-public-warnings.js';
import { readSnapshots } from '../../prisma/store/warning-rows.js';
import { inHazards } from './choosing.js';
import type { ExchangeKind, PeerView, Told } from './kind.js';
import { hazardCode, inSome, rising } from './shapes.js';
import { writtenForms } from './warning-forms.js';
import type { WarningPayload, WarningSettings } from './warning-shape.js';
import { applyWarning, checkWarning } from './warning-taking.js';

/** Warnings. What has run out is not told: the other side sees that by `expiresAt`. */
export const warningKind = (settings: WarningSettings): ExchangeKind => ({
  kind: 'warning',
  sources: ['warning'],
  acted: 'published to the subscribers of this hub',
  collect: (told, peer, client) => collect(told, peer, client, settings),
  check: async (item, taking) => checkWarning(item, taking, settings),
  apply: applyWarning,
});

async function collect(
  told: Told,
  peer: PeerView,
  client: Queryable,
  settings: WarningSettings,
): Promise<BundleItem | undefined> {
  const { kind, warning } = told.payload as unknown as WarningEntry;
  if (!settings.send || kind === 'EXPIRED') return undefined;
  const found = await standing(warning, client, told.at);
  if (found.warning.feedId === peer.feedId || !PUBLISHED.includes(found.warning.state)) return undefined;
  if (!(await concerns(found, peer, client, settings))) return undefined;
  return itemOf(found, told.at, client);
}

/**
 * The warning as it was told of, with what its message must name. One that is superseded is told of by its successor; where that never came, as
 * one that is over.
 */
async function standing(warning: WarningSnapshot, client: Queryable, at: Date): Promise<PublicWarning> {
  if (warning.state === 'SUPERSEDED') {
    const successor = warning.supersededById && (await readPublishedWarning(client, warning.supersededById));
    if (successor) return successor;
    const over = { ...warning, state: 'CANCELLED' as const, cancelledAt: at.toISOString() };
    return { warning: over, changedAt: at, replaces: [], cancellation: null };
  }
  const now = await readPublishedWarning(client, warning.identifier);
  return { changedAt: at, replaces: now?.replaces ?? [], cancellation: now?.cancellation ?? null, warning };
}

/** Whether the peer is to have it: by the settings, or because it changes what the peer has had before. */
async function concerns(
  { warning, replaces }: PublicWarning,
  peer: PeerView,
  client: Queryable,
  settings: WarningSettings,
): Promise<boolean> {
  if (fits(warning, settings)) return true;
  const before = replaces.map(({ identifier }) => identifier);
  const predecessors = await readSnapshots(client, before);
  if ([...predecessors.values()].some((each) => each.feedId !== peer.feedId && fits(each, settings))) return true;
  return wasTold(client, peer.name, 'warning', [warning.identifier, ...before]);
}

const fits = (warning: WarningSnapshot, { minLevel, hazards, divisions, statuses, departments }: WarningSettings) =>
  WARNING_LEVELS.indexOf(warning.level) >= WARNING_LEVELS.indexOf(minLevel) &&
  inHazards(warning.hazardCode, hazards) &&
  inSome(warning.divisionCodes, divisions) &&
  statuses.includes(warning.status) &&
  (!departments || departments.some((code) => code === warning.departmentCode));

async function itemOf(found: PublicWarning, at: Date, client: Queryable): Promise<BundleItem> {
  const { warning } = found;
  const message = messageFor(found);
  return {
    type: 'warning',
    id: warning.identifier,
    version: versionOf(warning),
    op: message.type === 'CANCEL' ? 'cancel' : 'upsert',
    payload: { ...payloadOf(warning, message) },
    provenance: {
      department: warning.departmentCode as BundleItem['provenance']['department'],
      feed: warning.feedId,
      changedAt: at.toISOString(),
    },
    attachments: await writtenForms(message, client),
  };
}

/** A later message under the identifier, else another wording, else the end: what is ended stays so within one wording. */
const RANK = { ACTIVE: 0, EXPIRED: 1, CANCELLED: 2, SUPERSEDED: 3 } as const;
const versionOf = ({ issuedAt, revision, state }: WarningSnapshot): string =>
  `${issuedAt}.${rising(revision)}.${RANK[state as keyof typeof RANK] ?? 0}`;

/** What the message says, its texts being a cancellation's own where it is one. */
const payloadOf = (warning: WarningSnapshot, message: WarningMessage): WarningPayload => ({
  identifier: warning.identifier,
  message: {
    identifier: message.identifier,
    type: message.type,
    sender: message.sender,
    sentAt: message.sentAt,
  },
  references: message.references.map(({ identifier, sender, sentAt }) => ({ identifier, sender, sentAt })),
  department: warning.departmentCode as WarningPayload['department'],
  // A feed's own code means nothing elsewhere; the texts name the hazard.
  hazardCode: hazardCode.safeParse(warning.hazardCode).data ?? 'UNKNOWN',
  level: warning.level,
  status: warning.status,
  state: warning.state as WarningPayload['state'],
  issuedAt: warning.issuedAt,
  effectiveAt: warning.effectiveAt,
  onsetAt: warning.onsetAt,
  expiresAt: warning.expiresAt,
  cancelledAt: warning.cancelledAt,
  divisions: [...warning.divisionCodes],
  area: warning.area as WarningPayload['area'],
  texts: message.warning.texts.map((each) => ({ ...each })),
});
