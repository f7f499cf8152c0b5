import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newApiKey } from '../model/api-key.js';
import { openDatabase } from '../prisma/database.js';
import { insertApiKey } from '../prisma/store/write-access.js';
import { packageRoot } from '../server/root.js';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { FORECASTER, OFFICER, RELEASER } from './support/release-desk.js';
import { startHub } from './support/running-hub.js';

const page = readFileSync(join(packageRoot(), 'docs', 'warning-release.md'), 'utf8');
let database: TestDatabase;
let hub: Awaited<ReturnType<typeof startHub>>;
const keys: Record<string, string> = {};
beforeAll(async () => {
  database = await migratedDatabase();
  hub = await startHub(database.url);
  const db = openDatabase({ url: database.url });
  const at = new Date();
  for (const [variable, { name, department, roles, scopes }] of Object.entries({ FORECASTER, RELEASER, OFFICER })) {
    const { id, hash, text } = newApiKey();
    const expiresAt = new Date(at.getTime() + 3_600_000);
    await insertApiKey(db.write, {
      id,
      hash,
      name,
      department,
      roles,
      scopes,
      createdAt: at,
      createdBy: 'test',
      expiresAt,
    });
    keys[variable] = text;
  }
  await db.close();
});
afterAll(async () => {
  await hub.stop();
  await database.drop();
});

/** The requests of the page in their order: whose key, and what is sent. */
const requests = [...page.matchAll(/Bearer \$(\w+)" .*<<JSON\n([\s\S]*?)\nJSON\n/g)].map(([, who = '', body = '']) => ({
  who,
  body,
}));

test('the page’s example leads to a warning in force, answer by answer', async () => {
  const variables: Record<string, string> = { UNTIL: new Date(Date.now() + 6 * 3_600_000).toISOString() };
  const send = async ({ who, body }: { who: string; body: string }): Promise<Record<string, unknown>> => {
    const filled = body
      .replaceAll(/(?<!\\)\$(\w+)/g, (_, name: string) => variables[name] ?? '')
      .replaceAll('\\$', '$');
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${keys[who]}` },
      body: filled,
    });
    return (await response.json()) as Record<string, unknown>;
  };
  const [draft, conflict, submit, officer, releaser] = requests;
  expect(requests).toHaveLength(5);
  const drafted = (await send(draft!)) as { data: { draftWarning: { warning: { id: string } } } };
  variables.ID = drafted.data.draftWarning.warning.id;
  expect(drafted).toMatchObject({
    data: { draftWarning: { __typename: 'WarningDrafted', warning: { state: 'DRAFT' } } },
  });
  expect(variables.ID).toMatch(/^65420241600000_\d{14}$/);
  expect(await send(conflict!)).toMatchObject({ errors: [{ extensions: { code: 'CONFLICT' } }] });
  const missing = ['RELEASER', 'DUTY_OFFICER'];
  expect(await send(submit!)).toMatchObject({ data: { submitWarning: { approvalsMissing: missing } } });
  expect(await send(officer!)).toMatchObject({
    data: { releaseWarning: { __typename: 'WarningPending', approvalsMissing: ['RELEASER'] } },
  });
  expect(await send(releaser!)).toEqual({
    data: { releaseWarning: { __typename: 'WarningReleased', warning: { state: 'ACTIVE', headline: '暴雨橙色预警' } } },
  });
  expect(await (await fetch(`${hub.url}/metrics`)).text()).toContain('\nfenghuo_bypasses_overdue 0\n');
});
