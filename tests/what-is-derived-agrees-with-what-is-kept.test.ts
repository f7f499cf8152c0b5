import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAJOR_HAZARD } from '../model/registers/industry.js';
import { insertByHand, registerId } from '../prisma/store/write-register.js';
import { type Graph, openGraph } from './support/graph.js';
import { registerRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'industry/hazardous-chemicals';
let graph: Graph;
beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED }]);
});
afterAll(() => graph.close());

const levelOf = async (code: string): Promise<unknown> => {
  const query = `{ majorHazard(id: "${registerId(FEED, 'major-hazard', code)}") { level { code } exposedPersons chemicals { name } } }`;
  return (await graph.answer(query)).data?.majorHazard;
};
const chemicals = [{ name: '甲醇', quantityTonnes: 5000 }];

test('an entry that a person is just making is waited for, and the level reckoned of both', async () => {
  const code = 'H-race';
  const said = { enterprise: 'E', exposedPersons: 60 };
  let brought: Promise<void> | undefined;
  await graph.db.transaction(async (client) => {
    await insertByHand(client, {
      ...{ id: registerId(FEED, MAJOR_HAZARD.noun, code), feedId: FEED, noun: MAJOR_HAZARD.noun, code, name: '罐区' },
      ...{ lon: null, lat: null, originalLon: null, originalLat: null, originalCrs: null, divisionCode: null },
      ...{ fields: said, status: 'EXERCISE', updatedAt: NOW, retiredAt: null },
    });
    brought = graph.take(FEED, [registerRecord(MAJOR_HAZARD.noun, code, { enterprise: 'E', chemicals })]);
    // The feed's transaction waits for this one: both are under way.
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await graph.db.read.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      waiting = rows[0]?.n ?? 0;
    }
  });
  await brought;
  expect(await levelOf(code)).toEqual({
    level: { code: 'LEVEL_3' },
    exposedPersons: 60,
    chemicals: [{ name: '甲醇' }],
  });
});

test('of one message that tells of an entry twice the last word counts, for the level too', async () => {
  const tell = (quantityTonnes: number) =>
    registerRecord(MAJOR_HAZARD.noun, 'H-twice', {
      enterprise: 'E',
      exposedPersons: 0,
      chemicals: [{ name: '甲醇', quantityTonnes }],
    });
  await graph.take(FEED, [tell(50_000), tell(100)]);
  expect(await levelOf('H-twice')).toMatchObject({ level: { code: 'NONE' } });
});
