import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import { migratedDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const feed = (name: string, value: string): string => `
  tourism/${name}:
    title: { en: Test, zh: 测试 }
    transport: http-push
    push: { key: { generated: key } }
    format: json
    to: observation
    mapping: '{"station": "S", "property": "rain-1h", "observedAt": t, "value": ${value}}'
    zone: UTC
    crs: WGS84
    expectedEverySeconds: 600
    stations: [{ code: S, name: 站 }]`;
/** Only a kill ends it: one call of a quadratic function. */
const RUNAWAY = feed('runaway', 'v = 13 ? $count($distinct([1..99999])) : v');

async function push(url: string, name: string, v: number) {
  const startedAt = performance.now();
  const response = await fetch(`${url}/feeds/tourism/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ v, t: new Date(Date.now() - (v + 1) * 60_000).toISOString() }),
  });
  return { status: response.status, body: await response.text(), milliseconds: performance.now() - startedAt };
}

test('a mapping that runs away costs its own row and no one else, and the row is taken in once the mapping is right', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const path = join(folders.make(), 'hub.yaml');
  const write = (feeds: string): void => writeFileSync(path, `hub:\n  area: "654202"\nfeeds:${feeds}\n`);
  const read = () => readConfig(path, connectors, { env: () => undefined, generated: () => FEED_KEY });
  write(RUNAWAY + feed('calm', 'v'));
  const { url, ...hub } = await startHub(database.url, '', { config: read(), readConfig: read }).then((running) => ({
    url: running.url,
    stop: () => running.stop(),
  }));
  ends.push(() => hub.stop());
  for (const name of ['runaway', 'calm'])
    expect(
      (
        await until(
          () => push(url, name, 1),
          ({ status }) => status !== 503,
        )
      ).status,
    ).toBe(202);

  let stopped = false;
  const runaway = push(url, 'runaway', 13).finally(() => {
    stopped = true;
  });
  for (let v = 2; v < 12; v += 1) {
    expect((await push(url, 'calm', v)).status).toBe(202);
    // Held up by it, even the first would be answered only once it is stopped.
    if (v === 2) expect(stopped).toBe(false);
  }
  const { status, body, milliseconds } = await runaway;
  expect([status, JSON.parse(body)]).toMatchObject([
    400,
    {
      taken: 0,
      rejected: [{ reason: 'mapping-stopped', detail: expect.stringContaining('it gave no result within 1.5 s') }],
    },
  ]);
  expect(milliseconds).toBeLessThan(6000);
  expect((await push(url, 'runaway', 3)).status).toBe(202);

  write(feed('runaway', 'v') + feed('calm', 'v'));
  const RELOAD = 'mutation { reloadSettings { changed unchanged } }';
  expect(await ask(url, RELOAD)).toEqual({
    reloadSettings: { changed: ['tourism/runaway'], unchanged: ['tourism/calm'] },
  });
  const RETRY =
    'mutation { retryRejected(feed: "tourism/runaway", reason: "mapping-stopped") { inputs repaired remaining } }';
  expect(await ask(url, RETRY)).toEqual({ retryRejected: { inputs: 1, repaired: 1, remaining: 0 } });
});
