import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { write12379Ack } from '../connectors/shared/codecs/alert-12379-ack.js';
import { canonicalJson, hashOf } from '../exchange/canonical.js';
import { sign } from '../exchange/signing.js';
import { NO_HASH, type Receipt } from '../model/exchange.js';
import { makeKey } from './support/exchange-pair.js';
import { asItIs, sealRaw, type TurnSide } from './support/exchange-turns.js';
import { cityOptions, clock, folderRoad, prefectureOptions } from './support/poison-roads.js';
import { tempFolders } from './support/temp-folder.js';

const HOUR_MS = 3_600_000;
const spoilt = (good: object): string => canonicalJson({ ...good, items: 'none' });
/** As one who has seen the peer's messages would sign. */
const thief = { ...makeKey('city-1') };

const folders = tempFolders();
afterAll(() => folders.clear());

let root: string;
let road: Awaited<ReturnType<typeof folderRoad>>;
let city: TurnSide;
let prefecture: TurnSide;
beforeEach(async () => {
  root = folders.make();
  road = await folderRoad(root);
  ({ city, prefecture } = road);
});
afterEach(() => road.stop());

const states = async (side: TurnSide): Promise<string[]> =>
  (await side.rows<{ state: string }>('SELECT state FROM exchange_bundle ORDER BY direction, seq')).map(
    ({ state }) => state,
  );
/** Everything of the prefecture's that a bundle could change. */
const standing = (): Promise<unknown[]> =>
  prefecture.rows(
    `SELECT taken_seq, told_number, last_heard_at, (SELECT count(*) FROM exchange_bundle) AS bundles,
       (SELECT count(*) FROM log_entry WHERE topic = 'exchange') AS alarms FROM exchange_peer`,
  );
const bring = (signed: { body: string; signature: string }): Promise<unknown> =>
  prefecture.exchange.bundle({ body: signed.body, signature: signed.signature }, 'folder', 0, true);

describe('a bundle in the place of the next, of a shape that cannot be used,', () => {
  test.each([
    ['that nobody has signed', async () => 'none'],
    ['that is signed by another key of the same name', (body: string) => sign(body, 'fenghuo-bundle+jws', thief)],
    ['whose signature is of a receipt', (body: string) => sign(body, 'fenghuo-receipt+jws', cityOptions.key)],
    ['whose signature is of another text', () => sign('another', 'fenghuo-bundle+jws', cityOptions.key)],
  ])('%s, changes nothing, and the true one is taken after it', async (_, forge) => {
    const good = await sealRaw(city.ground.db, cityOptions, asItIs);
    const before = await standing();
    for (const body of [
      spoilt(JSON.parse(good.body)),
      'no JSON',
      canonicalJson({ schemaVersion: '9.0' }),
      ` ${good.body}`,
    ])
      await expect(bring({ body, signature: await forge(body) })).rejects.toMatchObject({
        name: 'Refusal',
        receipts: [],
      });
    expect(await standing()).toEqual(before);
    await road.turn();
    await road.turn();
    expect(await states(prefecture)).toEqual(['ACTED']);
  });

  test('is set aside where its sender has signed it: the control', async () => {
    const bad = await sealRaw(city.ground.db, cityOptions, (good) => spoilt(good));
    await expect(bring(bad)).resolves.toMatchObject({ setAside: { code: 'BAD_SHAPE' } });
    expect(await states(prefecture)).toEqual(['SET_ASIDE']);
  });

  test('ahead of its place, or in one that is taken, is not kept whoever has signed it', async () => {
    const [first, second] = [
      await sealRaw(city.ground.db, cityOptions, asItIs),
      await sealRaw(city.ground.db, cityOptions, (good) => spoilt(good)),
    ];
    await expect(bring(second)).rejects.toMatchObject({ code: 'SEQ_GAP', expected: 1, receipts: [] });
    await bring(first);
    const inItsPlace = spoilt({ ...JSON.parse(first.body) });
    const signature = await sign(inItsPlace, 'fenghuo-bundle+jws', cityOptions.key);
    await expect(bring({ body: inItsPlace, signature })).rejects.toMatchObject({ code: 'SEQ_TAKEN', receipts: [] });
    await bring(second);
    const before = await standing();
    // Again, by whomever: the same answer, and nothing new.
    await expect(bring(second)).resolves.toMatchObject({ setAside: { code: 'BAD_SHAPE' } });
    expect(await standing()).toEqual(before);
  });
});

test('acks that anybody can write have no bundle taken back, however many there are', async () => {
  const good = await sealRaw(city.ground.db, cityOptions, asItIs);
  const stem = `65420200000000_20261126160000_65420000000000_00000000${good.seq}_acknowledgement`;
  const text = write12379Ack({ status: '1', errorCode: 'BAD_SHAPE', note: 'items: forged' });
  const start = clock.at;
  await city.turn();
  for (let n = 0; n < 8; n += 1) {
    writeFileSync(join(root, 'up-answers', `${stem}.ack.xml`), text);
    clock.at += HOUR_MS;
    await city.turn();
    expect(city.faults).toEqual([`seq 1 is refused: BAD_SHAPE: items: forged`]);
  }
  expect([await states(city), city.alarms]).toEqual([['SEALED'], []]);
  for (let n = 0; n < 3; n += 1) await road.turn();
  expect([await states(city), await states(prefecture)]).toEqual([['ACTED'], ['ACTED']]);
  clock.at = start;
});

describe('the signed word that a text is refused', () => {
  const said = async (hash: string, key = prefectureOptions.key, number = 1) => {
    const receipt: Receipt = {
      ...{ number, bundleId: '00000000-0000-8000-8000-000000000000', seq: 1, bundleHash: hash, state: 'REFUSED' },
      ...{ from: prefectureOptions.own, to: cityOptions.own, at: new Date(clock.at).toISOString(), faults: [] },
      ...{ acted: null, note: 'BAD_SHAPE: items: so it says', previous: NO_HASH },
    };
    const body = canonicalJson(receipt);
    return { body, signature: await sign(body, 'fenghuo-receipt+jws', key) };
  };
  const hear = async (signed: { body: string; signature: string }) => city.exchange.receipts([signed], 'folder');

  test('takes back none but the bundle of that very text', async () => {
    const [first] = [await sealRaw(city.ground.db, cityOptions, asItIs)];
    await expect(hear(await said(hashOf(first.body), { ...thief, kid: 'prefecture-1' }))).rejects.toMatchObject({
      code: 'BAD_SIGNATURE',
    });
    await hear(await said(hashOf(`${first.body} as something on the way has damaged it`)));
    expect([await states(city), city.alarms]).toEqual([['SEALED'], []]);
  });

  test('takes back a bundle at once where it is of its text: the control', async () => {
    const { body } = await sealRaw(city.ground.db, cityOptions, asItIs);
    await hear(await said(hashOf(body)));
    expect(await states(city)).toEqual(['SET_ASIDE']);
    expect(city.alarms).toMatchObject([
      { kind: 'SET_ASIDE', direction: 'OUT', reason: 'BAD_SHAPE: items: so it says' },
    ]);
  });

  test('takes back no bundle that has arrived', async () => {
    const { body } = await sealRaw(city.ground.db, cityOptions, asItIs);
    for (let n = 0; n < 3; n += 1) await road.turn();
    const [last] = await city.rows<{ number: number; hash: string }>(
      `SELECT number, hash FROM exchange_receipt WHERE issuer = 'THEIRS' ORDER BY number DESC LIMIT 1`,
    );
    const word = JSON.parse(
      (await said(hashOf(body), prefectureOptions.key, Number(last?.number) + 1)).body,
    ) as Receipt;
    const text = canonicalJson({ ...word, previous: last?.hash ?? '' });
    await hear({ body: text, signature: await sign(text, 'fenghuo-receipt+jws', prefectureOptions.key) });
    expect(await states(city)).toEqual(['ACTED']);
  });
});
