import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Principal, WHOLE } from '../model/access.js';
import { newApiKey } from '../model/api-key.js';
import type { DepartmentCode } from '../model/department.js';
import { openDatabase } from '../prisma/database.js';
import { insertApiKey, insertGrant } from '../prisma/store/write-access.js';
import { passingKey } from '../server/audit/key.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { type Graph, openGraph } from './support/graph.js';
import { observationRecord, stationRecord, warningRecord } from './support/records.js';
import { ADMIN_KEY, spawnHub, startHub, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';
import { tempFolders } from './support/temp-folder.js';

const NOW = new Date();
const CANARIES = ['13912345678', '650103199001011234', 'Zhao-Canary', 'person-canary@example.com', 'secret-canary'];
const LEVELS = 'query Levels { stations { edges { node { code datastreams { latest { value } } } } } }';

interface Row {
  readonly position: number;
  readonly kind: string;
  readonly principal: string;
  readonly operation: string | null;
  readonly document: string | null;
  readonly root_fields: string[];
  readonly variables: unknown;
  readonly grants: string[];
  readonly feeds: string[];
  readonly owners: string[];
  readonly result: string;
  readonly times: number;
  readonly row_count: number;
  readonly address: string | null;
}

let graph: Graph;
let hub: Hub;
const folders = tempFolders();
const said: unknown[] = [];
const keys: Record<string, string> = {};

async function keyFor(name: string, department: DepartmentCode | null, roles: Principal['roles']): Promise<void> {
  const { id, text, hash } = newApiKey();
  const expiresAt = new Date(NOW.getTime() + 86_400_000);
  const key = { id, name, department, roles, scopes: [], hash, createdAt: NOW, createdBy: 'test', expiresAt };
  await insertApiKey(graph.db.write, key);
  keys[name] = text;
}

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: 'water/telemetry' }, { id: 'weather/warnings' }, { id: 'ecology/outlets' }]);
  await graph.take('water/telemetry', [stationRecord('S'), observationRecord('S', NOW, 7)]);
  await graph.take('ecology/outlets', [stationRecord('E')]);
  await keyFor('water', 'WATER', ['READER']);
  await keyFor('forestry', 'FORESTRY', ['READER']);
  await keyFor('ecology', 'ECOLOGY', ['READER']);
  await keyFor('auditor', null, ['AUDITOR']);
  const dataset = { feed: 'water/telemetry', property: null, register: null };
  const validity = { validFrom: new Date(NOW.getTime() - 1000), validUntil: null, grantedAt: NOW, grantedBy: 'test' };
  await insertGrant(graph.db.write, {
    ...{ id: 'g-1', owner: 'WATER', grantee: 'FORESTRY', dataset, coarsening: WHOLE, reason: 'flood', ...validity },
  });
  const note = (fields: unknown, message: string): void => void said.push(fields, message);
  hub = await startHub(graph.db.url, '', { logger: { warn: note, error: note } });
});
afterAll(async () => {
  await hub.stop();
  await graph.close();
  folders.clear();
});

interface Answer {
  readonly data?: Record<string, unknown>;
  readonly errors?: { extensions: { code: string } }[];
  readonly extensions?: { evidence?: string };
}

const post = (key: string | undefined, query: string, variables = {}, accept = 'application/json'): Promise<Response> =>
  fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ query, variables }),
  });
const answer = async (key: string | undefined, query: string, variables = {}): Promise<Answer> =>
  (await post(key, query, variables)).json() as Promise<Answer>;

let seen = 0;
/** The rows since the last call, once there are so many. */
async function rows(count: number): Promise<Row[]> {
  const read = async (): Promise<Row[]> =>
    (await graph.db.read.query<Row>('SELECT * FROM audit_entry WHERE position > $1 ORDER BY position', [seen])).rows;
  const found = await until(read, ({ length }) => length >= count, 5000);
  seen = found.at(-1)?.position ?? seen;
  return found;
}

describe('a read has its row within a second', () => {
  test('who, what, by which grants, whose data, with what result; the department whose data it was is told', async () => {
    await answer(keys.forestry, LEVELS);
    const [row] = await rows(1);
    expect(row).toMatchObject({
      ...{ kind: 'QUERY', principal: expect.stringMatching(/^key:/), operation: 'Levels', root_fields: ['stations'] },
      ...{ document: expect.stringMatching(/^[0-9a-f]{64}$/), result: 'OK', times: 1, address: '127.0.0.1' },
      ...{ grants: ['g-1'], feeds: ['water/telemetry'], owners: ['WATER'], row_count: 3 },
    });
    const asked = `query Who { accessToMyData { edges { node { principalName department feeds grants times } } } }`;
    expect((await answer(keys.water, asked)).data).toEqual({
      accessToMyData: {
        edges: [
          {
            node: {
              ...{ principalName: 'forestry', department: 'FORESTRY', times: 1 },
              ...{ feeds: ['water/telemetry'], grants: ['g-1'] },
            },
          },
        ],
      },
    });
    expect((await answer(keys.ecology, asked)).data).toEqual({ accessToMyData: { edges: [] } });
    expect((await answer(ADMIN_KEY, asked)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    await rows(3);
  });

  test('of the hub’s own staff too, though nothing is filtered for them; by GET as by POST', async () => {
    await fetch(
      `${hub.url}/graphql?query=${encodeURIComponent('{ stations(first: 5) { edges { node { name } } } }')}`,
      {
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
      },
    );
    const [row] = await rows(1);
    expect(row).toMatchObject({
      ...{ principal: 'administrator', feeds: ['ecology/outlets', 'water/telemetry'], owners: ['ECOLOGY', 'WATER'] },
      ...{ grants: [], variables: { stations: { first: 5 } } },
    });
  });

  test('like reads of nobody known are one row, counted', async () => {
    const reads = Array.from({ length: 5 }, () => answer(undefined, '{ warnings { edges { node { id } } } }'));
    await Promise.all(reads);
    let found: Row[] = [];
    await until(
      async () => {
        found = [...found, ...(await rows(1))];
        return found.reduce((sum, { times }) => sum + times, 0);
      },
      (sum) => sum === 5,
    );
    expect(found.length).toBeLessThan(5);
    expect(said).toEqual([]);
    expect(found[0]).toMatchObject({ principal: 'anonymous', kind: 'QUERY', result: 'OK', root_fields: ['warnings'] });
  });

  test('a subscription has a row when it begins, when it first shows a feed’s data, and when it ends', async () => {
    const query = 'subscription Live { warningChanged { warning { identifier } } }';
    const socket = subscribe(hub.url, query, {}, { connectionParams: { authorization: `Bearer ${keys.water}` } });
    const abort = new AbortController();
    const stream = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
        authorization: `Bearer ${keys.ecology}`,
      },
      body: JSON.stringify({ query }),
      signal: abort.signal,
    });
    const begun = await rows(2);
    expect(begun.map(({ kind, result, feeds }) => [kind, result, feeds])).toEqual([
      ['SUBSCRIPTION', 'OK', []],
      ['SUBSCRIPTION', 'OK', []],
    ]);
    await graph.take('weather/warnings', [warningRecord('W1', NOW)]);
    await socket.next();
    const shown = await rows(2);
    expect(shown.map(({ feeds }) => feeds)).toEqual([['weather/warnings'], ['weather/warnings']]);
    await socket.close();
    abort.abort();
    await stream.text().catch(() => {});
    const ended = await rows(2);
    expect(ended.map(({ result, row_count, operation }) => [result, row_count, operation])).toEqual([
      ['ENDED', 1, 'Live'],
      ['ENDED', 1, 'Live'],
    ]);
  });
});

describe('what is refused has its row', () => {
  test('a wrong key, over HTTP and WebSocket; a right that is missing; a request that is wrong in itself', async () => {
    const wrong = newApiKey('0123456789abcdef').text;
    expect((await post(wrong, '{ __typename }')).status).toBe(401);
    const socket = subscribe(
      hub.url,
      'subscription { warningChanged { cursor } }',
      {},
      {
        connectionParams: { authorization: 'Bearer nonsense' },
      },
    );
    await socket.ended;
    expect(
      (await answer(keys.water, 'mutation Off { disableFeed(id: "water/telemetry") { id } }')).errors,
    ).toHaveLength(1);
    await answer(keys.water, '{ nothing }');
    await answer(keys.water, '{ broken');
    await answer(keys.water, '{ __schema { types { name } } }');
    await answer(undefined, '{ feeds { id } }');
    const found = await rows(7);
    const brief = found.map(({ kind, result, root_fields }) => [kind, result, ...root_fields].join(' ')).sort();
    expect(brief).toEqual([
      'DOOR UNAUTHENTICATED',
      'DOOR UNAUTHENTICATED',
      'INVALID BAD_INPUT',
      'INVALID BAD_INPUT',
      'INVALID BAD_INPUT',
      'MUTATION FORBIDDEN disableFeed',
      'QUERY UNAUTHENTICATED feeds',
    ]);
    expect(found.map(({ variables }) => variables)).toContainEqual({ claims: 'key:0123456789abcdef' });
    expect(JSON.stringify(found)).not.toContain(wrong.split('_')[2]);
  });

  test('the audit is for auditors alone', async () => {
    const query = '{ auditEntries(first: 2, filter: { kinds: [DOOR] }) { edges { node { id kind variables hash } } } }';
    expect((await answer(ADMIN_KEY, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await answer(keys.water, query)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { data } = await answer(keys.auditor, query);
    expect(data).toMatchObject({ auditEntries: { edges: [{ node: { kind: 'DOOR' } }, { node: { kind: 'DOOR' } }] } });
    await rows(3);
  });
});

const SAVE = `mutation Save($name: String!) {
  saveJurisdiction(input: { id: "other:x", kind: OTHER, nameZh: $name, validFrom: "2026-01-01T00:00:00Z" }) { id }
}`;
const saved = async (): Promise<string[]> =>
  (await graph.db.read.query<{ name_zh: string }>(`SELECT name_zh FROM jurisdiction WHERE id = 'other:x'`)).rows.map(
    (row) => row.name_zh,
  );

describe('a change and its row are there together, or neither is', () => {
  test('the row is there as soon as the answer is, without persons and secrets', async () => {
    await answer(ADMIN_KEY, SAVE, { name: `某单位 ${CANARIES[0]}` });
    const [row] = await rows(1);
    expect(row).toMatchObject({
      ...{ kind: 'MUTATION', operation: 'Save', root_fields: ['saveJurisdiction'], result: 'OK' },
      variables: { saveJurisdiction: { input: { id: 'other:x', nameZh: '某单位 ***' } } },
    });
    await answer(
      ADMIN_KEY,
      `mutation { saveExpert(input: { code: "x", name: "${CANARIES[2]}", phone: "${CANARIES[0]}", email: "${CANARIES[3]}",
        specialties: ["x"] }) { id } }`,
    );
    await answer(
      ADMIN_KEY,
      `mutation ($text: String!, $key: String!) { fileIncidentReport(input: { idempotencyKey: $key, kind: FIRST, text: $text,
        unit: "u ${CANARIES[1]}", contactName: "${CANARIES[2]}", contactPhone: "0992-${CANARIES[0]}" }) { __typename } }`,
      { text: `${'long '.repeat(100)}${CANARIES[2]}`, key: 'k\0\ud800', secret: CANARIES[4] },
    );
    expect(await rows(2)).toHaveLength(2);
    const { rows: all } = await graph.db.read.query<{ text: string }>(
      'SELECT audit_entry::text AS text FROM audit_entry',
    );
    for (const canary of CANARIES) expect(all.filter(({ text }) => text.includes(canary))).toEqual([]);
    // The control: what is no person's is there.
    expect(all.filter(({ text }) => text.includes('specialties'))).toHaveLength(1);
  });

  test('what is done outside a transaction is written down before it is done, and afterwards', async () => {
    await answer(ADMIN_KEY, 'mutation { reloadSettings { error } }');
    const found = await rows(2);
    expect(found.map(({ root_fields, result }) => [root_fields[0], result])).toEqual([
      ['reloadSettings', 'BEGUN'],
      ['reloadSettings', 'CONFLICT'],
    ]);
  });

  test('where the row cannot be written the change is undone, further ones are refused, reads go on and say so', async () => {
    await graph.db.write.query(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = '53100'; END $$`);
    await graph.db.write.query(
      'CREATE TRIGGER disk_full BEFORE INSERT ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION disk_full()',
    );
    const socket = subscribe<unknown>(
      hub.url,
      'subscription { warningChanged { cursor } }',
      {},
      {
        connectionParams: { authorization: `Bearer ${keys.water}` },
      },
    );
    for (const _ of [1, 2]) {
      const refused = await answer(ADMIN_KEY, SAVE, { name: 'never' });
      expect(refused).toMatchObject({
        ...{ errors: [{ extensions: { code: 'SOURCE_UNAVAILABLE' } }], extensions: { evidence: 'NOT_RECORDED' } },
      });
    }
    expect((await saved())[0]).toMatch(/^某单位/);
    const read = await answer(keys.water, LEVELS);
    expect(read.extensions).toEqual({ evidence: 'NOT_RECORDED' });
    expect(read.data?.stations).toMatchObject({ edges: [{ node: { code: 'S' } }] });
    const ready = await fetch(`${hub.url}/health/ready`);
    expect([ready.status, await ready.text()]).toEqual([
      200,
      expect.stringMatching(/^ready; evidence cannot be written/),
    ]);
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/^fenghuo_audit_recording 0$/m);
    const sse = await post(keys.water, '{ stations { edges { cursor } } }', {}, 'text/event-stream');
    expect(await sse.text()).toContain('"evidence":"NOT_RECORDED"');
    await socket.close();
    await graph.db.write.query('DROP TRIGGER disk_full ON audit_entry');
    const late = await rows(6);
    expect(late.filter(({ result }) => result === 'SOURCE_UNAVAILABLE')).toHaveLength(2);
    expect((await answer(ADMIN_KEY, SAVE, { name: 'again' })).data).toEqual({ saveJurisdiction: { id: 'other:x' } });
    expect(await saved()).toEqual(['again']);
    expect(said.map((each) => typeof each === 'string' && each)).toEqual(
      expect.arrayContaining(['evidence can be written again']),
    );
  });
});

test('a hub that cannot read its signing key starts, answers reads and says so, and changes nothing until it can', async () => {
  let readable = false;
  const other = await startHub(graph.db.url, '', {
    auditKey: () => {
      if (!readable) throw new Error('EACCES: permission denied, open audit.key');
      return passingKey();
    },
  });
  try {
    const ask = async (query: string, variables = {}): Promise<Answer> => {
      const response = await fetch(`${other.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    };
    const refused = await ask(SAVE, { name: 'never' });
    expect(refused.errors?.[0]?.extensions.code).toBe('SOURCE_UNAVAILABLE');
    expect(await ask('{ departments { code } }')).toMatchObject({ extensions: { evidence: 'NOT_RECORDED' } });
    readable = true;
    await until(
      () => ask(SAVE, { name: 'at last' }),
      ({ errors }) => errors === undefined,
      5000,
    );
    expect(await saved()).toEqual(['at last']);
  } finally {
    await other.stop();
  }
});

test('killed with -9, a hub has lost no more than the last second of its reads', async () => {
  const database = await migratedDatabase();
  const child = await spawnHub({ DATABASE_URL: database.url, HUB_DATA_DIR: folders.make() }, '');
  const at: number[] = [];
  const end = Date.now() + 2500;
  while (Date.now() < end) {
    await fetch(`${child.url}/graphql?query=${encodeURIComponent(`query R${at.length} { departments { code } }`)}`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    at.push(Date.now());
  }
  const killedAt = Date.now();
  await child.kill('SIGKILL');
  const db = openDatabase({ url: database.url });
  const { rows: kept } = await db.read.query<{ operation: string }>('SELECT operation FROM audit_entry');
  await db.close();
  await database.drop();
  const written = new Set(kept.map(({ operation }) => operation));
  const lost = at.filter((_, n) => !written.has(`R${n}`));
  expect(written.size).toBeGreaterThan(50);
  expect(lost.filter((when) => when < killedAt - 1000)).toEqual([]);
  // The control: what was answered at the very last is not there yet, so a hub that wrote less often would be found out.
  expect(lost.length).toBeGreaterThan(0);
});
