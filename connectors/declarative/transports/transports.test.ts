import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { gateway, LoopbackBroker } from '../../../demo/mqtt-broker.js';
import type { PushReply, PushRequest } from '../../../model/push.js';
import type { Outcome } from '../../../model/record.js';
import { testDatabase } from '../../../tests/support/database.js';
import type { FeedContext } from '../../connector.js';
import { Outbound } from '../../outbound.js';
import { settings } from '../config.js';
import { declarative } from '../index.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const COMMON = {
  title: { en: 'Test', zh: '测试' },
  to: 'observation',
  zone: 'Asia/Shanghai',
  crs: 'WGS84',
  expectedEverySeconds: 60,
  stations: [{ code: 'S', name: '站' }],
};
const MAPPING = '{"station": "S", "property": "rain-1h", "value": v, "observedAt": t}';

/** A declared feed, its source not yet run, and what it hands over. */
function feed(own: Record<string, unknown>, allow?: string[]) {
  const parsed = settings.parse({ ...COMMON, mapping: MAPPING, ...own });
  const source = declarative('tourism/test', parsed).create(parsed);
  const abort = new AbortController();
  const taken: Outcome[] = [];
  let contacts = 0;
  let wake = (): void => {};
  let door: (request: PushRequest) => Promise<PushReply> = () => Promise.reject(new Error('closed'));
  const context: FeedContext = {
    signal: abort.signal,
    outbound: new Outbound(allow),
    push: {
      open: (feedId, _maxBytes, handle) => {
        door = handle;
        return { path: `/feeds/${feedId}`, close: () => undefined };
      },
    },
    now: () => new Date('2026-01-05T00:00:00Z'),
    take: async (outcome) => {
      taken.push(outcome);
      wake();
    },
    contact: () => {
      contacts += 1;
      wake();
    },
    watermark: async () => taken.findLast(({ watermark }) => watermark !== undefined)?.watermark,
    listening: () => wake(),
  };
  ends.push(
    () => source.close?.(),
    () => abort.abort(),
  );
  return {
    source,
    taken,
    run: () => source.run(context),
    contacts: () => contacts,
    post: (body: string, contentType = 'application/json', key = 'the-key') =>
      door({ authorization: `Bearer ${key}`, contentType, body: Buffer.from(body) }),
    until: async (wanted: () => boolean) => {
      while (!wanted())
        await new Promise<void>((done) => {
          wake = done;
        });
    },
    values: () => taken.flatMap(({ records }) => records.flatMap((r) => (r.kind === 'observation' ? [r.value] : []))),
  };
}
const row = (v: unknown, t = '2026-01-05 08:00'): string => JSON.stringify({ v, t });

async function serve(
  answers: Readonly<Record<string, { status?: number; headers?: Record<string, string>; body?: string }>>,
) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['x-token'] ?? ''}`);
    const { status = 200, headers = {}, body = '' } = answers[request.url ?? ''] ?? { status: 404 };
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('http-poll sends its key and headers, brings the listed stations first, and reads the same answer once', async () => {
  const { url, asked } = await serve({ '/a?key=k%2F1': { body: row(1.5) } });
  const http = { url: `${url}/a?key={key}`, key: 'k/1', headers: { 'X-Token': 'tok' } };
  const own = feed({ transport: 'http-poll', format: 'json', http, pollSeconds: 5 });
  await own.run();
  await own.run();
  expect(asked).toEqual(['/a?key=k%2F1 tok', '/a?key=k%2F1 tok']);
  expect(own.taken.map(({ records }) => records.map(({ kind }) => kind))).toEqual([['station'], ['observation']]);
  expect([own.values(), own.contacts(), own.source.everySeconds]).toEqual([[1.5], 1, 5]);
});

test('a redirect elsewhere is refused, and so is an address outside the allow-list; no error holds the key', async () => {
  const other = await serve({ '/a': { body: row(1) } });
  const { url } = await serve({ '/r?key=topsecret': { status: 302, headers: { location: `${other.url}/a` } } });
  const http = { url: `${url}/r?key={key}`, key: 'topsecret' };
  const redirected = feed({ transport: 'http-poll', format: 'json', http });
  const failure = await redirected.run().catch((error: Error) => error.message);
  expect(failure).toMatch(/answered 302, a redirect, which is not followed/);
  expect(failure).not.toContain('topsecret');
  expect(other.asked).toEqual([]);
  const outside = feed({ transport: 'http-poll', format: 'json', http: { url: `${other.url}/a` } }, ['10.0.0.1:80']);
  await expect(outside.run()).rejects.toThrow('is not in hub.outbound.allow');
  expect(other.asked).toEqual([]);
});

test('http-push answers after the mapping, names what it refuses, and knows its key', async () => {
  const own = feed({ transport: 'http-push', format: 'json', push: { key: 'the-key' } });
  void own.run();
  await own.until(() => own.taken.length > 0);
  expect(await own.post(row(2))).toMatchObject({ status: 202, body: '{"taken":1,"rejected":[]}' });
  expect((await own.post(row('x'))).body).toMatch(/"error":"input, row 1: value: \\"x\\" is no number/);
  expect((await own.post('{"v":')).status).toBe(400);
  expect((await own.post(row(3), 'application/json', 'wrong')).status).toBe(401);
  expect((await own.post(row(3), 'image/png')).status).toBe(415);
  expect(own.values()).toEqual([2]);
});

test('mqtt-subscribe maps each message with its topic, and refuses one that is too long', async () => {
  const broker = new LoopbackBroker();
  const url = await broker.start();
  ends.push(() => broker.stop());
  const own = feed({
    transport: 'mqtt-subscribe',
    format: 'json',
    mapping: '{"station": $split($topic, "/")[1], "property": "rain-1h", "value": v, "observedAt": t}',
    broker: { url, topics: ['rain/#'], maxMessageBytes: 1024 },
  });
  void own.run();
  await own.until(() => own.contacts() > 0);
  const sender = await gateway(url, 'sender');
  ends.push(() => sender.endAsync(true));
  await sender.publishAsync('rain/S', row(4), { qos: 1 });
  await sender.publishAsync('rain/S', row('x'.repeat(2000)), { qos: 1 });
  await own.until(() => own.taken.length === 3);
  expect(own.taken.flatMap(({ records }) => records).slice(1)).toMatchObject([{ station: 'S', value: 4 }]);
  expect(own.taken.flatMap(({ rejects }) => rejects)).toMatchObject([
    { reason: 'too-large', detail: expect.stringContaining('rain/S') },
  ]);
});

test('sql-poll goes on from its watermark, at most so many rows a round, and writes nothing there', async () => {
  const database = await testDatabase();
  ends.push(() => database.drop());
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  ends.push(() => client.end());
  await client.query(
    `CREATE TABLE r (t timestamp, v numeric); INSERT INTO r SELECT timestamp '2026-01-05' + i * interval '1 minute', i FROM generate_series(1, 5) i`,
  );
  const sql = {
    url: database.url,
    query: 'SELECT t, v FROM r WHERE t >= $1 ORDER BY t',
    watermark: { column: 't', start: '2026-01-05 00:02' },
    maxRows: 3,
    pageRows: 2,
  };
  const own = feed({ transport: 'sql-poll', format: 'rows', database: sql });
  await own.run();
  expect(own.values()).toEqual([2, 3, 4]);
  expect(own.taken.at(-1)?.watermark).toBe('2026-01-05 00:04:00');
  await own.run();
  expect(own.values()).toEqual([2, 3, 4, 4, 5]);
  await client.query(`INSERT INTO r SELECT '2026-01-05 00:05', i FROM generate_series(1, 5) i`);
  await expect(own.run()).rejects.toThrow('3 rows stand at one t, "2026-01-05 00:05:00": raise database.maxRows');
  const writing = feed({
    transport: 'sql-poll',
    format: 'rows',
    database: { url: database.url, query: 'WITH gone AS (DELETE FROM r RETURNING *) SELECT * FROM gone' },
  });
  await expect(writing.run()).rejects.toThrow('cannot be read');
  expect((await client.query('SELECT count(*)::int AS n FROM r')).rows).toEqual([{ n: 10 }]);
});

test('file-drop takes files, puts them away with an answer in two languages, and the mapping sees their name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-drop-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'S.csv'), 't,v\n2026-01-05 08:00,1\n2026-01-05 08:10,x\n');
  const own = feed({
    transport: 'file-drop',
    format: 'csv',
    drop: { folder, stableMs: 0 },
    mapping: '{"station": $substringBefore($file, "."), "property": "rain-1h", "value": v, "observedAt": t}',
  });
  await own.run();
  expect(own.taken[1]).toMatchObject({ records: [{ station: 'S', value: 1 }], rejects: [{ reason: 'not-a-number' }] });
  const [answer = ''] = readdirSync(join(folder, 'done')).filter((name) => name.endsWith('.txt'));
  expect(readFileSync(join(folder, 'done', answer), 'utf8')).toMatch(
    /共 2 行：生成 1 条记录，拒收 1 处[\s\S]*2 rows: 1 records[\s\S]*S.csv, row 3: value: "x"/,
  );
});

test('graphql-remote copies the answer of one query, once, and takes errors for a broken link', async () => {
  const answers = [row(5), row(5), row(6)].map((text) => `{"data":{"r":[${text}]}}`);
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end(answers.shift() ?? '{"errors":[{"message":"no"}],"data":{"r":[]}}'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const own = feed({
    transport: 'graphql-remote',
    format: 'json',
    each: 'data.r',
    graphql: { url, query: '{ r { t v } }' },
  });
  for (let i = 0; i < 3; i += 1) await own.run();
  expect([own.values(), own.contacts()]).toEqual([[5, 6], 1]);
  await expect(own.run()).rejects.toThrow('answered with errors: no');
  expect(() =>
    feed({ transport: 'graphql-remote', format: 'json', graphql: { url, query: 'mutation { r }' } }),
  ).toThrow('exactly one operation, a query');
});
