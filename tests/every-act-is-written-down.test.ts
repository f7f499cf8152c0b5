import { afterAll, beforeAll, test } from '@jest/globals';
import pg from 'pg';
import type { Hub } from '../server/hub.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ask, startHub, until } from './support/running-hub.js';

let database: TestDatabase;
let hub: Hub;
let client: pg.Client;
const said: unknown[] = [];
beforeAll(async () => {
  database = await migratedDatabase();
  hub = await startHub(database.url, '', { logger: { warn: (...a) => said.push(a), error: (...a) => said.push(a) } });
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await hub.stop();
  await database.drop();
});

test('smoke', async () => {
  await ask(hub.url, 'query Q { departments { code } }');
  await ask(hub.url, `mutation S($n: String!) { saveJurisdiction(input: { id: "other:x", kind: OTHER, nameZh: $n, validFrom: "2026-01-01T00:00:00Z" }) { id } }`, { n: '某 13812345678' });
  await ask(hub.url, 'mutation { reloadSettings { error } }').catch(() => {});
  await ask(hub.url, 'mutation { endJurisdictionArea(id: "x", to: "2026-01-01T00:00:00Z") }').catch(() => {});
  await fetch(`${hub.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: 'Bearer wrong' }, body: '{}' });
  const rows = await until(async () => (await client.query('SELECT * FROM audit_entry ORDER BY position')).rows, (r) => r.length >= 6, 3000).catch(e => String(e));
  console.log(rows, said);
});
