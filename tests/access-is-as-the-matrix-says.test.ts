import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { ANONYMOUS, type Role } from '../model/access.js';
import { sha256 } from '../model/audit.js';
import { DEPARTMENT_CODES, type DepartmentCode } from '../model/department.js';
import { appendAudit, lockAuditHead } from '../prisma/store/write-audit.js';
import { buildSchema } from '../schema/index.js';
import { packageRoot } from '../server/root.js';
import { at, type Cell, calls, doorsOf, rowOf, through } from './support/access-matrix.js';
import { accessPage } from './support/access-page.js';
import { departmentOf, FEEDS, grantOf, NOW, of, openAccessWorld } from './support/access-world.js';
import { exchangeRows } from './support/exchange-world.js';
import { ADMIN, type Graph, READER, type Viewer } from './support/graph.js';

const MATRIX = join(packageRoot(), 'docs', 'access-matrix.tsv');
const PAGE = join(packageRoot(), 'docs', 'access.md');

/** Arguments of fields below the root that need some. */
const BELOW = { series: '(from: "2026-05-31T00:00:00Z", to: "2026-06-02T00:00:00Z")' };

/** The columns, from least to most; OWN stands for the department that owns what a row's type is reached by. */
const COLUMNS = [
  'anonymous',
  'peer',
  'other',
  'granted',
  'coarse',
  'reader',
  'personal',
  'feeder',
  'forecaster',
  'releaser',
  'duty',
  'auditor',
  'administrator',
  'staff',
  'hub',
] as const;
type Column = (typeof COLUMNS)[number];

let graph: Graph;
let schema: GraphQLSchema;
let args: Record<string, string>;
beforeAll(async () => {
  graph = await openAccessWorld();
  schema = buildSchema();
  const { rows } = await graph.db.read.query<{ kind: string; id: string }>('SELECT kind, id::text FROM fact');
  const fact = (kind: string): string => `(id: "${rows.find((row) => row.kind === kind)?.id}")`;
  await fillByHand();
  args = {
    incident: '(id: "public-security/incidents:i")',
    feed: '(id: "water/telemetry")',
    division: '(code: "654202")',
    department: '(code: WATER)',
    answerable: '(position: { type: "Point", coordinates: [84.68, 44.44] })',
    earthquake: fact('earthquake'),
    instruction: '(id: "prefecture/x")',
  };
});
afterAll(() => graph.close());

/** What only calls bring about: a report, a grant, a key, a draft. */
async function fillByHand(): Promise<void> {
  await auditedRead();
  await exchanged();
  graph.live = {
    ask: (_noun, codes) =>
      Promise.resolve(
        codes.map(() => ({
          feedId: 'tourism/visitor-flow',
          value: { fields: { open: true, notice: 'x' }, observedAt: NOW, receivedAt: NOW },
          stale: false,
        })),
      ),
  };
  const calls: readonly [string, Viewer][] = [
    [
      `mutation { fileIncidentReport(input: { idempotencyKey: "k", kind: FIRST, incident: "public-security/incidents:i", text: "x", unit: "x",
        contactName: "x", contactPhone: "13900139000", casualties: { dead: 0 }, lossYuan: 1, measures: "x" }) { __typename } }`,
      ADMIN,
    ],
    ['mutation { grantDataset(input: { feed: "water/telemetry", to: EMERGENCY, reason: "x" }) { id } }', ADMIN],
    ['mutation { createApiKey(name: "x", department: WATER, roles: [READER]) { key } }', ADMIN],
    [
      `mutation { draftWarning(input: { idempotencyKey: "k", hazardCode: "11B03", level: BLUE, status: EXERCISE, expiresAt: "2026-06-01T20:00:00Z",
        texts: [{ language: "zh-CN", headline: "x", description: "x" }], divisions: ["654202"],
        audiences: [{ group: SCHOOL, division: "654202" }] }) { ... on WarningDrafted { warning { id } } ... on WarningRefused { reason } } }`,
      role('WEATHER', 'FORECASTER'),
    ],
    [
      `mutation { submitWarning(input: { idempotencyKey: "s", id: "65420241600000_20260601160000" }) { __typename } }`,
      role('WEATHER', 'FORECASTER'),
    ],
  ];
  for (const [query, viewer] of calls) {
    const { data, errors } = await graph.answer(query, {}, viewer);
    expect([errors, JSON.stringify(data)]).toEqual([undefined, expect.not.stringContaining('Refused')]);
  }
  const { rows } = await graph.db.read.query<{ identifier: string }>(
    "SELECT identifier FROM warning WHERE state = 'ACTIVE' ORDER BY issued_at DESC LIMIT 1",
  );
  await exchangeRows(graph.db, 'prefecture', rows[0]?.identifier ?? '', NOW);
}

/** A read of the water department's data by another, as the audit keeps it. */
const auditedRead = (): Promise<unknown> =>
  graph.db.transaction(async (client) =>
    appendAudit(client, await lockAuditHead(client), '2026-06-01', [
      {
        at: NOW,
        kind: 'QUERY',
        principal: of('WEATHER'),
        operation: 'x',
        document: sha256('x'),
        rootFields: ['stations'],
        variables: { x: 1 },
        grants: ['g'],
        feeds: ['water/telemetry'],
        result: 'OK',
        outcome: 'x',
        rowCount: 1,
        times: 1,
        requestId: 'r',
        address: '127.0.0.1',
        milliseconds: 1,
      },
    ]),
  );

/** What a platform of another tier has asked for and told of. */
async function exchanged(): Promise<void> {
  await graph.db.write.query(
    `INSERT INTO exchange_peer (name, org_code, tier, division, configured, topics, feed_id)
     VALUES ('prefecture', '65420000000000', 'PREFECTURE', '654200', true, '{}', 'emergency/exchange-prefecture')`,
  );
  await graph.db.write.query(
    `INSERT INTO instruction (id, direction, peer, origin_id, title, text, hazard_code, division_codes, status, issued_at, issued_by, due_at,
       state, acknowledged_at, acknowledge_note, acknowledged_by, outcome, outcome_at, outcome_text, outcome_by, cancelled_at, cancel_reason, changed_at)
     VALUES ('prefecture/x', 'RECEIVED', 'prefecture', 'x', 'x', 'x', '11B03', '{654202}', 'EXERCISE', $1, 'x', $1, 'PARTLY', $1, 'x', 'x',
       'PARTLY', $1, 'x', 'x', $1, 'x', $1)`,
    [NOW],
  );
  await graph.db.write.query(
    `INSERT INTO exchange_holding (peer, kind, item_id, version, payload, department_code, changed_at, received_at)
     VALUES ('prefecture', 'warningReach', 'x', 'x', '{}', 'WEATHER', $1, $1)`,
    [NOW],
  );
}

const role = (department: DepartmentCode, ...roles: Role[]): Viewer => of(department, { roles });

/** Whoever a column stands for, where the thing is this department's. */
function viewerOf(column: Column, own: DepartmentCode): Viewer {
  const other: DepartmentCode = own === 'HOUSING' ? 'INDUSTRY' : 'HOUSING';
  const viewers: Record<Column, Viewer> = {
    anonymous: ANONYMOUS,
    peer: of(null, { roles: ['PEER'], peer: 'prefecture' }),
    other: of(other),
    granted: of(other),
    coarse: of(other),
    reader: of(own),
    personal: of(own, { scopes: ['PERSONAL'] }),
    feeder: role(own, 'FEEDER'),
    forecaster: role(own, 'FORECASTER'),
    releaser: role(own, 'RELEASER'),
    duty: role('EMERGENCY', 'DUTY_OFFICER'),
    auditor: of(null, { roles: ['AUDITOR'] }),
    administrator: role(own, 'ADMINISTRATOR'),
    staff: READER,
    hub: ADMIN,
  };
  return viewers[column];
}

/** What is granted to whoever is of another department, for the columns that stand for grantees. */
function grantsOf(column: Column, own: DepartmentCode): void {
  const other: DepartmentCode = own === 'HOUSING' ? 'INDUSTRY' : 'HOUSING';
  const all = column === 'coarse';
  graph.grants =
    column === 'granted' || column === 'coarse'
      ? FEEDS.filter((feed) => departmentOf(feed) === own).map((feed) =>
          grantOf(feed, other, { coarsening: { position: all, value: all, names: all } }),
        )
      : [];
}

/** The department that owns what a door leads to: the first whose readers get there, where not everybody does. */
async function ownerOf(door: Parameters<typeof through>[0]): Promise<DepartmentCode> {
  graph.grants = [];
  for (const code of ['WATER', ...DEPARTMENT_CODES.filter((each) => each !== 'WATER')] as DepartmentCode[]) {
    const { data } = await graph.answer(through(door, ''), {}, of(code));
    if (at(door, data)) return code;
  }
  return 'WATER';
}

async function typeRows(type: GraphQLObjectType): Promise<string[]> {
  const doors = doorsOf(schema, args).get(type.name) ?? [];
  let door = doors[0];
  // The hub's own administrator gets nearly everywhere; the audit is the auditor's, and what is shown to a department its own.
  search: for (const each of doors)
    for (const viewer of [
      ADMIN,
      ...(['auditor', 'peer'] as const).map((column) => viewerOf(column, 'WATER')),
      of('WATER'),
      role('WEATHER', 'RELEASER'),
    ])
      if (at(each, (await graph.answer(through(each, ''), {}, viewer)).data)) {
        door = each;
        break search;
      }
  if (!door) return [];
  const own = await ownerOf(door);
  const columns: Map<string, Cell>[] = [];
  for (const column of COLUMNS) {
    grantsOf(column, own);
    columns.push(await rowOf(graph, type, door, viewerOf(column, own), BELOW));
  }
  return [...(columns[0]?.keys() ?? [])]
    .sort()
    .map((field) => `${type.name}.${field}\t${columns.map((cells) => cells.get(field)).join('')}`);
}

async function rootRows(): Promise<string[]> {
  const rows: string[] = [];
  graph.grants = [];
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const;
  for (const [operation, root] of roots)
    for (const field of Object.values(root?.getFields() ?? {})) {
      let cells = '';
      for (const column of COLUMNS) cells += await calls(graph, operation, field, viewerOf(column, 'WEATHER'));
      rows.push(`${root?.name}.${field.name}\t${cells}`);
    }
  for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
    let cells = '';
    for (const column of COLUMNS) cells += await follows(field.name, viewerOf(column, 'WEATHER'));
    rows.push(`Subscription.${field.name}\t${cells}`);
  }
  return rows;
}

async function follows(field: string, viewer: Viewer): Promise<Cell> {
  try {
    const source = await graph.followText(`subscription { ${field} { __typename } }`, viewer);
    await source.return(undefined);
    return '+';
  } catch (error) {
    return /FORBIDDEN|UNAUTHENTICATED/.test(JSON.stringify(error)) ? 'x' : '+';
  }
}

describe('every field of the schema, asked as every kind of caller', () => {
  let measured: string;
  beforeAll(async () => {
    const types = Object.values(schema.getTypeMap()).filter(
      (type): type is GraphQLObjectType =>
        isObjectType(type) && !type.name.startsWith('__') && !/^(Query|Mutation|Subscription)$/.test(type.name),
    );
    const rows: string[] = [];
    for (const type of types.sort((a, b) => (a.name < b.name ? -1 : 1))) rows.push(...(await typeRows(type)));
    rows.push(...(await rootRows()));
    measured = `field\t${COLUMNS.join(' ')}\n${rows.join('\n')}\n`;
    if (process.env.UPDATE_EXPECTED) {
      writeFileSync(MATRIX, measured);
      writeFileSync(PAGE, accessPage(measured, schema));
    }
  }, 240_000);

  test('gets what the committed matrix says', () => {
    expect(existsSync(MATRIX)).toBe(true);
    expect(measured).toBe(readFileSync(MATRIX, 'utf8'));
  });

  test('the page docs/access.md is made of that matrix', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(accessPage(readFileSync(MATRIX, 'utf8'), schema));
  });

  test('nobody known gets nothing but published warnings, divisions, departments’ names and themselves', () => {
    const open = measured.split('\n').filter((line) => /\t[+0]/.test(line));
    const types = new Set(open.map((line) => line.slice(0, line.indexOf('.'))));
    expect([...types].sort()).toEqual(
      [
        'Division',
        'Me',
        'Query',
        'QueryWarningsConnection',
        'QueryWarningsConnectionEdge',
        'Subscription',
        'Warning',
      ].sort(),
    );
  });

  test('only few fields could not be shown to anyone: the world of this test has something of nearly everything', () => {
    const rows = measured.trim().split('\n').slice(1);
    const unseen = rows.filter((line) => !line.split('\t')[1]?.includes('+'));
    expect(unseen.length / rows.length).toBeLessThan(0.2);
  });
});
