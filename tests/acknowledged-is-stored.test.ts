import { afterEach, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { migratedDatabase } from './support/database.js';
import { rounds } from './support/long-run.js';
import { ask, FEED_KEY, type HubChild, spawnHub, until } from './support/running-hub.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const FEED = `
  forestry/video-alarms:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: WGS84
    key: ${FEED_KEY}`;

/** An alarm of its own second, so that each is a record of its own. */
const timeOf = (n: number): string => new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString().slice(0, 19);
const alarm = (n: number): string => {
  const at = timeOf(n);
  return `<?xml version="1.0" encoding="UTF-8"?><Notify><CmdType>Alarm</CmdType><SN>${n}</SN><DeviceID>65420200001310000001</DeviceID><AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod><AlarmTime>${at}</AlarmTime><AlarmDescription>smoke</AlarmDescription><Longitude>84.6</Longitude><Latitude>44.1</Latitude></Notify>`;
};

const post = (url: string, n: number): Promise<number> =>
  fetch(`${url}/feeds/forestry/video-alarms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': 'application/xml' },
    body: alarm(n),
  }).then(
    (response) => response.status,
    () => 0,
  );

/** Waits until the feed takes alarms, by one of its own. */
const open = (url: string): Promise<number> =>
  until(
    () => post(url, 0),
    (status) => status === 202,
  );

async function storedTimes(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ original_time: string }>('SELECT original_time FROM fire_alarm');
  await client.end();
  return rows.map((row) => row.original_time);
}

describe('what was acknowledged is stored', () => {
  test('exactly once, though the hub is killed with -9 in the middle of intake, round after round', async () => {
    const database = await migratedDatabase();
    ends.push(() => database.drop());
    const acknowledged = new Set<number>();
    let next = 0;
    for (let round = 0; round < rounds(2, 4); round += 1) {
      const hub: HubChild = await spawnHub({ DATABASE_URL: database.url }, FEED);
      const target = acknowledged.size + 100 + 37 * round;
      let dead = false;
      let enough = (): void => {};
      const fed = new Promise<void>((resolve) => {
        enough = resolve;
      });
      const feeders = Array.from({ length: 8 }, async () => {
        while (!dead) {
          const n = next;
          next += 1;
          if ((await post(hub.url, n)) === 202) acknowledged.add(n);
          if (acknowledged.size >= target) enough();
        }
      });
      await fed;
      await hub.kill('SIGKILL');
      dead = true;
      await Promise.all(feeders);
    }
    const stored = await storedTimes(database.url);
    const times = new Set(stored);
    const lostOf = (sent: readonly number[]): number[] => sent.filter((n) => !times.has(timeOf(n)));
    expect(acknowledged.size).toBeGreaterThan(200);
    expect(lostOf([...acknowledged])).toEqual([]);
    expect(times.size).toBe(stored.length);
    // The control: what was sent but not acknowledged did get lost, so a hub that answered before its commit would be found out.
    expect(lostOf(Array.from({ length: next }, (_, n) => n)).length).toBeGreaterThan(0);
  }, 120_000);

  test('nothing is acknowledged while the database does not commit: 503, and the same alarm is taken afterwards', async () => {
    const database = await migratedDatabase();
    ends.push(() => database.drop());
    const hub = await spawnHub({ DATABASE_URL: database.url }, FEED);
    ends.push(() => hub.kill('SIGKILL'));
    await open(hub.url);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query('LOCK TABLE fire_alarm IN ACCESS EXCLUSIVE MODE');
    const held = post(hub.url, 1);
    await new Promise<void>((resolve) => {
      const look = async (): Promise<void> => {
        const { rowCount } = await client.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (rowCount) resolve();
        else setTimeout(look, 50);
      };
      void look();
    });
    await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(await held).toBe(503);
    await client.query('ROLLBACK');
    await client.end();
    expect(await post(hub.url, 1)).toBe(202);
    expect((await storedTimes(database.url)).sort()).toEqual([timeOf(0), timeOf(1)]);
  });

  test('a push to a feed that is switched off is told to come again, to one that does not exist that there is none', async () => {
    const database = await migratedDatabase();
    ends.push(() => database.drop());
    const hub = await spawnHub({ DATABASE_URL: database.url }, FEED);
    ends.push(() => hub.kill('SIGKILL'));
    await open(hub.url);
    await ask(
      hub.url,
      'mutation { disableFeed(id: "forestry/video-alarms", reason: "maintenance") { state stateReason } }',
    );
    expect(await post(hub.url, 2)).toBe(503);
    await ask(hub.url, 'mutation { enableFeed(id: "forestry/video-alarms") { state } }');
    await until(
      () => post(hub.url, 2),
      (status) => status === 202,
    );
    expect((await fetch(`${hub.url}/feeds/forestry/nothing`, { method: 'POST' })).status).toBe(404);
  });

  test('a push without the feed’s own key is refused and leaves nothing', async () => {
    const database = await migratedDatabase();
    ends.push(() => database.drop());
    const hub = await spawnHub({ DATABASE_URL: database.url }, FEED);
    ends.push(() => hub.kill('SIGKILL'));
    await open(hub.url);
    for (const authorization of ['', 'Bearer wrong', `Basic ${FEED_KEY}`, 'Bearer the-admin-key-of-the-tests']) {
      const { status } = await fetch(`${hub.url}/feeds/forestry/video-alarms`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/xml' },
        body: alarm(1),
      });
      expect(status).toBe(401);
    }
    expect(await storedTimes(database.url)).toEqual([timeOf(0)]);
  });
});
