import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../../../tests/support/database.js';
import { type SqlRow, type SqlSession, sqlSettings, withDatabase } from './sql-poll.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    `CREATE TABLE reading (id int PRIMARY KEY, tm timestamp, at timestamptz, z numeric(7,3), n bigint, name char(8));
     INSERT INTO reading SELECT i, timestamp '2026-08-07 10:00' + i * interval '1 second', '2026-08-07 02:00+00',
       479.100, 9007199254740993, 'A' FROM generate_series(1, 25) i`,
  );
  await client.end();
});
afterAll(() => database.drop());

const never = new AbortController().signal;
const use = <T>(work: (session: SqlSession) => Promise<T>, overrides: Record<string, unknown> = {}): Promise<T> =>
  withDatabase(sqlSettings.parse({ url: database.url, ...overrides }), 'Asia/Shanghai', { signal: never }, work);
const failure = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing failed',
    (error: Error) => error.message,
  );

test('values come as the text they are: times with their clock in the feed zone, numbers with their digits', async () => {
  const rows = await use((session) => session.query('SELECT tm, at, z, n, name FROM reading WHERE id = $1', [1]));
  expect(rows).toEqual([
    { tm: '2026-08-07 10:00:01', at: '2026-08-07 10:00:00+08', z: '479.100', n: '9007199254740993', name: 'A       ' },
  ]);
});

test('a long answer comes in pages, all of one moment, and other queries follow', async () => {
  const sizes: number[] = [];
  const count = await use(
    async (session) => {
      for await (const rows of session.pages('SELECT id FROM reading WHERE id > $1 ORDER BY id', [2]))
        sizes.push(rows.length);
      return session.query('SELECT count(*) FROM reading');
    },
    { pageRows: 10 },
  );
  expect([sizes, count]).toEqual([[10, 10, 3], [{ count: '25' }]]);
});

test('leaving the pages early leaves a session that can be used', async () => {
  const rows = await use(
    async (session): Promise<SqlRow[]> => {
      for await (const page of session.pages('SELECT id FROM reading ORDER BY id')) {
        expect(page).toHaveLength(3);
        break;
      }
      return session.query('SELECT 1 AS one');
    },
    { pageRows: 3 },
  );
  expect(rows).toEqual([{ one: '1' }]);
});

test('nothing can be written, neither in a page nor beside it', async () => {
  const writes = ['INSERT INTO reading (id) VALUES (99)', 'DELETE FROM reading', 'CREATE TABLE mine (id int)'];
  for (const write of writes)
    expect(await failure(use((session) => session.query(write)))).toMatch(/the session may only read$/);
});

test("an error of the work itself passes as it is, the link's own name the place and no credentials", async () => {
  const own = new Error('the hub cannot store');
  await expect(use(() => Promise.reject(own))).rejects.toBe(own);
  const { hostname, port, pathname } = new URL(database.url);
  const place = `database ${pathname.slice(1)} at ${hostname}:${port || 5432}`;
  expect(await failure(use((session) => session.query('SELECT nothing FROM reading')))).toBe(
    `${place}: there is no such column`,
  );
  const wrong = new URL(database.url);
  wrong.username = 'nobody_here';
  wrong.password = 'hunter2';
  const refused = await failure(use(async () => undefined, { url: wrong.href }));
  expect(refused.startsWith(`${place}: `)).toBe(true);
  expect(refused).not.toMatch(/hunter2|nobody_here/);
  wrong.port = '9';
  expect(await failure(use(async () => undefined, { url: wrong.href }))).toMatch(/at [^ ]+:9: .*ECONNREFUSED/);
});

test('settings that are no address are refused without showing them', () => {
  const { error } = sqlSettings.safeParse({ url: 'mysql://root:hunter2@db/x' });
  expect(JSON.stringify(error?.issues)).toMatch(/postgres:\/\/user/);
  expect(JSON.stringify(error?.issues)).not.toMatch(/hunter2/);
});

describe('nothing waits for ever', () => {
  test('a statement', async () => {
    const slow = use((session) => session.query('SELECT pg_sleep(10)'), { statementTimeoutMs: 100 });
    expect(await failure(slow)).toMatch(/a statement took too long$/);
  });
  test('a server that accepts and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `postgres://reader:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}/water`;
    const settings = { url, connectTimeoutMs: 100 };
    expect(await failure(use(async () => undefined, settings))).toMatch(/^database water at 127.0.0.1:\d+: timeout/);
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  test('a round that is stopped', async () => {
    const abort = new AbortController();
    const settings = sqlSettings.parse({ url: database.url });
    const round = withDatabase(settings, 'UTC', { signal: abort.signal }, (session) => {
      const sleeping = session.query('SELECT pg_sleep(30)');
      abort.abort();
      return sleeping;
    });
    expect(await failure(round)).toMatch(/connection/i);
  });
});
