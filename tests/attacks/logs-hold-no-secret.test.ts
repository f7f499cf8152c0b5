import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Hub } from '../../server/hub.js';
import { stderrLogger } from '../../server/logger.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { RawSocket } from '../support/raw-socket.js';
import { ADMIN_KEY, FEED_KEY, startHub } from '../support/running-hub.js';
import { sendOver, TRANSPORTS } from '../support/transports.js';

let hub: Hub;
let databaseUrl: string;
const lines: string[] = [];
const ends: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  const database = await migratedDatabase();
  databaseUrl = database.url;
  ends.push(() => database.drop());
  hub = await startHub(database.url, '', { logger: stderrLogger('trace', { write: (line) => lines.push(line) }) });
  ends.push(() => hub.stop());
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const CANARY = 'canary-5f0c2d';

test('what callers send is in no line of the log, though the hub fails inside on every transport', async () => {
  const [key = ''] = await makeKeys(databaseUrl, {});
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('ALTER TABLE station RENAME TO hidden_away');
  const query = `query q($id: ID!) { station(id: $id) { id } }`;
  for (const transport of TRANSPORTS) {
    const { codes } = await sendOver(
      transport,
      hub.url,
      { query, variables: { id: CANARY }, extensions: { authorization: CANARY, '\r\nforged': '\u001b[2J' } },
      key,
    );
    expect(codes).toEqual(['INTERNAL']);
    await sendOver(transport, hub.url, { query: `{ ${CANARY}(` }, key);
    await sendOver(transport, hub.url, { query, operationName: `q\r\n{"level":50,"msg":"${CANARY}"}\u001b[2J` }, key);
  }
  await client.query('ALTER TABLE hidden_away RENAME TO station');
  await client.end();
  for (const payload of [{ authorization: `Bearer ${CANARY}` }, { password: CANARY }, { a: { b: CANARY } }]) {
    const socket = await RawSocket.open(hub.url);
    socket.send({ type: 'connection_init', payload });
    socket.send(`{${CANARY}`);
    await socket.closed;
  }
  await fetch(`${hub.url}/graphql?query={__typename}&token=${CANARY}`, { headers: { cookie: CANARY } });
  await fetch(`${hub.url}/feeds/none?key=${CANARY}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${FEED_KEY}` },
  });
  const broken = createConnection(Number(new URL(hub.url).port), '127.0.0.1');
  broken.end(`GET /${CANARY} HTTP/9\r\n\r\n`);
  broken.resume();
  await once(broken, 'close');

  // The control: the failures were logged.
  expect(lines.filter((line) => line.includes('a request failed')).length).toBeGreaterThanOrEqual(TRANSPORTS.length);
  const all = lines.join('');
  for (const secret of [CANARY, key, ADMIN_KEY, FEED_KEY, new URL(databaseUrl).password].filter(Boolean))
    expect(all).not.toContain(secret);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
});
