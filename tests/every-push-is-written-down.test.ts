import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Principal } from '../model/access.js';
import { newApiKey } from '../model/api-key.js';
import type { DepartmentCode } from '../model/department.js';
import { type Database, openDatabase } from '../prisma/database.js';
import { insertApiKey } from '../prisma/store/write-access.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub, until } from './support/running-hub.js';

const FEED = 'water/pushed';
const SETTINGS = `
  ${FEED}:
    title: { en: Pushed, zh: 推送 }
    to: observation
    transport: http-push
    push: { key: { generated: key } }
    format: json
    mapping: '{"station": "S", "property": "water-level", "observedAt": t, "value": value}'
    expectedEverySeconds: 60
    zone: UTC
    crs: WGS84
    stations: [{ code: S, name: S, lon: 84.68, lat: 44.44 }]`;

interface Row {
  readonly position: number;
  readonly kind: string;
  readonly principal: string;
  readonly department: string | null;
  readonly root_fields: string[];
  readonly variables: unknown;
  readonly feeds: string[];
  readonly result: string;
  readonly times: number;
  readonly row_count: number;
  readonly address: string | null;
}

let database: TestDatabase;
let db: Database;
let hub: Hub;
let feeder: { id: string; text: string };
let reader: { id: string; text: string };

async function keyFor(department: DepartmentCode, role: Principal['roles'][number]) {
  const { id, text, hash } = newApiKey();
  const createdAt = new Date();
  const expiresAt = new Date(createdAt.getTime() + 86_400_000);
  const rest = { name: role, department, roles: [role], scopes: [], createdBy: 'test' };
  await insertApiKey(db.write, { id, hash, createdAt, expiresAt, ...rest });
  return { id, text };
}

beforeAll(async () => {
  database = await migratedDatabase();
  db = openDatabase({ url: database.url });
  hub = await startHub(database.url, SETTINGS);
  feeder = await keyFor('WATER', 'FEEDER');
  reader = await keyFor('WATER', 'READER');
});
afterAll(async () => {
  await hub.stop();
  await db.close();
  await database.drop();
});

let second = 0;
const reading = (): string => {
  second += 1;
  return JSON.stringify({ t: new Date(Date.now() - 3_600_000 + second * 1000).toISOString(), value: second });
};
const push = (key: string | undefined, body = reading()): Promise<Response> =>
  fetch(`${hub.url}/feeds/${FEED}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body,
  });
const stored = async (): Promise<number> =>
  (await db.read.query<{ n: number }>('SELECT count(*)::int AS n FROM observation')).rows[0]?.n ?? 0;

let seen = 0;
/** Whether rows stand for so many acts. */
const acts =
  (count: number) =>
  (all: readonly Row[]): boolean =>
    all.reduce((sum, { times }) => sum + times, 0) >= count;
/** The rows since the last call, once they are enough. */
async function rows(enough: (all: readonly Row[]) => boolean): Promise<Row[]> {
  const read = async (): Promise<Row[]> =>
    (await db.read.query<Row>('SELECT * FROM audit_entry WHERE position > $1 ORDER BY position', [seen])).rows;
  const found = await until(read, enough, 5000);
  seen = found.at(-1)?.position ?? seen;
  return found;
}

test('a push by a FEEDER’s key has a row of its own: who, to which feed, with what result, how many records', async () => {
  const answers = [await push(feeder.text), await push(feeder.text), await push(feeder.text, '{ broken')];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 400]);
  const found = await rows(acts(3));
  const row = {
    ...{ kind: 'PUSH', principal: `key:${feeder.id}`, department: 'WATER', root_fields: [FEED], feeds: [] },
    ...{ result: 'OK', row_count: 1, times: 1, address: '127.0.0.1' },
  };
  expect(found).toMatchObject([row, row, { ...row, result: 'BAD_INPUT', row_count: 0 }]);
});

test('like pushes by the feed’s own key are one row, counted', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => push(FEED_KEY)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
  const found = await rows(acts(8));
  expect(found.length).toBeLessThan(8);
  expect(found.reduce((sum, { row_count }) => sum + row_count, 0)).toBe(8);
  expect(found[0]).toMatchObject({ kind: 'PUSH', principal: `feed:${FEED}`, department: 'WATER', root_fields: [FEED] });
});

test('a push that is refused has its row: a wrong key with its id, no key, a key without the right; the secret is nowhere', async () => {
  const wrong = newApiKey('0123456789abcdef').text;
  for (const key of [wrong, undefined, 'nonsense', reader.text]) expect((await push(key)).status).toBe(401);
  const found = await rows(acts(4));
  const brief = found.flatMap(({ kind, principal, result, root_fields, times }) =>
    Array<string>(times).fill([kind, principal, result, ...root_fields].join(' ')),
  );
  expect(brief.sort()).toEqual([
    ...Array<string>(3).fill(`DOOR anonymous UNAUTHENTICATED ${FEED}`),
    `PUSH key:${reader.id} FORBIDDEN ${FEED}`,
  ]);
  expect(found.map(({ variables }) => variables)).toContainEqual({ claims: 'key:0123456789abcdef' });
  expect(JSON.stringify(found)).not.toContain(wrong.split('_')[2]);
});

/** A push whose body has begun to come; resolves once the hub has it before it. */
async function trickle(key: string): Promise<{ sent: ClientRequest; status: Promise<number | undefined> }> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}`, expect: '100-continue' };
  const sent = request(`${hub.url}/feeds/${FEED}`, { method: 'POST', headers });
  const status = (once(sent, 'response') as Promise<[IncomingMessage]>).then(([response]) => {
    response.resume();
    return response.statusCode;
  });
  sent.on('error', () => {});
  sent.flushHeaders();
  await once(sent, 'continue');
  sent.write(' ');
  return { sent, status };
}

test('a key that is revoked while the body comes does not push it; a wrong one is refused before any body', async () => {
  const short = await keyFor('WATER', 'FEEDER');
  const [good, late, wrong] = [await trickle(feeder.text), await trickle(short.text), await trickle('wrong')];
  expect(await wrong.status).toBe(401);
  await ask(hub.url, `mutation { revokeApiKey(id: "${short.id}") { id } }`);
  await until(
    async () => (await push(short.text)).status,
    (status) => status === 401,
  );
  const before = await stored();
  late.sent.end(reading());
  expect(await late.status).toBe(401);
  expect(await stored()).toBe(before);
  // The control: one that was not revoked pushes.
  good.sent.end(reading());
  expect(await good.status).toBe(202);
  expect(await stored()).toBe(before + 1);
  const isPushed = ({ principal, result }: Row): boolean => principal === `key:${feeder.id}` && result === 'OK';
  const found = await rows((all) => all.some(isPushed));
  expect(found.filter(isPushed)).toHaveLength(1);
  expect(
    found.filter(({ kind, variables }) => kind === 'DOOR' && JSON.stringify(variables).includes(short.id)),
  ).not.toEqual([]);
});

test('where nothing can be written down no push is taken, whoever brings it: 503 and when to come back', async () => {
  await db.write.query(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$`);
  await db.write.query(
    'CREATE TRIGGER disk_full BEFORE INSERT ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION disk_full()',
  );
  await until(
    async () => (await push(feeder.text)).status,
    (status) => status === 503,
  );
  const before = await stored();
  for (const key of [FEED_KEY, FEED_KEY, feeder.text]) {
    const refused = await push(key);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  }
  expect(await stored()).toBe(before);
  await db.write.query('DROP TRIGGER disk_full ON audit_entry');
  await until(
    async () => (await push(FEED_KEY)).status,
    (status) => status === 202,
  );
  const found = await until(
    async () => (await db.read.query<Row>('SELECT * FROM audit_entry WHERE position > $1', [seen])).rows,
    (all) => all.some(({ principal, result }) => principal.startsWith('feed:') && result === 'OK'),
  );
  const refused = (who: string): number =>
    found
      .filter(({ principal, result }) => principal === who && result === 'SOURCE_UNAVAILABLE')
      .reduce((sum, { times }) => sum + times, 0);
  expect(refused(`feed:${FEED}`)).toBeGreaterThanOrEqual(2);
  expect(refused(`key:${feeder.id}`)).toBeGreaterThanOrEqual(2);
  // What was taken before anyone knew is written down too.
  expect(found.filter(({ principal, result }) => principal === `key:${feeder.id}` && result === 'OK')).not.toEqual([]);
});
