import { afterEach, expect, test } from '@jest/globals';
import { migratedDatabase } from './support/database.js';
import { ask, startHub, until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Feeds whose sources do not exist: refused connections of three protocols. */
const DEAD = `
  weather/stations: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, url: "http://127.0.0.1:9/music?times={times}" }
  forestry/hotspots: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, urls: ["http://127.0.0.1:9/firms.csv"], bbox: [83, 43, 86, 46] }
  natural-resources/geohazard: { expectedEverySeconds: 60, zone: UTC, crs: WGS84, broker: { url: "mqtt://127.0.0.1:9" } }`;

interface Answer {
  departments: { code: string; feeds: { id: string; state: string; stateReason: string | null }[] }[];
  warnings: { edges: { node: { identifier: string } }[] };
}
const QUERY = '{ departments { code feeds { id state stateReason } } warnings { edges { node { identifier } } } }';

test('a hub starts with dead feeds, says which and why, and the living ones answer in full', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  office.issue({ identifier: identifierOf(1), sentAt: new Date(Date.now() - 60_000) });
  const hub = await startHub(database.url, officeFeed(folder) + DEAD);
  ends.push(() => hub.stop());
  const answer = await until(
    () => ask<Answer>(hub.url, QUERY),
    ({ warnings, departments }) =>
      warnings.edges.length === 1 && departments.flatMap((d) => d.feeds).filter((f) => f.state === 'DOWN').length === 3,
  );
  const feeds = new Map(answer.departments.flatMap((department) => department.feeds).map((feed) => [feed.id, feed]));
  expect(answer.departments).toHaveLength(12);
  expect(feeds.get('weather/warnings')?.state).toBe('LIVE');
  for (const id of ['weather/stations', 'forestry/hotspots', 'natural-resources/geohazard'])
    expect(feeds.get(id)).toMatchObject({ state: 'DOWN', stateReason: expect.stringMatching(/\w/) });
});

test('a source that dies and returns is DOWN meanwhile, and what it issued is taken in', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  const hub = await startHub(database.url, officeFeed(folder));
  ends.push(() => hub.stop());
  const stateOf = async (): Promise<string | undefined> =>
    (await ask<{ feed: { state: string } }>(hub.url, '{ feed(id: "weather/warnings") { state } }')).feed.state;
  await until(stateOf, (state) => state === 'LIVE');
  await office.stop();
  await until(stateOf, (state) => state === 'DOWN');
  const { port } = new URL(folder);
  const back = new WarningOffice();
  back.issue({ identifier: identifierOf(7), sentAt: new Date(Date.now() - 60_000) });
  await back.start(Number(port));
  ends.push(() => back.stop());
  await until(
    () => ask<Answer>(hub.url, QUERY),
    ({ warnings }) => warnings.edges[0]?.node.identifier === identifierOf(7),
  );
  await until(stateOf, (state) => state === 'LIVE');
});
