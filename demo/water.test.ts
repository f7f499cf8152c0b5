import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import pg from 'pg';
import { CONTROL, decode, FUNCTIONS, type Sl651Frame } from '../connectors/shared/codecs/sl651.js';
import { acknowledge } from '../connectors/shared/codecs/sl651-answer.js';
import { readMessage } from '../connectors/shared/codecs/sl651-body.js';
import { Sl651Splitter } from '../connectors/shared/codecs/sl651-splitter.js';
import { testDatabase } from '../tests/support/database.js';
import { Story } from './story.js';
import { WaterDatabase } from './water-database.js';
import { WaterRtus } from './water-rtu.js';
import { GAUGES, RTUS } from './water-stations.js';

/** A clock set by hand. */
function clock() {
  const time = { now: Date.parse('2026-08-07T02:00:00Z') };
  const now = (): Date => new Date(time.now);
  return { time, now, story: new Story(now, 1) };
}

test('the water bureau has SL 323 tables, thresholds, and a role that may only read; started again it goes on', async () => {
  const database = await testDatabase();
  const name = `${new URL(database.url).pathname.slice(1)}_water`;
  const { time, now, story } = clock();
  const bureau = (): WaterDatabase => new WaterDatabase(database.url, name, story, now);
  const ask = async (url: string, sql: string): Promise<pg.QueryResultRow[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  const first = bureau();
  const url = await first.start();
  expect(await ask(url, 'SELECT count(*)::int AS n FROM st_stbprp_b')).toEqual([{ n: 8 }]);
  expect(await ask(url, 'SELECT DISTINCT wrz, grz FROM st_rvfcch_b')).toEqual([{ wrz: '2.500', grz: '3.000' }]);
  expect(await ask(url, 'SELECT DISTINCT tm::text FROM st_river_r')).toEqual([{ tm: '2026-08-07 10:00:00' }]);
  await expect(ask(url, 'DELETE FROM st_river_r')).rejects.toThrow('permission denied');
  await first.stop();
  time.now += 360_000;
  const second = bureau();
  const again = await second.start();
  expect(await ask(again, `SELECT z FROM st_river_r WHERE stcd = '${GAUGES[0].code}' ORDER BY tm`)).toEqual([
    { z: '1.200' },
    { z: '3.100' },
  ]);
  await second.stop();
  await ask(database.url, `DROP DATABASE ${name} WITH (FORCE)`);
  await ask(database.url, `DROP ROLE ${name}_reader`);
  await database.drop();
});

/** A centre that records frames and answers as told. */
async function centre(answer: (frame: Sl651Frame) => Uint8Array | 'hang up' | undefined) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    const splitter = new Sl651Splitter();
    socket.on('data', (bytes) => {
      for (const piece of splitter.push(bytes)) {
        const said = answer(decode(piece.bytes));
        if (said === 'hang up') socket.destroy();
        else if (said) socket.write(said);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  };
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

test('three devices report; what is not acknowledged is sent again on a new line, and over the limit they report at once', async () => {
  const { time, now, story } = clock();
  time.now += 330_000;
  const frames: Sl651Frame[] = [];
  let done = (): void => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  let hungUp = false;
  const { address, close } = await centre((frame) => {
    if (frame.function === FUNCTIONS.keepAlive) return undefined;
    frames.push(frame);
    const stations = new Set(frames.filter((each) => each !== frames[0]).map(({ station }) => station));
    if (stations.size === RTUS.length) done();
    if (hungUp) return acknowledge(frame);
    hungUp = true;
    return 'hang up';
  });
  const rtus = new WaterRtus(address, story, now);
  await rtus.start();
  await all;
  await rtus.stop();
  await close();
  const repeated = frames.filter((frame) => frame.station === frames[0]?.station).slice(0, 2);
  expect(repeated[1]).toEqual(repeated[0]);
  const upper = frames.find(({ station }) => station === RTUS[0].station);
  expect(upper).toMatchObject({ function: FUNCTIONS.threshold, end: CONTROL.ETX });
  const { values, faults } = readMessage(upper!, upper!.body);
  expect(faults).toEqual([]);
  expect(values.map(({ id, value, observedAt }) => [id, value, observedAt])).toEqual([
    ['20', '0.0', '2608071005'],
    ['26', '0.0', '2608071005'],
    ['39', '2.843', '2608071005'],
    ['02', '14.3', '2608071005'],
    ['38', expect.any(String), '2608071005'],
    ['45', '4', '2608071005'],
  ]);
  expect(frames.find(({ station }) => station === RTUS[2].station)?.function).toBe(FUNCTIONS.timed);
});

test('devices without a centre keep trying, and stop at once', async () => {
  const { now, story } = clock();
  const rtus = new WaterRtus('tcp://127.0.0.1:9', story, now);
  await rtus.start();
  await rtus.stop();
});
