import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { encode } from '../connectors/shared/codecs/hj212.js';
import { freePort } from '../server/database/free-port.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { Hj212Device, hj212Packet, hj212Time } from './support/hj212-device.js';
import { ask, startHub, until } from './support/running-hub.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const [ONE, TWO] = ['654202WS0000000000000001', '654202WS0000000000000002'];
/** A time of today, `n` seconds apart. */
const start = Date.now() - 3_600_000;
const time = (n: number): string => hj212Time(new Date(start + n * 1000));

const feed = (port: number, password = '123456'): string => `
  ecology/outlets:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    listen: { port: ${port}, maxUnframedBytes: 65536 }
    password: "${password}"
    stations: [{ code: ${ONE}, name: 一号排口 }, { code: ${TWO}, name: 二号排口, password: other }]`;

interface World {
  readonly hub: Hub;
  readonly port: number;
  readonly sql: pg.Client;
  dial(): Promise<Hj212Device>;
}

async function world(): Promise<World & { readonly databaseUrl: string }> {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const port = await freePort();
  const hub = await startHub(database.url, feed(port));
  ends.push(() => hub.stop());
  const sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
  ends.push(() => sql.end());
  await listening(port);
  const dial = async (): Promise<Hj212Device> => {
    const device = await Hj212Device.dial(port);
    ends.push(() => device.socket.destroy());
    return device;
  };
  return { hub, port, sql, dial, databaseUrl: database.url };
}

/** Waits until something takes calls there. */
const listening = (port: number): Promise<boolean> =>
  until(
    async () => {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.destroy();
      return true;
    },
    (open) => open,
  );

const values = async (sql: pg.Client): Promise<number[]> =>
  (await sql.query<{ value: number }>('SELECT value FROM observation ORDER BY observed_at, value')).rows.map(
    ({ value }) => value,
  );
const rejections = async (hub: Hub): Promise<{ reason: string; raw: string; detail: string }[]> => {
  const { feed: found } = await ask<{
    feed: { rejections: { edges: { node: { reason: string; raw: string; detail: string } }[] } };
  }>(hub.url, '{ feed(id: "ecology/outlets") { rejections { edges { node { reason raw detail } } } } }');
  return found.rejections.edges.map(({ node }) => node);
};
/** Waits until a statement of the hub waits for a lock. */
const held = (sql: pg.Client): Promise<boolean> =>
  until(
    async () =>
      (
        await sql.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).rowCount === 1,
    (waits) => waits,
  );

test('no 9014 leaves before the commit, and what it tells of is there when it comes', async () => {
  const { sql, dial } = await world();
  const device = await dial();
  await sql.query('BEGIN');
  await sql.query('LOCK TABLE device_state IN ACCESS EXCLUSIVE MODE');
  device.send(hj212Packet(ONE, time(1)));
  await held(sql);
  expect([device.answers, await values(sql)]).toEqual([[], []]);
  await sql.query('ROLLBACK');
  expect(await device.answer()).toBe(`9014 ${time(1)}123`);
  expect(await values(sql)).toEqual([36.9]);
});

test('what could not be stored is not answered, and sent again it is: the control', async () => {
  const { sql, dial } = await world();
  const device = await dial();
  await sql.query('BEGIN');
  await sql.query('LOCK TABLE device_state IN ACCESS EXCLUSIVE MODE');
  device.send(hj212Packet(ONE, time(1)));
  await held(sql);
  await sql.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  await sql.query('ROLLBACK');
  // Answers leave in the order of their frames: had the first been answered, that would come before this.
  device.send(hj212Packet(ONE, time(2)));
  expect(await device.answer()).toBe(`9014 ${time(2)}123`);
  // An answer before the commit would have been a lie.
  expect(await values(sql)).toEqual([36.9]);
  device.send(hj212Packet(ONE, time(1)));
  expect(await device.answer()).toBe(`9014 ${time(1)}123`);
  expect(await values(sql)).toEqual([36.9, 36.9]);
});

test('bytes cut anywhere, and messages in packets in any order, are the same data, answered once each', async () => {
  const { sql, dial } = await world();
  const device = await dial();
  for (const byte of encode(hj212Packet(ONE, time(1)))) device.socket.write(Uint8Array.of(byte));
  expect(await device.answer()).toBe(`9014 ${time(1)}123`);
  const parts = [`DataTime=${time(2)};w01018-Avg=35.2,w010`, '18-Max=41.7', 'w01018-Min=31.0'];
  const packets = parts.map((cp, at) =>
    encode(hj212Packet(ONE, time(2), { cn: '2061', flag: '7', packet: { total: 3, sequence: at + 1 }, cp })),
  );
  const stream = Buffer.concat([2, 0, 1].map((at) => packets[at] as Uint8Array));
  for (let at = 0; at < stream.length; at += 37) device.socket.write(stream.subarray(at, at + 37));
  device.send(hj212Packet(ONE, time(3)));
  expect([await device.answer(), await device.answer()]).toEqual([`9014 ${time(2)}123`, `9014 ${time(3)}123`]);
  expect(await values(sql)).toEqual([36.9, 31, 35.2, 41.7, 36.9]);
});

test('a wrong CRC is quarantined without its password and told of, and the next frame is taken', async () => {
  const { hub, sql, dial } = await world();
  const device = await dial();
  const wrong = Buffer.from(encode(hj212Packet(ONE, time(1))))
    .toString()
    .replace('36.9', '96.9');
  device.socket.write(wrong);
  device.send(hj212Packet(ONE, time(2)));
  expect([await device.answer(), await device.answer()]).toEqual([`9011 ${time(1)}123 QnRtn=9`, `9014 ${time(2)}123`]);
  expect(await values(sql)).toEqual([36.9]);
  const [rejection] = await rejections(hub);
  expect(rejection?.reason).toBe('bad-crc');
  expect(rejection?.raw).toContain('w01018-Rtd=96.9');
  expect(JSON.stringify(rejection)).not.toContain('123456');
});

test('a device that may not send this is told why, and nothing of it is kept but the rejection', async () => {
  const { hub, sql, dial } = await world();
  const device = await dial();
  const refused: [Parameters<typeof hj212Packet>[2], string][] = [
    [{ pw: '000000' }, 'QnRtn=3'],
    [{ mn: 'UNLISTED' }, 'QnRtn=4'],
    [{ st: '99' }, 'QnRtn=5'],
    [{ flag: '999' }, 'QnRtn=6'],
    [{ qn: '20261307100003123' }, 'QnRtn=7'],
    [{ cn: '7777' }, 'QnRtn=8'],
    [{ cn: '1000' }, 'QnRtn=2'],
  ];
  for (const [change, result] of refused) {
    device.send(hj212Packet(ONE, time(1), change));
    expect(await device.answer()).toMatch(new RegExp(`^9011 \\d+ ${result}$`));
  }
  // Another device's own password is none for this one, and the feed's is none for that.
  device.send(hj212Packet(ONE, time(2), { pw: 'other' }), hj212Packet(TWO, time(2)));
  expect([await device.answer(), await device.answer()]).toEqual(Array(2).fill(`9011 ${time(2)}123 QnRtn=3`));
  device.send(
    hj212Packet(ONE, time(3), { cn: '1013', cp: 'PolId=w01018' }),
    hj212Packet(TWO, time(3), { pw: 'other' }),
  );
  expect([await device.answer(), await device.answer()]).toEqual([`9013 ${time(3)}123`, `9014 ${time(3)}123`]);
  expect(await values(sql)).toEqual([36.9]);
  const reasons = (await rejections(hub)).map(({ reason }) => reason);
  expect([...new Set(reasons)].sort()).toEqual([
    'bad-time',
    'malformed',
    'unknown-code',
    'unknown-station',
    'unsupported',
    'wrong-password',
  ]);
});

test('one bad device disturbs no other', async () => {
  const { hub, sql, dial } = await world();
  const [good, flood, half, stranger] = await Promise.all([dial(), dial(), dial(), dial()]);
  flood.socket.write(Buffer.alloc(1_048_576, '##0999'));
  half.send(hj212Packet(TWO, time(1), { pw: 'other', flag: '7', packet: { total: 2, sequence: 1 } }));
  half.socket.write('##0200QN=');
  for (let n = 0; n < 200; n += 1) stranger.send(hj212Packet(ONE, time(1), { pw: String(n) }));
  for (let n = 1; n <= 20; n += 1) {
    good.send(hj212Packet(ONE, time(n)));
    expect(await good.answer()).toBe(`9014 ${time(n)}123`);
  }
  await flood.closed;
  half.socket.end();
  await half.closed;
  expect(await values(sql)).toHaveLength(20);
  const seen = await until(
    () => rejections(hub),
    (found) => found.some(({ reason }) => reason === 'truncated'),
  );
  expect(JSON.stringify(seen)).toContain('packets 1 of 2 came');
});

test('what was refused for a wrong password in the settings is taken in once they are corrected', async () => {
  const { hub, port, sql, dial, databaseUrl } = await world();
  const device = await dial();
  device.send(hj212Packet(ONE, time(1), { pw: 'right' }), hj212Packet(ONE, time(2), { pw: 'right' }));
  expect([await device.answer(), await device.answer()]).toEqual([1, 2].map((n) => `9011 ${time(n)}123 QnRtn=3`));
  await hub.stop();
  const corrected = await startHub(databaseUrl, feed(port, 'right'));
  ends.push(() => corrected.stop());
  await listening(port);
  await ask(corrected.url, 'mutation { retryRejected(feed: "ecology/outlets") { inputs } }');
  expect(await values(sql)).toEqual([36.9, 36.9]);
  expect(await rejections(corrected)).toEqual([]);
});
