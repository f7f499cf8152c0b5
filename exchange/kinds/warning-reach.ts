import type pg from 'pg';
import { z } from 'zod';
import type { DepartmentCode } from '../../model/department.js';
import type { BundleItem } from '../../model/exchange.js';
import type { Reach } from '../../model/reach.js';
import { WARNING_LEVELS } from '../../model/warning.js';
import type { Queryable } from '../../prisma/database.js';
import {
  dropLastTold,
  type LastTold,
  lockLastTold,
  type Reachable,
  reachable,
  saveLastTold,
  tellPeer,
} from '../../prisma/store/exchange-told.js';
import { reachOf } from '../../prisma/store/read-deliveries.js';
import { flowSettings, hazardSetting, inHazards } from './choosing.js';
import { hold } from './holding.js';
import type { Fault, PeerView, Taking, Told } from './kind.js';
import {
  count,
  department,
  digestOf,
  divisionSetting,
  fault,
  inSome,
  level,
  line,
  shapeFault,
  time,
} from './shapes.js';
import type { TellingKind } from './tell.js';

/** How often a peer is told how far its warnings, and ours, have got here. */
export const warningReachSettings = flowSettings(
  {
    send: z.boolean().default(true),
    /** At most so often for each warning, and only where something has changed. */
    everyMinutes: z.int().min(1).max(1440).default(10),
    /** For so long after a warning has ended. */
    hoursAfter: z.int().min(0).max(720).default(24),
    /** Of warnings from this level up. */
    minLevel: level.default('BLUE'),
    hazards: z.array(hazardSetting).min(1).optional(),
    divisions: z.array(divisionSetting).min(1).optional(),
  },
  { departments: 'it follows warnings that the peer was told of, or told us of; choose by departments of warning' },
);
export type WarningReachSettings = z.infer<typeof warningReachSettings>;

const counts = { targeted: count, delivered: count, acknowledged: count, reached: count };
const sent = { queued: count, sent: count, delivered: count, failed: count, expired: count };

/** How far a warning has got: counts alone, nobody's name. */
export const warningReachPayload = z.object({
  identifier: line(200),
  department,
  at: time,
  ...counts,
  /** Acknowledgements of officers, who are no recipients. */
  officers: count,
  channels: z.array(z.object({ channel: line(100), ...sent })).max(100),
  /** By township, or wider division. */
  places: z.array(z.object({ division: line(12), ...counts })).max(2000),
});
export type WarningReachPayload = z.infer<typeof warningReachPayload>;

/** How far warnings have got that the peer was told of, or told us of. */
export const warningReachKind = (settings: WarningReachSettings): TellingKind => ({
  kind: 'warningReach',
  sources: ['warningReach'],
  acted: 'kept for the duty officer',
  due: (last, now) => settings.send && lookDue(last, now),
  tell: (client, peer, now) => tell(client, peer, now, settings),
  collect: async (told) => (settings.send ? itemOf(told) : undefined),
  check: async (item) =>
    shapeFault(warningReachPayload, item) ??
    (item.id === item.payload.identifier
      ? undefined
      : fault('ID_DIFFERS', 'payload.identifier', `the id is ${item.id}`)),
  apply: (item: BundleItem, taking: Taking): Promise<Fault | undefined> => hold(item, taking, null),
});

const MOST_WARNINGS = 500;
/** Counting how far hundreds of warnings have got is no work for every few seconds. */
const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;

const lookDue = (last: LastTold | undefined, now: Date): boolean =>
  !last || last.at > now || now.getTime() - last.at.getTime() >= LOOK_MS;

async function tell(
  client: pg.PoolClient,
  { name, feedId }: PeerView,
  now: Date,
  settings: WarningReachSettings,
): Promise<number> {
  const { everyMinutes, hoursAfter } = settings;
  const last = await lockLastTold(client, name, 'warningReach');
  if (!lookDue(last.get(''), now)) return 0;
  const since = new Date(now.getTime() - hoursAfter * 3_600_000);
  const found = await reachable(client, { peer: name, feedId, endedSince: since, most: MOST_WARNINGS });
  const warnings = found.filter((warning) => fits(warning, settings));
  const early = new Date(now.getTime() - everyMinutes * 60_000);
  const due = warnings.filter(({ identifier }) => (last.get(identifier)?.at ?? early) <= early);
  const payloads = await payloadsOf(client, due, now);
  const changed = payloads.filter(({ identifier, digest }) => last.get(identifier)?.told !== digest);
  const rows = changed.map(({ identifier, payload }) => ({ key: identifier, payload }));
  await tellPeer(client, name, 'warningReach', rows, now);
  await saveLastTold(
    client,
    name,
    'warningReach',
    [{ key: '', told: '' }, ...changed.map(({ identifier, digest }) => ({ key: identifier, told: digest }))],
    now,
  );
  await dropLastTold(client, name, 'warningReach', new Date(since.getTime() - 30 * DAY_MS));
  return rows.length;
}

const fits = (
  { level, hazardCode, divisionCodes }: Reachable,
  { minLevel, hazards, divisions }: WarningReachSettings,
): boolean =>
  WARNING_LEVELS.indexOf(level) >= WARNING_LEVELS.indexOf(minLevel) &&
  inHazards(hazardCode, hazards) &&
  inSome(divisionCodes, divisions);

async function payloadsOf(
  client: Queryable,
  warnings: readonly { readonly identifier: string; readonly department: DepartmentCode }[],
  now: Date,
): Promise<{ identifier: string; digest: string; payload: WarningReachPayload }[]> {
  const reaches = await reachOf(
    client,
    warnings.map(({ identifier }) => identifier),
  );
  return reaches.filter(saysSomething).map((reach) => {
    const { identifier, targeted, delivered, acknowledged, reached, officers } = reach;
    const said = {
      ...{ identifier, targeted, delivered, acknowledged, reached, officers },
      channels: reach.channels.map(({ channel, queued, sent, delivered, failed, expired }) => ({
        ...{ channel, queued, sent, delivered, failed, expired },
      })),
      places: [...reach.places].map(([division, { targeted, delivered, acknowledged, reached }]) => ({
        ...{ division, targeted, delivered, acknowledged, reached },
      })),
    };
    const found = warnings.find((each) => each.identifier === identifier);
    const department = found?.department ?? 'EMERGENCY';
    return {
      identifier,
      digest: digestOf(said).toString('hex'),
      payload: { ...said, department, at: now.toISOString() },
    };
  });
}

/** A warning that is meant for nobody in particular and went nowhere has nothing to be told of. */
const saysSomething = ({ targeted, officers, channels }: Reach): boolean =>
  targeted > 0 || officers > 0 || channels.length > 0;

function itemOf({ payload, at }: Told): BundleItem {
  const { identifier, department } = payload as unknown as WarningReachPayload;
  const changedAt = at.toISOString();
  return {
    type: 'warningReach',
    id: identifier,
    version: changedAt,
    op: 'upsert',
    payload,
    provenance: { department, feed: null, changedAt },
  };
}
