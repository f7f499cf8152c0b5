import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PeerGround } from '../exchange/ground.js';
import { kindsOf, kindsSettings, payloadSchema } from '../exchange/kinds/settings.js';
import { seal } from '../exchange/seal.js';
import type { Bundle, BundleItem } from '../model/exchange.js';
import { readBundle } from '../prisma/store/exchange-bundles.js';
import { dropOldHoldings } from '../prisma/store/exchange-holdings.js';
import { AGAIN, tellAgain, tellPeers } from '../prisma/store/exchange-outbox.js';
import { Identity } from '../server/access/identity.js';
import { accessSettings } from '../server/access/settings.js';
import { packageRoot } from '../server/root.js';
import { makeKey } from './support/exchange-pair.js';
import { ADMIN, READER } from './support/graph.js';
import { observationRecord, registerRecord, stationRecord, warningRecord } from './support/records.js';
import { CITY, PREFECTURE, Side } from './support/tier-sides.js';

const NOW = new Date('2026-06-01T08:02:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const SCHEMA = join(packageRoot(), 'docs', 'exchange-items.schema.json');
const CANARY = 'canary-ungranted';

let city: Side;
let prefecture: Side;
beforeAll(async () => {
  city = await Side.open(CITY, 'prefecture', PREFECTURE, NOW, [
    { id: 'water/telemetry' },
    { id: 'weather/stations' },
    { id: 'weather/warnings' },
    { id: 'emergency/registries', freshness: 'on-demand' },
    { id: 'housing/buildings' },
  ]);
  prefecture = await Side.open(PREFECTURE, 'wusu', CITY, NOW, []);
  const all = {
    observationDigest: { everyMinutes: 60 },
    resourceDigest: { everyMinutes: 60 },
    warning: {},
    warningReach: {},
  };
  city.kinds = all;
  prefecture.kinds = all;
  await city.graph.take('water/telemetry', [
    stationRecord('S', { name: '四棵树河站' }),
    ...[3, 20, 40].map((ago) => observationRecord('S', at(-ago), 120 + ago)),
    observationRecord('S', at(-30), 900, { sourceId: 'wrong', quality: 'ERRONEOUS' }),
    observationRecord('S', at(-300), 4.5, { property: 'rain-1h', sourceId: 'rain' }),
    { kind: 'threshold', station: 'S', property: 'water-level', name: 'warning', value: 122, raw: 't' },
  ]);
  await city.graph.take('weather/stations', [
    stationRecord('W', { name: CANARY }),
    observationRecord('W', at(-5), 31.75, { property: 'air-temperature' }),
  ]);
  const item = (code: string, quantity: number) =>
    registerRecord('supply-item', code, { depot: 'K-1', classCode: '1010101', quantity, measure: '顶' });
  await city.graph.take('emergency/registries', [
    registerRecord(
      'supply-depot',
      'K-1',
      { level: 'COUNTY', owner: CANARY, keeperName: CANARY },
      {
        position: { lon: 84.68, lat: 44.44, original: { lon: 84.68, lat: 44.44, crs: 'WGS84' } },
      },
    ),
    ...[item('K-1-1', 200), item('K-1-2', 50)],
    registerRecord('rescue-team', 'D-1', { teamType: 'FLOOD', owner: CANARY, memberCount: 35, leaderName: CANARY }),
  ]);
});
afterAll(async () => {
  await city.graph.close();
  await prefecture.graph.close();
});

const grant = async (input: string): Promise<string> => {
  const { data, errors } = await city.graph.answer(
    `mutation { grantDataset(input: { toPeer: "prefecture", reason: "逐级报送", ${input} }) { id grantee { code } granteePeer } }`,
    {},
    ADMIN,
  );
  if (errors?.[0]) throw errors[0];
  const made = (data as { grantDataset: { id: string } }).grantDataset;
  expect(made).toMatchObject({ grantee: null, granteePeer: 'prefecture' });
  return made.id;
};
const revoke = (id: string) => city.graph.answer(`mutation { revokeGrant(id: "${id}") { id } }`, {}, ADMIN);
/** What the next period tells. */
const next = async (): Promise<BundleItem[]> => {
  city.now = new Date(city.now.getTime() + 3_600_000);
  await city.tell();
  return city.seal();
};

describe('digests', () => {
  test('tell nothing without a grant', async () => {
    expect(await city.tell()).toBe(0);
    expect(await city.seal()).toEqual([]);
  });

  let id: string;
  let first: BundleItem;
  test('tell what stations observed in the last whole period, and how old the newest is; once, however often they are asked', async () => {
    id = await grant('feed: "water/telemetry"');
    city.now = at(60);
    await city.graph.take('water/telemetry', [observationRecord('S', at(50), 121)]);
    expect(await city.tell()).toBe(1);
    expect(await city.tell()).toBe(0);
    const items = await city.seal();
    expect(items).toHaveLength(1);
    first = items[0] as BundleItem;
    expect(first).toMatchObject({
      ...{ type: 'observationDigest', id: 'water/telemetry:S', version: '2026-06-01T09:00:00.000Z', op: 'upsert' },
      provenance: { department: 'WATER', feed: 'water/telemetry' },
    });
    const last = { quality: 'UNCHECKED', observedAt: at(50).toISOString() };
    expect(first.payload).toMatchObject({
      station: { name: '四棵树河站', position: [84.68, 44.44] },
      period: { from: '2026-06-01T08:00:00.000Z', to: '2026-06-01T09:00:00.000Z' },
      values: [
        // Nothing new for hours: told with its own time, and as stale.
        {
          property: 'rain-1h',
          unit: 'mm',
          count: 0,
          min: null,
          last: { value: 4.5, stale: true, observedAt: at(-300).toISOString() },
        },
        {
          property: 'water-level',
          count: 1,
          min: 121,
          max: 121,
          last: { ...last, value: 121, grade: 'normal', stale: false },
        },
      ],
    });
    expect(await city.tell()).toBe(0);
  });

  test('leave out of a period what is erroneous', async () => {
    await city.graph.db.write.query('DELETE FROM exchange_last_told');
    city.now = at(0);
    await city.tell();
    const [item] = await city.seal();
    const level = { property: 'water-level', count: 3, min: 123, max: 160 };
    expect(item?.payload.values).toMatchObject([{ property: 'rain-1h' }, level]);
    city.now = at(60);
  });

  test('are held over there, the newest of each station, until they are stale', async () => {
    prefecture.now = at(60);
    expect(await prefecture.take([first, first])).toEqual([undefined, undefined]);
    const held = async () =>
      (
        await prefecture.graph.answer(
          '{ exchangeHoldings(peer: "wusu", kind: OBSERVATION_DIGEST) { edges { node { id version department { code } stale content } } } }',
        )
      ).data?.exchangeHoldings as { edges: { node: Record<string, unknown> }[] };
    expect((await held()).edges).toEqual([
      {
        node: {
          ...{ id: 'water/telemetry:S', version: first.version, department: { code: 'WATER' }, stale: false },
          content: JSON.stringify(first.payload),
        },
      },
    ]);
    const older = { ...first, version: '2026-06-01T08:00:00.000Z', payload: { ...first.payload, feed: 'x' } };
    expect(await prefecture.take([older])).toEqual([undefined]);
    prefecture.now = at(180);
    expect((await held()).edges[0]?.node).toMatchObject({ version: first.version, stale: true });
    const reversed = {
      ...first,
      payload: { ...first.payload, period: { from: at(1).toISOString(), to: at(0).toISOString() } },
    };
    expect(await prefecture.take([reversed])).toEqual([
      { code: 'PERIOD_REVERSED', path: 'payload.period.to', note: expect.stringContaining('after') },
    ]);
  });

  test('are as coarse as the grant, and end with it even for what is told but not yet sealed', async () => {
    city.now = new Date(city.now.getTime() + 3_600_000);
    await city.tell();
    await revoke(id);
    expect(await city.seal()).toEqual([]);
    id = await grant('feed: "water/telemetry", positionToTownship: true, valueToGrade: true');
    const [item] = await next();
    expect(item?.payload.station).toMatchObject({
      position: null,
      division: expect.stringMatching(/^\d{6}(\d{3})?$/),
    });
    expect(item?.payload.values).toEqual([
      expect.objectContaining({
        ...{ property: 'water-level', count: null, min: null, max: null },
        last: expect.objectContaining({ value: null, grade: 'normal' }),
      }),
    ]);
    expect(JSON.stringify(item)).not.toMatch(/4\.5|121/);
    await revoke(id);
  });

  test('sum what registers hold by place and kind, and name nobody', async () => {
    const supplies = await grant('feed: "emergency/registries", register: SUPPLY_ITEM');
    const [item] = await next();
    expect(item).toMatchObject({ type: 'resourceDigest', id: 'emergency/registries:supply-item' });
    const group = { by: { classCode: '1010101', measure: '顶' }, count: 2, totals: { quantity: 250 } };
    // Where a depot is, is told with the depots.
    expect(item?.payload).toMatchObject({
      register: 'supply-item',
      stale: false,
      groups: [{ ...group, division: null }],
    });
    await grant('feed: "emergency/registries", register: SUPPLY_DEPOT');
    const both = await next();
    expect(both.map(({ payload }) => payload.register)).toEqual(['supply-depot', 'supply-item']);
    expect(both[1]?.payload.groups).toMatchObject([{ ...group, division: '654202' }]);
    expect(JSON.stringify([item, ...both])).not.toContain(CANARY);
    expect(await prefecture.take(both)).toEqual([undefined, undefined]);
    await revoke(supplies);
    await grant('feed: "emergency/registries", register: SUPPLY_ITEM, valueToGrade: true');
    expect((await next())[1]?.payload.groups).toMatchObject([{ count: 2, totals: {} }]);
  });

  test('of a warning’s reach follow the warning, when it changes and not too often', async () => {
    const identifier = '65420241600000_20260601080200';
    await city.graph.take('weather/warnings', [
      warningRecord(identifier, NOW, { status: 'ACTUAL', expiresAt: at(60 * 24 * 3) }),
    ]);
    await city.seal();
    const acknowledge = (officer: string) =>
      city.graph.db.write.query(
        `INSERT INTO warning_acknowledgement (identifier, principal, recipient, at, late) VALUES ($1, $2, '', $3, false)`,
        [identifier, officer, city.now],
      );
    await acknowledge('a');
    // Reach is looked at once a minute.
    city.now = new Date(city.now.getTime() + 60_000);
    await city.tell();
    const [item] = (await city.seal()).filter(({ type }) => type === 'warningReach');
    expect(item).toMatchObject({ id: identifier, payload: { officers: 1, targeted: 0, department: 'WEATHER' } });
    await acknowledge('b');
    expect(await city.tell()).toBe(0);
    city.now = new Date(city.now.getTime() + 10 * 60_000);
    expect(await city.tell()).toBe(1);
    const [later] = await city.seal();
    expect(await prefecture.take([later as BundleItem, item as BundleItem])).toEqual([undefined, undefined]);
    const { data } = await prefecture.graph.answer(
      '{ exchangeHoldings(kind: WARNING_REACH) { edges { node { content stale } } } }',
    );
    const held = (data as { exchangeHoldings: { edges: { node: { content: string; stale: boolean } }[] } })
      .exchangeHoldings;
    expect(held.edges.map(({ node }) => [JSON.parse(node.content).officers, node.stale])).toEqual([[2, false]]);
    city.now = new Date(city.now.getTime() + 10 * 60_000);
    expect(await city.tell()).toBe(0);
  });

  test('that were set aside are told again as long as they are granted, and not after', async () => {
    const { db } = city.graph;
    await db.write.query('UPDATE exchange_peer SET sent_seq = (SELECT max(seq) FROM exchange_bundle)');
    const ground: PeerGround = {
      ...{ db, own: CITY, ownKeys: [makeKey('city-1')], now: () => city.now, step: () => {}, onAlarm: () => {} },
      evidence: { require: () => {}, write: async () => () => {}, record: () => {} },
      peer: {
        ...{ ...city.peer, kinds: kindsOf(kindsSettings.parse({ ...city.settings, incidentReport: {} })), keys: [] },
        ...{ receiptWithinMs: 1, heartbeatMs: 1, resendAfterMs: 1 },
      },
    };
    /** The newest bundle of a kind, set aside and told again: what the one is about that was made of it. */
    const again = async (kind: string): Promise<string | undefined> => {
      const { rows } = await db.write.query<{ seq: number; last: number }>(
        `UPDATE exchange_bundle SET state = 'SET_ASIDE' WHERE seq = (SELECT max(seq) FROM exchange_bundle WHERE kind = $1)
         RETURNING seq, (SELECT max(seq) FROM exchange_bundle) AS last`,
        [kind],
      );
      const [{ seq, last } = { seq: 0, last: 0 }] = rows;
      expect(await tellAgain(db.write, 'prefecture', seq, city.now)).toBe(1);
      await seal(ground);
      const found = await readBundle(db.write, 'prefecture', 'OUT', last + 1);
      return found && (JSON.parse(found.body) as Bundle).items[0]?.id;
    };
    const granted = await grant('feed: "water/telemetry"');
    city.now = new Date(city.now.getTime() + 3_600_000);
    await city.tell();
    await db.write.query(`DELETE FROM exchange_outbox WHERE source <> 'observationDigest'`);
    const changedAt = city.now.toISOString();
    const report = {
      ...{ type: 'incidentReport', id: 'i#1', version: '1', op: 'upsert', payload: {} },
      provenance: { department: 'WATER', feed: 'water/telemetry', changedAt },
    };
    await tellPeers(db.write, { source: AGAIN, key: 'i#1', at: city.now, payload: report }, 'prefecture');
    await seal(ground);
    expect(await again('observationDigest')).toBe('water/telemetry:S');
    expect(await again('incidentReport')).toBe('i#1');
    await revoke(granted);
    expect(await again('observationDigest')).toBeUndefined();
    expect(await again('incidentReport')).toBeUndefined();
  });

  test('that nobody has told of again for long are no longer held', async () => {
    const { db } = prefecture.graph;
    const count = async (): Promise<number> =>
      (await db.read.query<{ count: number }>('SELECT count(*) FROM exchange_holding WHERE payload IS NOT NULL'))
        .rows[0]?.count ?? 0;
    const held = await count();
    expect(held).toBeGreaterThan(0);
    const versions = new Date('2099-01-01T00:00:00Z');
    await dropOldHoldings(db.write, { versions, contents: NOW });
    expect(await count()).toBe(held);
    await dropOldHoldings(db.write, { versions, contents: new Date(prefecture.now.getTime() + 1) });
    expect(await count()).toBe(0);
  });
});

describe('the key of a platform', () => {
  const create = (args: string, viewer = ADMIN) =>
    city.graph.answer(`mutation { createApiKey(name: "x", ${args}) { key apiKey { peer } } }`, {}, viewer);
  const codeOf = async (answer: ReturnType<typeof create>) => (await answer).errors?.[0]?.extensions.code;

  test('names its platform, has no other role, and is made by the administrator of the hub', async () => {
    expect(await codeOf(create('roles: [PEER]'))).toBe('BAD_INPUT');
    expect(await codeOf(create('roles: [PEER], peer: "nobody"'))).toBe('BAD_INPUT');
    expect(await codeOf(create('roles: [PEER, READER], peer: "prefecture"'))).toBe('BAD_INPUT');
    expect(await codeOf(create('roles: [READER], peer: "prefecture"'))).toBe('BAD_INPUT');
    expect(await codeOf(create('roles: [PEER], peer: "prefecture", department: WATER'))).toBe('BAD_INPUT');
    expect(await codeOf(create('roles: [PEER], peer: "prefecture", scopes: [PERSONAL]'))).toBe('BAD_INPUT');
    const water = { ...ADMIN, id: 'key:water', department: 'WATER' as const };
    expect(await codeOf(create('roles: [PEER], peer: "prefecture"', water))).toBe('FORBIDDEN');
  });

  test('opens what was granted to the platform, until that is revoked, and nothing else', async () => {
    const { data } = await create('roles: [PEER], peer: "prefecture"');
    const { key, apiKey } = (data as { createApiKey: { key: string; apiKey: { peer: string } } }).createApiKey;
    expect(apiKey.peer).toBe('prefecture');
    const { db, hub } = city.graph.context(READER);
    const options = { db, log: hub, adminKey: 'x'.repeat(40), settings: accessSettings.parse({}), demo: false };
    const identity = new Identity({ ...options, now: () => city.now });
    const { viewer, keep, close } = await identity.open(`Bearer ${key}`, undefined);
    await keep();
    expect([viewer.peer, viewer.department, viewer.sight.all, viewer.sight.sees('weather/stations')]).toEqual([
      ...['prefecture', null, false, false],
    ]);
    expect(viewer.sight.ofPart('emergency/registries', { register: 'supply-depot' })).toBeDefined();
    expect(viewer.sight.ofPart('emergency/registries', { register: 'rescue-team' })).toBeUndefined();
    const { data: told } = await city.graph.answer('{ grants { id granteePeer dataset: register } }', {}, viewer);
    const held = (told as { grants: { id: string; granteePeer: string; dataset: string }[] }).grants;
    expect(new Set(held.map(({ granteePeer }) => granteePeer))).toEqual(new Set(['prefecture']));
    const depots = held.find(({ dataset }) => dataset === 'SUPPLY_DEPOT');
    await revoke(depots?.id ?? '');
    const limit = Date.now() + 5000;
    while (viewer.sight.ofPart('emergency/registries', { register: 'supply-depot' }) && Date.now() < limit)
      await new Promise((resolve) => setImmediate(resolve));
    expect(viewer.sight.ofPart('emergency/registries', { register: 'supply-depot' })).toBeUndefined();
    close();
  });

  test('a grant goes to a department or to a platform that the settings name', async () => {
    await expect(grant('feed: "water/telemetry", to: WEATHER')).rejects.toMatchObject({
      extensions: { code: 'BAD_INPUT' },
    });
    const { errors } = await city.graph.answer(
      'mutation { grantDataset(input: { feed: "water/telemetry", toPeer: "nobody", reason: "x" }) { id } }',
      {},
      ADMIN,
    );
    expect(errors?.[0]?.message).toContain('nobody');
  });
});

test('docs/exchange-items.schema.json describes the payloads as they are checked', () => {
  const made = JSON.stringify(payloadSchema(), null, 2);
  if (process.env.UPDATE_EXPECTED) writeFileSync(SCHEMA, made);
  // The formatter has its own way with white space.
  expect(JSON.parse(readFileSync(SCHEMA, 'utf8'))).toEqual(JSON.parse(made));
});
