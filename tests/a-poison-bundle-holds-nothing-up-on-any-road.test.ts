import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { canonicalJson } from '../exchange/canonical.js';
import type { OwnKey } from '../exchange/keys.js';
import type { Bundle, Party } from '../model/exchange.js';
import { exportExchange } from '../server/exchange/export.js';
import { verifyExchange } from '../tools/verify-exchange.mjs';
import { onDatabase } from './support/exchange-platform.js';
import { publicKey } from './support/exchange-platform-sides.js';
import { asItIs, sealRaw } from './support/exchange-turns.js';
import { someOf } from './support/long-run.js';
import { cityOptions, prefectureOptions, ROADS, type RoadWorld } from './support/poison-roads.js';
import { tempFolders } from './support/temp-folder.js';

/** More than these would be a wait of some kind; the least that any road needs is 2. */
const MOST_TURNS = 5;

const json = (good: Bundle, change: object): string => canonicalJson({ ...good, ...change });
const without = (good: object, name: string): object =>
  Object.fromEntries(Object.entries(good).filter(([each]) => each !== name));
const firstItem = ({ items: [item] }: Bundle): Bundle['items'][number] => item as Bundle['items'][number];

interface Poison {
  readonly text: (good: Bundle) => string;
  /** What both sides are told of it. */
  readonly reason: RegExp;
  /** Not even its place can be read: its receiver keeps nothing of it. */
  readonly unplaced?: true;
  /** It is taken, and breaks when it is carried out. */
  readonly breaks?: true;
}

const POISON: Readonly<Record<string, Poison>> = {
  'of a wrong shape': { text: (good) => json(good, { items: 'none' }), reason: /^BAD_SHAPE: items: / },
  'with a member too many': { text: (good) => json(good, { more: '\0' }), reason: /^BAD_SHAPE: .*more/ },
  'with a bad item': {
    text: (good) => json(good, { items: [firstItem(good), without(firstItem(good), 'payload')] }),
    reason: /^BAD_SHAPE: items\.1\.payload: /,
  },
  'that is not canonical': { text: (good) => ` ${canonicalJson(good)}`, reason: /^NOT_CANONICAL: / },
  'of an unknown version': {
    text: (good) => json(good, { schemaVersion: '2.0' }),
    reason: /^WRONG_VERSION: schemaVersion 2\.0/,
  },
  'of a future version and another shape': {
    text: (good) =>
      json(without(good, 'items') as Bundle, { schemaVersion: '3.1', parts: { a: [1] }, to: { ...good.to, x: 1 } }),
    reason: /^WRONG_VERSION: schemaVersion 3\.1/,
  },
  'of a kind that nobody knows': {
    text: (good) => json(good, { kind: 'evacuation', items: [{ ...firstItem(good), type: 'evacuation' }] }),
    reason: /^KIND_REFUSED: kind evacuation is not known/,
  },
  'of a kind that is not taken': {
    text: (good) => json(good, { kind: 'instruction', items: [{ ...firstItem(good), type: 'instruction' }] }),
    reason: /^KIND_REFUSED: kind instruction is not taken/,
  },
  'that is too large': {
    text: (good) => json(good, { items: [{ ...firstItem(good), payload: { text: 'x'.repeat(1_100_000) } }] }),
    reason: /^TOO_LARGE: /,
  },
  'that breaks when it is carried out': {
    text: (good) => json(good, { items: [{ ...firstItem(good), id: `breaks-${good.seq}` }] }),
    reason: /it breaks|could not be carried out/,
    breaks: true,
  },
  'whose place is none': { text: (good) => json(good, { seq: '7' }), reason: /^BAD_SHAPE: seq: /, unplaced: true },
  'of a future version whose place is elsewhere': {
    text: ({ schemaVersion: _, ...good }) => canonicalJson({ head: good, schemaVersion: '4.0' }),
    reason: /^WRONG_VERSION: schemaVersion 4\.0/,
    unplaced: true,
  },
  'that is no JSON': { text: () => `no JSON ${randomUUID()}`, reason: /^BAD_SHAPE: no JSON/, unplaced: true },
};

const folders = tempFolders();
afterAll(() => folders.clear());

const roads = Object.keys(ROADS);
describe.each(roads)('by %s a bundle', (road) => {
  // In a short run each kind by one road, and by HTTPS push among them the one of which records are kept there.
  const kinds = someOf(Object.keys(POISON), roads.length, (roads.indexOf(road) + 1) % roads.length);
  let world: RoadWorld;
  beforeAll(async () => {
    world = await (ROADS[road] as (root: string) => Promise<RoadWorld>)(folders.make());
    await world.prefecture.rows(`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW.id LIKE 'breaks%' THEN RAISE EXCEPTION 'it breaks'; END IF; RETURN NEW; END $$`);
    await world.prefecture.rows(
      'CREATE TRIGGER break BEFORE INSERT ON test_note FOR EACH ROW EXECUTE FUNCTION break()',
    );
  });
  afterAll(() => world.stop());

  const seal = (text: (good: Bundle) => string) => sealRaw(world.db, cityOptions, text);
  const atCity = async <T>(sql: string, values: readonly unknown[]): Promise<T[]> =>
    (await world.db.write.query(sql, [...values])).rows as T[];
  const STANDS = `SELECT state FROM exchange_bundle WHERE direction = $1 AND seq = ANY ($2) ORDER BY seq`;
  const TOLD = `SELECT payload->>'kind' AS kind, payload->>'reason' AS reason FROM log_entry
    WHERE topic = 'exchange' AND payload->>'direction' = $1 AND (payload->>'seq')::int = ANY ($2)`;
  const carriedOut = async (id: string): Promise<boolean> =>
    (await world.prefecture.rows('SELECT 1 FROM test_note WHERE id = $1', [id])).length === 1;

  test.each(kinds)('%s is set aside with an alarm on both sides, and what follows it arrives', async (name) => {
    const { breaks, reason, text, unplaced } = POISON[name] as Poison;
    const first = await seal(asItIs);
    // Two of them: the second fares no worse for the first.
    const spoilt = [(await seal(text)).seq, (await seal(text)).seq];
    const last = await seal(asItIs);
    const isOver = async (): Promise<boolean> => {
      const states = await atCity<{ state: string }>(STANDS, ['OUT', [...spoilt, last.seq]]);
      return (await carriedOut(last.id)) && states.map(({ state }) => state).join() === 'SET_ASIDE,SET_ASIDE,ACTED';
    };
    let turns = 0;
    for (; turns < MOST_TURNS && !(await isOver()); turns += 1) await world.turn();
    expect([await carriedOut(first.id), await carriedOut(last.id)]).toEqual([true, true]);
    const isKept = breaks || (road !== 'HTTPS push' && !unplaced);
    const [here, there] = ['SET_ASIDE', isKept ? 'SET_ASIDE' : 'WITHDRAWN'];
    expect(await atCity(STANDS, ['OUT', spoilt])).toEqual([{ state: here }, { state: here }]);
    expect(await world.prefecture.rows(STANDS, ['IN', spoilt])).toEqual([{ state: there }, { state: there }]);
    const alarm = (kind: string) => ({
      kind,
      reason: expect.stringMatching(new RegExp(reason.source.replace('^', ''))),
    });
    expect(await atCity(TOLD, ['OUT', spoilt])).toEqual([alarm(here), alarm(here)]);
    expect(await world.prefecture.rows(TOLD, ['IN', spoilt])).toEqual([alarm(there), alarm(there)]);
    const notes = await atCity<{ note: string }>(
      `SELECT body::jsonb->>'note' AS note FROM exchange_receipt WHERE state IN ('REFUSED', 'SET_ASIDE', 'WITHDRAWN') AND seq = $1`,
      [spoilt[0]],
    );
    expect(notes.length).toBeGreaterThan(0);
    for (const { note } of notes) expect(note).toMatch(reason);
  });

  test('set aside so leaves records on both sides that verify', async () => {
    const keys = [cityOptions, prefectureOptions].map(({ own, key }) => publicKey(own, key));
    const verified = (url: string, own: Party, key: OwnKey) =>
      onDatabase(url, async (client: pg.Client) => {
        let text = '';
        for await (const line of exportExchange(client, { own, keys, key, now: new Date() })) text += line;
        return { ...(await verifyExchange([Buffer.from(text)], keys)), text };
      });
    const city = await verified(world.db.url, cityOptions.own, cityOptions.key);
    const { text, ...prefecture } = await verified(
      world.prefecture.database.url,
      prefectureOptions.own,
      prefectureOptions.key,
    );
    expect([city.faults, prefecture.faults]).toEqual([[], []]);
    expect(prefecture.records).toBeGreaterThan(4 * kinds.length);
    // The control: one that is said to be carried out is found.
    const changed = text.replace('"state":"SET_ASIDE","hash"', '"state":"ACTED","hash"');
    expect((await verifyExchange([Buffer.from(changed)], keys)).faults.join()).toMatch(
      /by its signed receipts it is SET_ASIDE/,
    );
  });
});

test('the control: where the signed word of it does not come through, what follows waits for it', async () => {
  const world = await (ROADS['GraphQL pull'] as (root: string) => Promise<RoadWorld>)('');
  const { prefecture } = world;
  const { transport } = prefecture;
  prefecture.transport = undefined;
  await sealRaw(world.db, cityOptions, () => 'no JSON');
  const { id } = await sealRaw(world.db, cityOptions, asItIs);
  const arrived = (): Promise<unknown[]> => prefecture.rows('SELECT 1 FROM test_note WHERE id = $1', [id]);
  for (let turns = 0; turns < 2 * MOST_TURNS; turns += 1) await world.turn();
  expect(await arrived()).toEqual([]);
  // However often it came, it was said once.
  expect(await prefecture.rows(`SELECT 1 FROM exchange_receipt WHERE state = 'REFUSED'`)).toHaveLength(1);
  prefecture.transport = transport;
  for (let turns = 0; turns < MOST_TURNS; turns += 1) await world.turn();
  expect(await arrived()).toHaveLength(1);
  await world.stop();
});
