import type pg from 'pg';
import { z } from 'zod';
import { townshipOf } from '../../model/coarsen.js';
import { departmentOfFeed } from '../../model/department.js';
import { canonicalDivision } from '../../model/division.js';
import type { BundleItem } from '../../model/exchange.js';
import { feedState, freshSince } from '../../model/feed-state.js';
import { PROPERTIES, PROPERTY_NAMES, type PropertyName } from '../../model/property.js';
import { gradeOf } from '../../model/threshold.js';
import type { Queryable } from '../../prisma/database.js';
import { type DatastreamDigest, datastreamDigests, healthOf } from '../../prisma/store/exchange-digests.js';
import type { ToTell } from '../../prisma/store/exchange-told.js';
import { BY_GRANT, flowSettings } from './choosing.js';
import { hold } from './holding.js';
import type { PeerView, Told } from './kind.js';
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

/** How often a peer is told of what stations observed, by what was granted to it. */
export const observationDigestSettings = flowSettings(
  {
    send: z.boolean().default(true),
    everyMinutes: z.int().min(5).max(1440).default(60),
    /** All that were granted where none are named. */
    properties: z
      .array(z.enum(PROPERTY_NAMES as [PropertyName, ...PropertyName[]]))
      .min(1)
      .optional(),
    /** Of stations in these, beneath them, or known no closer than by what holds them. */
    divisions: z.array(divisionSetting).min(1).optional(),
  },
  {
    minLevel: 'an observation has no level, and a grade belongs to one station; choose by properties or divisions',
    hazards: 'what a station observes belongs to no hazard; choose by properties',
    departments: BY_GRANT,
  },
);
export type ObservationDigestSettings = z.infer<typeof observationDigestSettings>;

const figure = z.number().nullable();
const value = z.object({
  property: line(60),
  /** UCUM. */
  unit: text(30),
  /** "" where the station has one alone. */
  sensor: text(100),
  /** Of the period; null where only grades were granted. Erroneous values do not count. */
  count: count.nullable(),
  min: figure,
  max: figure,
  /** The newest that there is, of whatever time. */
  last: z.object({
    value: figure,
    quality: line(20),
    /** The gravest threshold that it has reached, "normal", or null where there is none to judge by. */
    grade: text(60).nullable(),
    observedAt: time,
    /** It does not tell how things were when this was told. */
    stale: z.boolean(),
  }),
});

/** What one station observed in a period. */
export const observationDigestPayload = z.object({
  station: z.object({
    id: line(200),
    code: line(100),
    name: text(200),
    division: division.nullable(),
    /** Longitude, latitude in WGS84. */
    position: z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).nullable(),
  }),
  feed: line(100),
  /** From inclusive, to exclusive. */
  period: z.object({ from: time, to: time }),
  status,
  values: z.array(value).min(1).max(200),
});
export type ObservationDigestPayload = z.infer<typeof observationDigestPayload>;

/** What stations observed, period by period, one item a station. */
export const observationDigestKind = (settings: ObservationDigestSettings): TellingKind => ({
  kind: 'observationDigest',
  sources: ['observationDigest'],
  acted: 'kept for the duty officer',
  due: (last, now) => settings.send && periodDue(last, settings.everyMinutes, now),
  tell: async (client, peer, now) => {
    const when = { everyMinutes: settings.everyMinutes, now };
    return tellPeriod(client, peer.name, 'observationDigest', when, (period) =>
      read(client, peer, period, now, settings),
    );
  },
  collect: (told, peer, client) => collect(told, peer, client, settings),
  check: async (item) => shapeFault(observationDigestPayload, item) ?? agreementFault(item),
  apply: (item, taking) => hold(item, taking, freshUntil(item)),
});

async function read(
  client: pg.PoolClient,
  peer: PeerView,
  period: Period,
  now: Date,
  { properties, divisions }: ObservationDigestSettings,
): Promise<ToTell[]> {
  const sight = await peerSight(client, peer.name, now);
  const reach = sight.reach({ kind: 'property' });
  if (!reach) throw new Error('a platform of another tier sees everything');
  const all = await datastreamDigests(client, { reach, properties, ...period });
  const rows = all.filter(({ divisionCode }) => inSome(placed(divisionCode), divisions));
  const health = await healthOf(client, [...new Set(rows.map(({ feedId }) => feedId))]);
  const stations = grouped(rows, ({ stationId }) => stationId);
  return [...stations].map(([id, own]) => {
    const feed = health.get((own[0] as DatastreamDigest).feedId);
    const state = feed && feedState(feed, now).state;
    const down = !feed || state === 'DOWN' || state === 'DISABLED';
    const fresh = feed && freshSince(feed.expectedEverySeconds, now);
    const isStale = (at: Date): boolean => down || !fresh || at < fresh;
    return {
      key: id,
      payload: payloadOf(own, period, feed?.status ?? 'ACTUAL', isStale),
    };
  });
}

function payloadOf(
  rows: readonly DatastreamDigest[],
  { from, to }: Period,
  status: string,
  isStale: (at: Date) => boolean,
): ObservationDigestPayload {
  const { stationId, feedId, code, name, lon, lat, divisionCode } = rows[0] as DatastreamDigest;
  return {
    station: {
      ...{ id: stationId, code, name },
      division: divisionCode && (canonicalDivision(divisionCode) ?? null),
      position: lon === null || lat === null ? null : [lon, lat],
    },
    feed: feedId,
    period: { from: from.toISOString(), to: to.toISOString() },
    status: status as ObservationDigestPayload['status'],
    values: rows.map(({ property, sensor, count, min, max, value, quality, observedAt, limits }) => ({
      property,
      unit: PROPERTIES[property as PropertyName]?.unit ?? '1',
      ...{ sensor, count, min, max },
      last: {
        ...{ value, quality },
        grade: value === null || quality === 'ERRONEOUS' ? null : gradeOf(limits, value, observedAt),
        observedAt: observedAt.toISOString(),
        stale: isStale(observedAt),
      },
    })),
  };
}

/** What was granted when it was told may have been revoked since: it is looked at again, and left out or coarsened, when it is sealed. */
async function collect(
  { payload, at }: Told,
  peer: PeerView,
  client: Queryable,
  { send, divisions }: ObservationDigestSettings,
): Promise<BundleItem | undefined> {
  const told = payload as unknown as ObservationDigestPayload;
  if (!inSome(placed(told.station.division), divisions)) return undefined;
  const sight = await peerSight(client, peer.name, at);
  const place = sight.ofStation(told.feed);
  if (!send || !place) return undefined;
  const values = told.values.flatMap((each) => {
    const how = sight.ofPart(told.feed, { property: each.property });
    if (!how) return [];
    if (!how.value) return [each];
    // What has no grade is not shown where grades alone were granted.
    const graded = { ...each, count: null, min: null, max: null, last: { ...each.last, value: null } };
    return each.last.grade === null ? [] : [graded];
  });
  if (values.length === 0) return undefined;
  const { station } = told;
  const coarse = { ...station, position: null, division: townshipOf(station.division) };
  return {
    type: 'observationDigest',
    id: station.id,
    version: told.period.to,
    op: 'upsert',
    payload: { ...told, station: place.position ? coarse : station, values },
    provenance: { department: departmentOfFeed(told.feed), feed: told.feed, changedAt: at.toISOString() },
  };
}

function agreementFault({ id, payload }: BundleItem) {
  const { station, period } = observationDigestPayload.parse(payload);
  if (id !== station.id) return fault('ID_DIFFERS', 'payload.station.id', `the item's id is ${id}`);
  if (Date.parse(period.to) <= Date.parse(period.from))
    return fault('PERIOD_REVERSED', 'payload.period.to', `it must lie after ${period.from}`);
  return undefined;
}

/** Two periods after its own nothing newer has come that should have. */
export function freshUntil({ payload }: BundleItem): Date {
  const { from, to } = (payload as { period: { from: string; to: string } }).period;
  return new Date(3 * Date.parse(to) - 2 * Date.parse(from));
}
