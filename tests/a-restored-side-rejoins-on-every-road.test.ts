import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../exchange/canonical.js';
import { asPeerKey } from '../exchange/keys.js';
import { type Rejoined, rejoin } from '../exchange/rejoin/rejoin.js';
import { seal } from '../exchange/seal.js';
import type { Bundle } from '../model/exchange.js';
import type { Database } from '../prisma/database.js';
import { passingKey } from '../server/audit/key.js';
import { Recorder } from '../server/audit/recorder.js';
import { exportExchange } from '../server/exchange/export.js';
import { verifyExchange } from '../tools/verify-exchange.mjs';
import { onDatabase, platformGround } from './support/exchange-platform.js';
import { linesOf, publicKey } from './support/exchange-platform-sides.js';
import { asItIs, sealRaw, type TurnOptions } from './support/exchange-turns.js';
import { someOf } from './support/long-run.js';
import { cityOptions, prefectureOptions, ROADS, type RoadWorld } from './support/poison-roads.js';
import { tempFolders } from './support/temp-folder.js';

const TURNS = 6;
const folders = tempFolders();
let world: RoadWorld;
afterEach(() => world.stop());
afterAll(() => folders.clear());

/** Bundles that cannot be used: their places are taken by what stands for them. */
const POISON: readonly ((good: Bundle) => string)[] = [
  (good) => canonicalJson({ ...good, items: 'none' }),
  (good) => canonicalJson({ ...good, kind: 'evacuation' }),
  ({ bundleId }) => `no JSON ${bundleId}`,
];

const TABLES = ['peer', 'outbox', 'bundle', 'item', 'receipt', 'act', 'holding'].map((name) => `exchange_${name}`);
const PUT_BACK = [...TABLES, 'test_note'];

/** Either side of a road, as a test takes hold of it. */
class Side {
  constructor(
    readonly db: Database,
    readonly options: TurnOptions,
  ) {}

  rows<T>(sql: string): Promise<T[]> {
    return onDatabase(this.db.url, async (client) => (await client.query(sql)).rows as T[]);
  }

  async backUp(): Promise<void> {
    // A whole hub carries out no notes.
    await this.rows('CREATE TABLE IF NOT EXISTS test_note (n bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL)');
    for (const table of PUT_BACK) await this.rows(`CREATE TABLE backup_${table} AS TABLE ${table}`);
  }

  /** The guards of what is kept are of no avail to who restores. */
  async putBack(): Promise<void> {
    const again = PUT_BACK.map((name) => `INSERT INTO ${name} OVERRIDING SYSTEM VALUE TABLE backup_${name}`);
    const clear = PUT_BACK.toReversed().map((name) => `DELETE FROM ${name}`);
    await this.rows(['SET session_replication_role = replica', ...clear, ...again].join('; '));
  }

  async exported(): Promise<string> {
    const { key, now, own } = this.options;
    return onDatabase(this.db.url, async (client) => {
      let text = '';
      for await (const line of exportExchange(client, { own, keys: KEYS, key, now: now() })) text += line;
      return text;
    });
  }

  async verify(): Promise<readonly string[]> {
    return (await verifyExchange([Buffer.from(await this.exported())], KEYS)).faults;
  }

  /** From the other side's export, and puts into bundles what it has to say. */
  async rejoin(file: string): Promise<Rejoined | undefined> {
    const { key, now, other, own } = this.options;
    const audit = passingKey();
    const recorder = new Recorder({ db: this.db, key: () => audit, now, onFault: () => {} });
    const platform = { own, keys: [key], other: { ...other, keys: [other.key] }, now };
    const ground = platformGround(platform, this.db, recorder);
    const known = { own: [asPeerKey(key)], peer: [asPeerKey(other.key)] };
    const done = await rejoin(ground, linesOf(file), known);
    while ((await seal(ground)) > 0);
    return done;
  }
}

const KEYS = [cityOptions, prefectureOptions].map(({ own, key }) => publicKey(own, key));

const roads = Object.keys(ROADS);
describe.each(roads)('by %s', (road) => {
  const restored = someOf(['city', 'prefecture'] as const, 2, roads.indexOf(road) % 2);
  test.each(restored)('a %s that was put back, with what could not be used in between, goes on', async (name) => {
    world = await (ROADS[road] as (root: string) => Promise<RoadWorld>)(folders.make());
    const turns = async (): Promise<void> => {
      for (let n = 0; n < TURNS; n += 1) await world.turn();
    };
    const city = new Side(world.db, cityOptions);
    const prefecture = new Side(world.prefecture.ground.db, prefectureOptions);
    const [restored, other] = name === 'city' ? [city, prefecture] : [prefecture, city];
    const good: string[] = [];
    const tell = async (): Promise<void> => void good.push((await sealRaw(world.db, cityOptions, asItIs)).id);
    await tell();
    await turns();
    await restored.backUp();
    await tell();
    for (const text of POISON) await sealRaw(world.db, cityOptions, text);
    await tell();
    await turns();
    const arrived = (): Promise<{ id: string }[]> => prefecture.rows('SELECT id FROM test_note ORDER BY n');
    expect(await arrived()).toEqual(good.map((id) => ({ id })));
    await restored.putBack();
    // Told after the restore: of a restored sender it stands in a place that is taken.
    const { id } = await sealRaw(world.db, cityOptions, (bundle) =>
      canonicalJson({ ...bundle, items: bundle.items.map((item) => ({ ...item, id: 'since' })) }),
    );
    expect(id).not.toBe('');
    good.push('since');
    await turns();
    // The control: by itself it does not come, or its receipt does not.
    const stands = await city.rows<{ state: string }>(
      `SELECT state FROM exchange_bundle WHERE direction = 'OUT' ORDER BY seq DESC LIMIT 1`,
    );
    expect(stands).toEqual([{ state: 'SEALED' }]);
    expect(await restored.rejoin(await other.exported())).toMatchObject({ failed: [] });
    await tell();
    await turns();
    expect((await arrived()).map((row) => row.id).toSorted()).toEqual(good.toSorted());
    expect([await city.verify(), await prefecture.verify()]).toEqual([[], []]);
    const open = `SELECT seq FROM exchange_bundle WHERE state IN ('SEALED', 'RECEIVED', 'VALIDATED', 'APPLIED')`;
    expect([await city.rows(open), await prefecture.rows(open)]).toEqual([[], []]);
  }, 60_000);
});
