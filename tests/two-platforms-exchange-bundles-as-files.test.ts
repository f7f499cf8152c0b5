import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { LoopbackBroker } from '../demo/mqtt-broker.js';
import { exchangePair, type Pair } from './support/exchange-pair.js';
import { until } from './support/running-hub.js';
import { SFTP_USER, SftpServer } from './support/sftp-server.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
const broker = new LoopbackBroker();
let root: string;
let server: SftpServer;
let pair: Pair;
let city: pg.Pool;
let prefecture: pg.Pool;
beforeAll(async () => {
  root = folders.make();
  mkdirSync(join(root, 'exchange'));
  server = new SftpServer(root);
  const port = await server.start();
  const url = await broker.start();
  writeFileSync(join(root, 'password'), SFTP_USER.password, { mode: 0o600 });
  const login = { username: SFTP_USER.username, password: { file: join(root, 'password') } };
  const sftp = { kind: 'sftp', host: '127.0.0.1', port, root: '/exchange', hostKeys: [server.hostKey], ...login };
  // The prefecture's office has the folder on its own machine, the city comes by SFTP; only the prefecture looks by itself.
  const atHome = { kind: 'folder', path: join(root, 'exchange') };
  const swapped = {
    out: 'down',
    in: 'up',
    ack: 'down-answers',
    answer: 'up-answers',
    done: 'pref/done',
    bad: 'pref/bad',
  };
  const own = { out: 'up', in: 'down', ack: 'up-answers', answer: 'down-answers', done: 'city/done', bad: 'city/bad' };
  pair = await exchangePair({
    city: {
      push: undefined,
      heartbeatSeconds: 1,
      resendAfterSeconds: 900,
      drop: { place: sftp, folders: own, pollSeconds: 3600, gapSeconds: 1 },
      notify: { url, clientId: 'city', subscribe: 'down', publish: 'up', base: 'sftp://127.0.0.1/exchange/' },
    },
    prefecture: {
      push: undefined,
      heartbeatSeconds: 1,
      resendAfterSeconds: 900,
      drop: { place: atHome, folders: swapped, pollSeconds: 1, gapSeconds: 1 },
      notify: { url, clientId: 'prefecture', publish: 'down', base: 'sftp://127.0.0.1/exchange/' },
    },
  });
  city = new pg.Pool({ connectionString: pair.databases.city.url });
  prefecture = new pg.Pool({ connectionString: pair.databases.prefecture.url });
});
afterAll(async () => {
  await Promise.all([city?.end(), prefecture?.end()]);
  await pair?.stop();
  await server.stop();
  await broker.stop();
  folders.clear();
});

const rows = async <T>(db: pg.Pool, sql: string): Promise<T[]> => (await db.query(sql)).rows as T[];
const acted = async (db: pg.Pool, seq: number): Promise<unknown> =>
  until(
    () => rows<{ state: string }>(db, `SELECT state FROM exchange_bundle WHERE direction = 'OUT' AND seq = ${seq}`),
    ([bundle]) => bundle?.state === 'ACTED',
  );

test('two hubs carry signed bundles and receipts over one SFTP folder, woken by notifications', async () => {
  await acted(prefecture, 1);
  await acted(city, 1);
  const states = await rows<{ state: string }>(
    city,
    `SELECT state FROM exchange_receipt WHERE issuer = 'THEIRS' AND seq = 1 ORDER BY number`,
  );
  expect(states.map(({ state }) => state)).toEqual(['RECEIVED', 'VALIDATED', 'APPLIED', 'ACTED']);
  expect(readdirSync(join(root, 'exchange', 'pref'))).toEqual(['done']);
});

test('a bundle whose files are lost is asked for and comes again', async () => {
  const [last] = await rows<{ seq: number }>(city, 'SELECT sent_seq::int AS seq FROM exchange_peer');
  const lost = (last?.seq ?? 0) + 1;
  // The server takes its files, and they are gone; the next one then lies there and waits.
  server.lose = (path) => path.includes(`_${String(lost).padStart(9, '0')}_`);
  await until(
    () => rows<{ seq: number }>(city, 'SELECT sent_seq::int AS seq FROM exchange_peer'),
    ([row]) => (row?.seq ?? 0) > lost,
  );
  await until(
    async () => readdirSync(join(root, 'exchange', 'up')),
    (names) => names.length > 0,
  );
  server.lose = () => false;
  await acted(city, lost + 1);
  await acted(city, lost);
});
