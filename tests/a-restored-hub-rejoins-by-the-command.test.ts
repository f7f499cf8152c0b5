import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Hub } from '../server/hub.js';
import { packageRoot } from '../server/root.js';
import { makeKeys } from './support/api-keys.js';
import { copyOf, type TestDatabase } from './support/database.js';
import {
  CITY,
  exchangePair,
  type Pair,
  PREFECTURE,
  peerYaml,
  QUICK,
  type SideOptions,
  sideSettings,
  startSide,
} from './support/exchange-pair.js';
import { onDatabase } from './support/exchange-platform.js';
import { ask, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const FLOW = { flow: { warning: { statuses: ['ACTUAL', 'EXERCISE'] }, instruction: {}, acknowledgement: {} } };
const folders = tempFolders();
const office = new WarningOffice();
let pair: Pair;
let options: { readonly city: SideOptions; readonly prefecture: SideOptions };
/** What runs now, over which database. */
let running: Record<'city' | 'prefecture', { hub: Hub; database: TestDatabase; officer: string }>;
const dropped: TestDatabase[] = [];

beforeAll(async () => {
  const feeds = officeFeed(await office.start());
  pair = await exchangePair({ city: FLOW, prefecture: FLOW, feeds });
  const { databases, down, keys, up } = pair;
  const pinned = (road: string) => ({ ...QUICK, push: { url: road }, ...FLOW });
  options = {
    city: {
      ...{ party: CITY, tier: 'CITY', keys: [keys.city], feeds },
      peers: { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.prefecture], pinned(up.url)) },
    },
    prefecture: {
      ...{ party: PREFECTURE, tier: 'PREFECTURE', keys: [keys.prefecture] },
      peers: { wusu: peerYaml(CITY, 'CITY', [keys.city], pinned(down.url)) },
    },
  };
  const sketch = { department: 'EMERGENCY', roles: ['DUTY_OFFICER'] } as const;
  const [[a = ''], [b = '']] = [
    await makeKeys(databases.city.url, sketch),
    await makeKeys(databases.prefecture.url, sketch),
  ];
  running = {
    city: { hub: pair.city, database: databases.city, officer: a },
    prefecture: { hub: pair.prefecture, database: databases.prefecture, officer: b },
  };
}, 30_000);
afterAll(async () => {
  await Promise.all([running.city.hub.stop(), running.prefecture.hub.stop()]);
  await pair.stop();
  await office.stop();
  await Promise.all(dropped.map((database) => database.drop()));
  folders.clear();
});

type Name = keyof typeof running;

/** Stops it, copies its database as it is, and starts it again. */
async function backUp(side: Name): Promise<TestDatabase> {
  await running[side].hub.stop();
  const backup = await copyOf(running[side].database);
  dropped.push(backup);
  await start(side, running[side].database);
  return backup;
}

async function start(side: Name, database: TestDatabase): Promise<void> {
  const hub = await startSide(database, options[side]);
  (side === 'city' ? pair.down : pair.up).leadTo(hub.url);
  running[side] = { ...running[side], hub, database };
}

/** npm run exchange, as an operator of that side calls it. */
async function exchange(side: Name, ...args: string[]): Promise<{ code: number; said: string }> {
  const folder = folders.make();
  const { env, text } = sideSettings(options[side]);
  writeFileSync(join(folder, 'hub.yaml'), text);
  const child = spawn(process.execPath, ['dist/tests-run/server/exchange-tool.js', ...args], {
    cwd: packageRoot(),
    env: {
      ...{ PATH: process.env.PATH ?? '', HUB_CONFIG: join(folder, 'hub.yaml'), HUB_DATA_DIR: folder },
      ...{ DATABASE_URL: running[side].database.url, EXCHANGE_KEY_0: env('EXCHANGE_KEY_0') ?? '' },
    },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

/** Rejoins by the command, from what the other side exported by the command. */
async function rejoin(side: Name, ...more: string[]): Promise<{ code: number; said: string }> {
  const [other, peer, own] =
    side === 'city' ? (['prefecture', 'prefecture', 'wusu'] as const) : (['city', 'wusu', 'prefecture'] as const);
  const file = join(folders.make(), 'exchange.ndjson');
  expect((await exchange(other, 'export', file, '--peer', own)).code).toBe(0);
  return exchange(side, 'rejoin', peer, '--from', file, ...more);
}

const act = async (
  side: Name,
  text: string,
): Promise<{ instruction?: { id: string; state: string }; reason?: string }> => {
  const { hub, officer } = running[side];
  const result = '{ ... on InstructionSaved { instruction { id state } } ... on InstructionRefused { reason } }';
  const response = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${officer}` },
    body: JSON.stringify({ query: `mutation { r: ${text} ${result} }` }),
  });
  const { data, errors } = (await response.json()) as { data: { r: object } | null; errors?: { message: string }[] };
  if (errors?.[0]) throw new Error(errors[0].message);
  return data?.r ?? {};
};

const instruct = async (key: string): Promise<string> => {
  const dueAt = new Date(Date.now() + 7_200_000).toISOString();
  const { instruction } = await act(
    'prefecture',
    `issueInstruction(input: { idempotencyKey: "${key}", peer: "wusu", title: "转移低洼处群众", text: "两小时内", dueAt: "${dueAt}" })`,
  );
  return instruction?.id ?? '';
};
const stateOf = (
  side: Name,
  id: string,
): Promise<{ instruction: { state: string; outcomeText: string | null } | null }> =>
  ask(running[side].hub.url, `{ instruction(id: "${id}") { state outcomeText } }`);
const stands = (side: Name, id: string, state: string): Promise<unknown> =>
  until(
    () => stateOf(side, id),
    ({ instruction }) => instruction?.state === state,
  );
/** The prefecture instructs, and the city reports that it is done. */
async function obeyed(key: string): Promise<string> {
  const id = await instruct(key);
  await stands('city', `prefecture/${id}`, 'OPEN');
  await act('city', `acknowledgeInstruction(id: "prefecture/${id}", note: "已安排")`);
  await act('city', `reportInstructionOutcome(id: "prefecture/${id}", outcome: DONE, text: "全部转移")`);
  await stands('prefecture', id, 'DONE');
  return id;
}

const issue = (n: number): void =>
  office.issue({ identifier: identifierOf(n), colour: 'Orange', expiresAt: new Date(Date.now() + 48 * 3_600_000) });
const published = (n: number): Promise<unknown> =>
  until(
    () => ask<{ warning: object | null }>(running.prefecture.hub.url, `{ warning(id: "${identifierOf(n)}") { id } }`),
    ({ warning }) => warning !== null,
  );
/** The city's handover of a warning of its own. */
const actedOn = (n: number): Promise<unknown> =>
  until(
    () =>
      ask<{ warning: { handovers: { state: string }[] } | null }>(
        running.city.hub.url,
        `{ warning(id: "${identifierOf(n)}") { handovers { state } } }`,
      ),
    ({ warning }) => warning?.handovers[0]?.state === 'ACTED',
  );
const alarms = (side: Name): Promise<string[]> =>
  onDatabase(running[side].database.url, async (client) =>
    (
      await client.query<{ kind: string }>(`SELECT payload->>'kind' AS kind FROM log_entry WHERE topic = 'exchange'`)
    ).rows.map(({ kind }) => kind),
  );

/** Both verify by the command, once all is handed over. */
async function expectVerified(): Promise<void> {
  for (const side of ['city', 'prefecture'] as const)
    await until(
      () => exchange(side, 'verify'),
      ({ code }) => code === 0,
      60_000,
    );
}

describe('a city’s hub that was put back to before an hour of exchange', () => {
  test('has the instruction and its own answer again, tells each warning once, and both sides verify', async () => {
    issue(1);
    await published(1);
    await actedOn(1);
    const backup = await backUp('city');
    const id = await obeyed('1');
    issue(2);
    await published(2);
    await actedOn(2);
    await running.city.hub.stop();
    await start('city', backup);
    // Its feed brings the warning again; it is told again, and stands in a place that is taken.
    await until(
      () => alarms('prefecture'),
      (found) => found.includes('CHAIN'),
    );
    expect((await stateOf('city', `prefecture/${id}`)).instruction?.state ?? 'unknown').not.toBe('DONE');
    const { code, said } = await rejoin('city');
    expect({ code, said }).toEqual({
      code: 0,
      said: expect.stringMatching(/^unchanged: \d+ bundles and receipts\nrejoined prefecture/),
    });
    expect(said).not.toContain('NOT carried out again');
    await stands('city', `prefecture/${id}`, 'DONE');
    issue(3);
    await published(3);
    await Promise.all([actedOn(2), actedOn(3)]);
    expect(await act('city', `acknowledgeInstruction(id: "prefecture/${id}")`)).toEqual({
      reason: 'ALREADY_ACKNOWLEDGED',
    });
    const times = await onDatabase(
      running.prefecture.database.url,
      async (client) =>
        (
          await client.query<{ key: string; n: number }>(
            `SELECT key, count(*) AS n FROM log_entry WHERE topic = 'warning' GROUP BY 1 ORDER BY 1`,
          )
        ).rows,
    );
    expect(times).toEqual([1, 2, 3].map((n) => ({ key: identifierOf(n), n: 1 })));
    await until(
      () => alarms('prefecture'),
      (found) => found.includes('REJOINED'),
    );
    await expectVerified();
    expect(await exchange('city', 'rejoin', 'nobody', '--from', 'x')).toMatchObject({ code: 2 });
    expect((await rejoin('city')).said).toContain('nothing to do');
  }, 120_000);
});

describe('a prefecture’s hub that was put back', () => {
  test('knows again what it had instructed, and how that came out', async () => {
    const backup = await backUp('prefecture');
    const id = await obeyed('2');
    issue(4);
    await published(4);
    await actedOn(4);
    await running.prefecture.hub.stop();
    await start('prefecture', backup);
    expect((await stateOf('prefecture', id)).instruction).toBeNull();
    const { code, said } = await rejoin('prefecture');
    expect({ code, said }).toMatchObject({ code: 0 });
    expect((await stateOf('prefecture', id)).instruction).toEqual({ state: 'DONE', outcomeText: '全部转移' });
    await published(4);
    const next = await obeyed('3');
    expect(next).not.toBe('');
    await expectVerified();
    const audited = await onDatabase(
      running.prefecture.database.url,
      async (client) =>
        (await client.query(`SELECT operation, result FROM audit_entry WHERE operation = 'exchange rejoined'`)).rows,
    );
    expect(audited).toEqual([{ operation: 'exchange rejoined', result: 'OK' }]);
  }, 120_000);
});
