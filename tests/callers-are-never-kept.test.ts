import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import pg from 'pg';
import { pino } from 'pino';
import type { Connector } from '../connectors/connector.js';
import incidents from '../connectors/public-security/incidents/index.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { ask, FEED_KEY, startHub } from './support/running-hub.js';

/** The caller: each in the ways in which it could survive. */
const PHONE = '13987654321';
const SHORT_PHONE = '8722119';
const NAME = '祁连月';
const LONG_NAME = '阿依古丽·买买提';
const ID_CARD = '65420219900307987X';
const SECRETS = [
  PHONE,
  SHORT_PHONE,
  NAME,
  LONG_NAME,
  '阿依古丽',
  ID_CARD,
  '１３９８７６５４３２１',
  '139-8765-4321',
  '139 8765 4321',
];
const FEEDS = `
  public-security/incidents:
    expectedEverySeconds: 300
    zone: Asia/Shanghai
    crs: GCJ02
    key: { generated: police }
  industry/hazardous-chemicals-push:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    key: { generated: chemicals }`;
const PATH = 'public-security/incidents';

const incident = (number: string, change: object = {}): object => ({
  JJDBH: number,
  BJFSDM: '02',
  BJSJ: '2026-07-01 15:40:12',
  SFDD: `乌苏市塔里木南路（${NAME}家），${SHORT_PHONE}`,
  BJNR: `${NAME}称两车追尾，电话${PHONE}、１３９８７６５４３２１、139-8765-4321；另一人${LONG_NAME}，身份证${ID_CARD}`,
  GIS_X: 84.68,
  GIS_Y: 44.44,
  GXDWDM: '654202520000',
  ajzt: '已派警',
  BJDH: PHONE,
  bjrxm: NAME,
  Bjr_Sfzh: ID_CARD,
  LXDH: `0992-${SHORT_PHONE}`,
  lianxi: { 联系人: LONG_NAME, phones: [PHONE] },
  ...change,
});

/** Bodies as a real platform gets them wrong; each holds the caller. */
const BODIES: readonly (readonly [name: string, status: number, body: Buffer, contentType?: string])[] = [
  ['good', 202, Buffer.from(JSON.stringify([incident('A1'), incident('A2')]))],
  ['a newer word', 202, Buffer.from(JSON.stringify(incident('A1', { GXSJ: '2026-07-01 15:50:00', ajzt: '已反馈' })))],
  ['some bad', 202, Buffer.from(JSON.stringify([incident('A3', { GIS_X: PHONE }), incident('A4', { BJSJ: PHONE })]))],
  ['all bad', 400, Buffer.from(JSON.stringify(incident(PHONE, { BJFSDM: NAME, ajzt: PHONE, GXDWDM: ID_CARD })))],
  ['no time', 400, Buffer.from(JSON.stringify(incident('A5', { BJSJ: NAME })))],
  ['strange', 400, Buffer.from(JSON.stringify([PHONE, [NAME], { [PHONE]: NAME, BJNR: `{"BJDH":"${PHONE}"}` }]))],
  ['a text alone', 400, Buffer.from(JSON.stringify(`${NAME} ${PHONE}`))],
  ['a key twice', 400, Buffer.from(JSON.stringify(incident('A6')).replace('}', `},"BJDH":"${PHONE}","BJDH":""`))],
  ['a key twice in one object', 400, Buffer.from(`{"JJDBH":"A7","BJDH":"${PHONE}","BJDH":"","BJRXM":"${NAME}"}`)],
  ['cut off', 400, Buffer.from(JSON.stringify(incident('A8'))).subarray(0, -30)],
  ['broken', 400, Buffer.from(`JJDBH=A9&BJDH=${PHONE}&BJRXM=${NAME}`)],
  ['GBK', 400, iconv.encode(JSON.stringify(incident('A10')), 'gbk')],
  ['UTF-16', 400, Buffer.from(JSON.stringify(incident('A11')), 'utf16le')],
  ['binary', 400, Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(`${PHONE}${NAME}`)])],
  ['a wrong type', 415, Buffer.from(JSON.stringify(incident('A12'))), 'application/xml'],
  ['XML', 415, Buffer.from(`<a><BJDH>${PHONE}</BJDH><BJRXM>${NAME}</BJRXM></a>`), 'application/xml'],
  ['a type with the caller in it', 415, Buffer.from(JSON.stringify(incident('A13'))), `text/${PHONE}; name=x`],
  ['oversized', 413, Buffer.from(JSON.stringify(Array.from({ length: 4000 }, () => incident('A14'))))],
];

let url = '';
let drop: () => Promise<void>;
const hubs: Hub[] = [];
/** Everything that the hub said: its log at every level, whatever wrote to the process's outputs, and its answers. */
const said: string[] = [];
const logger = pino(
  { level: 'trace', errorKey: 'error' },
  new Writable({
    write: (chunk, _encoding, done) => {
      said.push(String(chunk));
      done();
    },
  }),
);

const outputs = [process.stdout, process.stderr].map((stream) => ({ stream, write: stream.write }));

beforeAll(async () => {
  // Whatever is written past the log ends up on one of these.
  for (const { stream, write } of outputs)
    stream.write = ((chunk: unknown, ...rest: unknown[]) => {
      said.push(String(chunk));
      return (write as (...parts: unknown[]) => boolean).call(stream, chunk, ...rest);
    }) as typeof stream.write;
  const database = await migratedDatabase();
  ({ url } = database);
  drop = () => database.drop();
});
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.stop();
});
afterAll(async () => {
  for (const { stream, write } of outputs) stream.write = write;
  await drop();
});

async function start(): Promise<Hub> {
  const hub = await startHub(url, FEEDS, {
    logger,
    onLine: (text) => said.push(text),
    onStatement: (sql) => said.push(sql),
  });
  hubs.push(hub);
  await hub.feeds?.address(PATH, AbortSignal.timeout(5000));
  await hub.feeds?.address('industry/hazardous-chemicals-push', AbortSignal.timeout(5000));
  return hub;
}

async function push(hub: Hub, feed: string, body: Buffer, contentType = 'application/json'): Promise<number> {
  const response = await fetch(`${hub.url}/feeds/${feed}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}`, 'content-type': contentType },
    body: new Uint8Array(body),
  });
  said.push(await response.text(), JSON.stringify([...response.headers]));
  return response.status;
}

/** Every value of every table that can hold text, as text; bytes as UTF-8, as GBK and as hex. */
async function database(): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ table: string; column: string; type: string }>(
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS table, quote_ident(column_name) AS column, data_type AS type
       FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(new Set(rows.map(({ table }) => table)).size).toBeGreaterThan(15);
    const found: string[] = [];
    for (const { table, column, type } of rows) {
      const values = await client.query<{ value: unknown }>({
        text: `SELECT ${column} AS value FROM ${table} WHERE ${column} IS NOT NULL`,
      });
      for (const { value } of values.rows)
        if (type === 'bytea') {
          const bytes = value as Buffer;
          found.push(
            bytes.toString('utf8'),
            iconv.decode(bytes, 'gbk'),
            bytes.toString('utf16le'),
            bytes.toString('hex'),
          );
        } else found.push(typeof value === 'string' ? value : JSON.stringify(value));
    }
    return found.join('\n');
  } finally {
    await client.end();
  }
}

/** The secrets that a text holds, as they are, escaped or as bytes in hex. */
const secretsIn = (text: string): string[] =>
  SECRETS.filter((secret) =>
    [
      secret,
      JSON.stringify(secret).slice(1, -1),
      [...secret].map((each) => (each.charCodeAt(0) > 127 ? `\\u${each.charCodeAt(0).toString(16)}` : each)).join(''),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      Buffer.from(secret).toString('hex'),
      iconv.encode(secret, 'gbk').toString('hex'),
    ].some((form) => text.includes(form)),
  );

interface Seen {
  incidents: {
    edges: { node: { number: string; state: string; description: string; address: string; history: unknown[] } }[];
  };
  feed: {
    receivedCount: number;
    rejectedCount: number;
    rejections: { edges: { node: { reason: string; detail: string; raw: string } }[] };
  };
}
const LOOK = `{ incidents { edges { node { number state description address history { revision description } } } }
  feed(id: "${PATH}") { receivedCount rejectedCount rejections(first: 100) { edges { node { reason detail raw } } } } }`;

describe('whatever the police push, nothing of the caller is kept', () => {
  test('in any table, log, answer or metric, also after every reject was read again', async () => {
    const hub = await start();
    for (const [name, status, body, contentType] of BODIES)
      expect([name, await push(hub, PATH, body, contentType)]).toEqual([name, status]);
    const before = await ask<Seen>(hub.url, LOOK);
    // The incidents themselves did come through, with what may be told of them.
    const told = new Map(before.incidents.edges.map(({ node }) => [node.number, node]));
    expect([...told.keys()].sort()).toEqual(['A1', 'A2', 'A3']);
    expect(told.get('A1')).toMatchObject({ state: 'CONTROLLED', history: [{ revision: 1 }, { revision: 0 }] });
    expect(told.get('A1')?.description).toContain('两车追尾');
    expect(told.get('A1')?.address).toContain('乌苏市塔里木南路');
    // What could not be cleared says so, and how long it was.
    const withheld = before.feed.rejections.edges.filter(({ node }) => node.raw.startsWith('not kept: '));
    expect(withheld.length).toBeGreaterThanOrEqual(7);
    for (const { node } of withheld) {
      expect(node.raw).toMatch(/^not kept: \d+ bytes, HMAC-SHA-256 [0-9a-f]{64}$/);
      expect(node.detail).toContain('nothing is kept but length and keyed hash');
    }
    const retried = await ask<{ retryRejected: { inputs: number; notKept: number } }>(
      hub.url,
      `mutation { retryRejected(feed: "${PATH}") { inputs repaired remaining notKept } }`,
    );
    expect(retried.retryRejected.inputs).toBeGreaterThan(2);
    expect(retried.retryRejected.notKept).toBeGreaterThanOrEqual(withheld.length);
    said.push(JSON.stringify(await ask<Seen>(hub.url, LOOK)));
    said.push(await (await fetch(`${hub.url}/metrics`)).text());
    expect(secretsIn(await database())).toEqual([]);
    expect(secretsIn(said.join('\n'))).toEqual([]);
  }, 60_000);

  test('nor when storing fails: what the hub logs of it tells nothing', async () => {
    const hub = await start();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('ALTER TABLE incident ADD CONSTRAINT never CHECK (number <> $$B1$$)');
    const status = await push(hub, PATH, Buffer.from(JSON.stringify(incident('B1'))));
    await client.query('ALTER TABLE incident DROP CONSTRAINT never');
    await client.end();
    expect([202, 503]).toContain(status);
    expect(secretsIn(await database())).toEqual([]);
    expect(secretsIn(said.join('\n'))).toEqual([]);
  }, 60_000);

  test('control: pushed to a feed without redaction, the same is found by the same search', async () => {
    const hub = await start();
    const body = Buffer.from(JSON.stringify(incident('C1')));
    expect(await push(hub, 'industry/hazardous-chemicals-push', body)).toBe(400);
    const found = secretsIn(await database());
    expect(found).toEqual(expect.arrayContaining([PHONE, NAME, ID_CARD]));
    // The search of the log, too, finds what is there.
    logger.error({ error: new Error(`for ${PHONE}`) }, 'x');
    expect(secretsIn(said.pop() ?? '')).toEqual([PHONE]);
  }, 60_000);
});

test('the redaction comes first: the reader is never given the body itself', async () => {
  const seen: string[] = [];
  const connector = incidents as unknown as Connector<{ key: string }>;
  const settings = connector.settings.parse({ expectedEverySeconds: 60, zone: 'UTC', crs: 'WGS84', key: 'k' });
  const abort = new AbortController();
  const pushed = await new Promise<string>((done) => {
    void connector.create(settings).run({
      signal: abort.signal,
      now: () => new Date('2026-07-01T08:00:00Z'),
      take: async ({ records, rejects }) => {
        for (const piece of [...records, ...rejects])
          seen.push(String(piece.raw), String(piece.input?.()), JSON.stringify(piece));
      },
      contact: () => {},
      watermark: async () => undefined,
      listening: () => {},
      push: {
        open: (_feed, _max, handle) => {
          const body = Buffer.from(JSON.stringify(incident('D1', { GIS_X: 'east' })));
          void handle({ authorization: 'Bearer k', contentType: 'application/json', body }).then((reply) =>
            done(reply.body),
          );
          return { path: '/', close: () => {} };
        },
      },
    });
  });
  abort.abort();
  expect(seen.length).toBeGreaterThan(3);
  expect(secretsIn([pushed, ...seen].join('\n'))).toEqual([]);
});
