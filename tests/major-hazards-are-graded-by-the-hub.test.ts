import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gasBase, methanolBase } from '../demo/chemical-base.js';
import { gateway, LoopbackBroker } from '../demo/mqtt-broker.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub, until } from './support/running-hub.js';

const MQTT = 'industry/hazardous-chemicals';
const PUSH = 'industry/hazardous-chemicals-push';
const ends: (() => Promise<unknown>)[] = [];
let hub: Hub;
let publish: (message: unknown) => Promise<unknown>;

beforeAll(async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const broker = new LoopbackBroker();
  const url = await broker.start();
  ends.push(() => broker.stop());
  const plant = await gateway(url, 'plant');
  ends.push(() => plant.endAsync(true));
  publish = (message) => plant.publishAsync('hazchem/base', JSON.stringify(message), { qos: 1, retain: true });
  hub = await startHub(
    database.url,
    `
  ${MQTT}:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    broker: { url: "${url}" }
  ${PUSH}:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    exercise: true
    key: { generated: any }`,
  );
  ends.push(() => hub.stop());
});
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function push(message: unknown): Promise<unknown> {
  const response = await fetch(`${hub.url}/feeds/${PUSH}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  return response.json();
}

interface Hazard {
  code: string;
  name: string;
  revision: number;
  savedByHand: boolean;
  status: string;
  level: { code: string; name: string } | null;
  gradingIndex: number | null;
  identificationIndex: number | null;
  exposureFactor: number | null;
  sourceLevel: { code: string } | null;
  sourceGradingIndex: number | null;
  differs: boolean | null;
  exposedPersons: number | null;
  reckoning:
    | { name: string; thresholdTonnes: number | null; factor: number | null; ratio: number | null; differs: boolean }[]
    | null;
  enterprise: { name: string; majorHazards: { code: string }[]; stations: { code: string }[] } | null;
  stations: { code: string }[];
}
const FIELDS = `code name revision savedByHand status level { code name(language: "zh") } gradingIndex identificationIndex
  exposureFactor sourceLevel { code } sourceGradingIndex differs exposedPersons reckoning { name thresholdTonnes factor ratio differs }
  enterprise { name majorHazards { code } stations { code } } stations { code }`;
const hazard = async (feed: string, code: string): Promise<Hazard | null> =>
  (
    await ask<{ majorHazard: Hazard | null }>(
      hub.url,
      `{ majorHazard(id: "${feed}:major-hazard:${code}") { ${FIELDS} } }`,
    )
  ).majorHazard;
const save = async (input: object): Promise<Hazard> =>
  (
    await ask<{ saveMajorHazard: Hazard }>(
      hub.url,
      `mutation ($input: SaveMajorHazardInput!) { saveMajorHazard(input: $input) { ${FIELDS} } }`,
      { input },
    )
  ).saveMajorHazard;

describe('base data by HTTP', () => {
  const CODE = gasBase.hazards[0].hazardCode;

  test('is graded by the hub, with what the source says beside it and where it differs', async () => {
    expect(await push(gasBase)).toEqual({ taken: 2, rejected: [] });
    expect(await hazard(PUSH, CODE)).toEqual({
      code: CODE,
      name: gasBase.hazards[0].hazardName,
      revision: 0,
      savedByHand: false,
      status: 'EXERCISE',
      level: { code: 'LEVEL_3', name: '三级' },
      gradingIndex: 18,
      identificationIndex: 6,
      exposureFactor: 2,
      sourceLevel: { code: 'LEVEL_4' },
      sourceGradingIndex: 6,
      differs: true,
      exposedPersons: 120,
      reckoning: [{ name: '液化石油气', thresholdTonnes: 50, factor: 1.5, ratio: 6, differs: true }],
      enterprise: { name: gasBase.enterprise.companyName, majorHazards: [{ code: CODE }], stations: [] },
      stations: [],
    });
  });

  test('again, also later, changes nothing; of what changes the level is reckoned anew over what is kept', async () => {
    await push(gasBase);
    await push({ ...gasBase, time: '2026-07-01 08:00:00' });
    expect(await hazard(PUSH, CODE)).toMatchObject({ revision: 0 });
    const { companyCode } = gasBase;
    await push({ companyCode, hazards: { hazardCode: CODE, hazardName: 'x', exposedPersons: 0 } });
    expect(await hazard(PUSH, CODE)).toMatchObject({
      revision: 1,
      gradingIndex: 4.5,
      level: { code: 'LEVEL_4' },
      differs: true,
    });
    await push({ companyCode, hazards: { hazardCode: CODE, hazardName: 'x', chemicals: null } });
    expect(await hazard(PUSH, CODE)).toMatchObject({
      gradingIndex: null,
      level: null,
      reckoning: null,
      exposedPersons: 0,
    });
    await push(gasBase);
    expect(await hazard(PUSH, CODE)).toMatchObject({ revision: 3, level: { code: 'LEVEL_3' } });
  });

  test('with a chemical that cannot be read is refused whole: a level without it would be too low', async () => {
    const hazards = {
      hazardCode: 'H-bad',
      hazardName: 'x',
      chemicals: [{ name: '甲醇', quantity: 900 }, { name: '氨' }],
    };
    expect(await push({ companyCode: gasBase.companyCode, hazards })).toMatchObject({
      taken: 0,
      rejected: [{ reason: 'missing-field', detail: expect.stringContaining('chemicals part 2: quantityTonnes') }],
    });
    expect(await hazard(PUSH, 'H-bad')).toBeNull();
  });

  test('joins the stations that the unit names, and they lead back to it', async () => {
    const { companyCode } = gasBase;
    const equipment = ['G201', 'AT-21', 'X9'].map((equipCode) => ({ equipCode, name: `演练·${equipCode}` }));
    await push({ companyCode, equipment });
    await push({ companyCode: '65420200021', equipment: { equipCode: 'G201', name: '别的企业' } });
    const codes = (...parts: string[]) => parts.map((part) => ({ code: `${companyCode}/${part}` }));
    expect(await hazard(PUSH, CODE)).toMatchObject({
      stations: codes('AT-21', 'G201'),
      enterprise: { stations: codes('AT-21', 'G201', 'X9') },
    });
    const back = async (station: string) =>
      (
        await ask<{ station: unknown }>(
          hub.url,
          `{ station(id: "${PUSH}:${station}") { enterprise { code } majorHazards { code } } }`,
        )
      ).station;
    expect(await back(`${companyCode}/G201`)).toEqual({
      enterprise: { code: companyCode },
      majorHazards: [{ code: CODE }],
    });
    expect(await back(`${companyCode}/X9`)).toEqual({ enterprise: { code: companyCode }, majorHazards: [] });
    expect(await back('65420200021/G201')).toEqual({ enterprise: null, majorHazards: [] });
  });
});

test('base data by MQTT is graded alike, and a gateway that keeps it retained changes nothing by it', async () => {
  const [{ hazardCode }] = methanolBase.hazards;
  await publish(methanolBase);
  const stored = await until(
    () => hazard(MQTT, hazardCode),
    (found) => found !== null,
  );
  expect(stored).toMatchObject({ status: 'ACTUAL', gradingIndex: 15, level: { code: 'LEVEL_3' }, differs: false });
  await publish(methanolBase);
  const { companyCode } = methanolBase;
  await publish({ companyCode, enterprise: { companyName: '后来的消息' } });
  await until(
    () =>
      ask<{ enterprise: { name: string } }>(
        hub.url,
        `{ enterprise(id: "${MQTT}:enterprise:${companyCode}") { name } }`,
      ),
    ({ enterprise }) => enterprise.name === '后来的消息',
  );
  expect(await hazard(MQTT, hazardCode)).toMatchObject({ revision: 0 });
});

describe('saved by hand', () => {
  test('it is graded by the same rule, and every change grades it anew', async () => {
    const enterprise = `mutation { saveEnterprise(input: { code: "6542020009", name: "演练·冷库" }) { code } }`;
    await ask(hub.url, enterprise);
    const chemicals = [{ name: '液氨', quantityTonnes: 9, cas: '7664-41-7' }];
    const first = await save({
      code: 'H-1',
      name: '制冷机房',
      enterpriseCode: '6542020009',
      chemicals,
      exposedPersons: 100,
    });
    expect(first).toMatchObject({ savedByHand: true, level: { code: 'NONE' }, identificationIndex: 0.9 });
    const more = [{ name: '液氨', quantityTonnes: 30 }];
    const second = await save({ code: 'H-1', revision: 0, chemicals: more, sourceLevel: 'LEVEL_3' });
    expect(second).toMatchObject({
      level: { code: 'LEVEL_3' },
      gradingIndex: 12,
      differs: false,
      enterprise: { name: '演练·冷库' },
    });
    const { majorHazard } = await ask<{ majorHazard: { history: { level: { code: string } }[] } }>(
      hub.url,
      `{ majorHazard(id: "${MQTT}:major-hazard:H-1") { history { level { code } } } }`,
    );
    expect(majorHazard.history.map(({ level }) => level.code)).toEqual(['LEVEL_3', 'NONE']);
  });

  test('the level itself cannot be given, and what is wrong with a chemical is told by its place', async () => {
    await expect(save({ code: 'H-2', name: 'x', enterpriseCode: '6542020009', level: 'LEVEL_4' })).rejects.toThrow(
      /level/,
    );
    const chemicals = [
      { name: '甲醇', quantityTonnes: 1 },
      { name: '氨', quantityTonnes: -1 },
    ];
    await expect(save({ code: 'H-2', name: 'x', enterpriseCode: '6542020009', chemicals })).rejects.toThrow(
      /chemicals .*part 2: quantityTonnes -1/,
    );
  });
});

test('the register can be asked for levels', async () => {
  const { majorHazards } = await ask<{ majorHazards: { edges: { node: { level: { code: string } } }[] } }>(
    hub.url,
    `{ majorHazards(filter: { level: ["LEVEL_3"] }) { edges { node { level { code } } } } }`,
  );
  expect(majorHazards.edges.map(({ node }) => node.level.code)).toEqual(['LEVEL_3', 'LEVEL_3', 'LEVEL_3']);
});
