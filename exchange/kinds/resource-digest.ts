import type pg from 'pg';
import { z } from 'zod';
import { departmentOfFeed } from '../../model/department.js';
import type { BundleItem } from '../../model/exchange.js';
import { feedState } from '../../model/feed-state.js';
import { REGISTERS } from '../../model/registers.js';
import type { Queryable } from '../../prisma/database.js';
import {
  healthOf,
  type RegisterDigest,
  type RegisterSums,
  registerDigests,
} from '../../prisma/store/exchange-digests.js';
import type { ToTell } from '../../prisma/store/exchange-told.js';
import { BY_GRANT, flowSettings } from './choosing.js';
import { hold } from './holding.js';
import type { Fault, PeerView, Told } from './kind.js';
import { freshUntil } from './observation-digest.js';
import {
  count,
  division,
  divisionSetting,
  fault,
  inSome,
  line,
  placed,
  shapeFault,
  status,
  text,
  time,
} from './shapes.js';
import { peerSight } from './sight.js';
import { grouped, type Period, periodDue, type TellingKind, tellPeriod } from './tell.js';

/** What is summed of registers, and by what; of all others entries are counted. Sums are of one kind of thing each. */
const SUMS: Readonly<Record<string, Omit<RegisterSums, 'noun'>>> = {
  'supply-depot': { by: ['level'], sums: ['areaSquareMetres'] },
  'supply-item': { by: ['classCode', 'measure'], sums: ['quantity'] },
  'rescue-team': { by: ['teamType'], sums: ['memberCount'] },
  shelter: { by: ['state'], sums: ['capacityPersons', 'occupiedPersons'] },
};

/** How often a peer is told what there is of supplies, teams, shelters …, by what was granted to it. */
export const resourceDigestSettings = flowSettings(
  {
    send: z.boolean().default(true),
    everyMinutes: z.int().min(15).max(1440).default(360),
    registers: z
      .array(z.enum(REGISTERS.map(({ noun }) => noun) as [string, ...string[]]))
      .min(1)
      .default(Object.keys(SUMS)),
    /** Of what lies in these, beneath them, or is known no closer than by what holds them. */
    divisions: z.array(divisionSetting).min(1).optional(),
  },
  {
    minLevel: 'entries of registers have no level of a warning or incident; choose by registers or divisions',
    hazards: 'what registers list belongs to no hazard; choose by registers',
    departments: BY_GRANT,
  },
);
export type ResourceDigestSettings = z.infer<typeof resourceDigestSettings>;

/** What a register of one feed holds, counted. */
export const resourceDigestPayload = z.object({
  /** As in docs/registers.md, e.g. "shelter". */
  register: line(60),
  feed: line(100),
  /** It is as of the end of this. */
  period: z.object({ from: time, to: time }),
  /** The feed brings nothing at the moment: what is said may no longer be so. */
  stale: z.boolean(),
  groups: z
    .array(
      z.object({
        /** The township, or wider division; null where it is not known. */
        division: division.nullable(),
        status,
        /** The fields that these entries agree in, e.g. their class and what they are counted in. */
        by: z.record(line(60), text(200)),
        count,
        /** Sums by field; empty where figures were not granted. Null: no entry says. */
        totals: z.record(line(60), z.number().nullable()),
        /** When the entry of these that was changed longest ago, and last, was changed. */
        oldestAt: time,
        observedAt: time,
      }),
    )
    .max(5000),
});
export type ResourceDigestPayload = z.infer<typeof resourceDigestPayload>;

/** What there is of resources, period by period, one item for each register of each feed. */
export const resourceDigestKind = (settings: ResourceDigestSettings): TellingKind => ({
  kind: 'resourceDigest',
  sources: ['resourceDigest'],
  acted: 'kept for the duty officer',
  due: (last, now) => settings.send && periodDue(last, settings.everyMinutes, now),
  tell: async (client, peer, now) => {
    const when = { everyMinutes: settings.everyMinutes, now };
    return tellPeriod(client, peer.name, 'resourceDigest', when, (period) => read(client, peer, period, now, settings));
  },
  collect: (told, peer, client) => collect(told, peer, client, settings),
  check: async (item) => shapeFault(resourceDigestPayload, item) ?? agreementFault(item),
  apply: (item, taking) => hold(item, taking, freshUntil(item)),
});

async function read(
  client: pg.PoolClient,
  peer: PeerView,
  period: Period,
  now: Date,
  { registers }: ResourceDigestSettings,
): Promise<ToTell[]> {
  const reach = (await peerSight(client, peer.name, now)).reach({ kind: 'register' });
  if (!reach) throw new Error('a platform of another tier sees everything');
  const told: ToTell[] = [];
  for (const noun of registers) {
    const rows = await registerDigests(client, reach, { noun, ...(SUMS[noun] ?? { by: [], sums: [] }) });
    const feeds = grouped(rows, ({ feedId }) => feedId);
    const health = await healthOf(client, [...feeds.keys()]);
    for (const [feed, own] of feeds) {
      const known = health.get(feed);
      const stale = !known || feedState(known, now).state !== 'LIVE';
      told.push({ key: `${feed} ${noun}`, payload: payloadOf(noun, feed, own, period, stale) });
    }
  }
  return told;
}

const payloadOf = (
  register: string,
  feed: string,
  rows: readonly RegisterDigest[],
  { from, to }: Period,
  stale: boolean,
): ResourceDigestPayload => ({
  ...{ register, feed, stale },
  period: { from: from.toISOString(), to: to.toISOString() },
  groups: rows.map(({ division, status, by, count, totals, oldestAt, newestAt }) => ({
    ...{ division, status: status as 'ACTUAL', by, count, totals },
    oldestAt: oldestAt.toISOString(),
    observedAt: newestAt.toISOString(),
  })),
});

/** Looked at again when it is sealed, as with observations. */
async function collect(
  { payload, at }: Told,
  peer: PeerView,
  client: Queryable,
  { send, divisions }: ResourceDigestSettings,
): Promise<BundleItem | undefined> {
  const told = payload as unknown as ResourceDigestPayload;
  const sight = await peerSight(client, peer.name, at);
  const how = sight.ofPart(told.feed, { register: told.register });
  if (!send || !how) return undefined;
  const chosen = told.groups.filter(({ division }) => inSome(placed(division), divisions));
  if (chosen.length === 0) return undefined;
  const groups = how.value ? chosen.map((group) => ({ ...group, totals: {} })) : chosen;
  return {
    type: 'resourceDigest',
    id: idOf(told),
    version: told.period.to,
    op: 'upsert',
    payload: { ...told, groups },
    provenance: { department: departmentOfFeed(told.feed), feed: told.feed, changedAt: at.toISOString() },
  };
}

const idOf = ({ feed, register }: ResourceDigestPayload): string => `${feed}:${register}`;

function agreementFault({ id, payload }: BundleItem): Fault | undefined {
  const told = resourceDigestPayload.parse(payload);
  if (id !== idOf(told)) return fault('ID_DIFFERS', 'id', `it must be ${idOf(told)}`);
  if (Date.parse(told.period.to) <= Date.parse(told.period.from))
    return fault('PERIOD_REVERSED', 'payload.period.to', `it must lie after ${told.period.from}`);
  return undefined;
}
