import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { ADMIN_KEY, startHub } from '../support/running-hub.js';
import { type Answer, type Sent, sendOver, TRANSPORTS, type Transport } from '../support/transports.js';

let hub: Hub;
let ordinary: string;
const ends: (() => Promise<unknown>)[] = [];
const slowest: { attack: string; milliseconds: number; bytes: number }[] = [];

beforeAll(async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  hub = await startHub(database.url);
  ends.push(() => hub.stop());
  [ordinary = ''] = await makeKeys(database.url, {});
});
afterAll(async () => {
  const worst = (by: 'milliseconds' | 'bytes') => slowest.sort((a, b) => b[by] - a[by])[0];
  if (process.env.ATTACK_FIGURES) console.log(worst('milliseconds'), worst('bytes'));
  for (const end of ends.reverse()) await end();
});

const many = (count: number, each: (n: number) => string, between = ' '): string =>
  Array.from({ length: count }, (_, n) => each(n)).join(between);
const nested = (levels: number, open: string, inner: string): string =>
  `${open.repeat(levels)}${inner}${'}'.repeat(levels)}`;
/** f0 spreads f1 twice, that f2 twice …: 2^levels fields for whoever follows each. */
const doubling = (levels: number, inner: string): string =>
  `{ ...f0 } ${many(levels, (n) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`)} fragment f${levels} on Query { ${inner} }`;

const TOO_COMPLEX = ['TOO_COMPLEX'];
const BAD_INPUT = ['BAD_INPUT'];

/** Name, what is sent, the codes of a safe answer. */
const ATTACKS: readonly (readonly [string, Sent, readonly string[]])[] = [
  ['101 aliases', { query: `{ ${many(101, (n) => `a${n}: departments { code }`)} }` }, TOO_COMPLEX],
  ['101 aliases of __typename', { query: `{ ${many(101, (n) => `a${n}: __typename`)} }` }, TOO_COMPLEX],
  ['aliases in fragments, 2^18 of them', { query: doubling(18, 'a: __typename b: __typename') }, TOO_COMPLEX],
  ['one field 1,500 times', { query: `{ ${many(1500, () => '__typename')} }` }, TOO_COMPLEX],
  ['3,000 tokens', { query: `{ ${many(3000, () => 'a')} }` }, TOO_COMPLEX],
  ['300 operations', { query: many(300, (n) => `query q${n} { __typename }`), operationName: 'q1' }, TOO_COMPLEX],
  ['one directive 10 times', { query: `{ __typename ${many(10, () => '@aa')} }` }, BAD_INPUT],
  ['one directive 900 times', { query: `{ __typename ${many(900, () => '@aa')} }` }, TOO_COMPLEX],
  ['25 directives that are there', { query: `{ ${many(25, () => '__typename @include(if: true)')} }` }, TOO_COMPLEX],
  ['15 unknown fields', { query: `{ ${many(15, (n) => `unknown${n}`)} }` }, BAD_INPUT],
  ['1,000 unknown fields', { query: `{ ${many(1000, (n) => `unknown${n}`)} }` }, TOO_COMPLEX],
  [
    'introspection 12 deep',
    { query: `{ __schema { types { ${nested(10, 'fields { type { ', 'name').replace(/\}+$/, '')}${'}'.repeat(22)} }` },
    TOO_COMPLEX,
  ],
  ['ofType 60 times', { query: `{ __type(name: "Query") { ${nested(60, 'ofType { ', 'name')} } }` }, TOO_COMPLEX],
  [
    'own recursion 60 deep',
    { query: `{ ${nested(60, 'division(code: "654202") { parent { ', 'code')} ${'}'.repeat(60)} }` },
    TOO_COMPLEX,
  ],
  ['a fragment that spreads itself', { query: '{ ...f } fragment f on Query { ...f }' }, BAD_INPUT],
  [
    'fragments in a circle',
    { query: '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a __typename }' },
    BAD_INPUT,
  ],
  ['fragments that double 25 times', { query: doubling(25, '__typename') }, TOO_COMPLEX],
  ['fragments that double 60 times', { query: doubling(60, 'departments { code }') }, TOO_COMPLEX],
  ['500 inline fragments', { query: `{ ${many(500, () => '... { __typename }')} }` }, TOO_COMPLEX],
  [
    'pages in pages',
    {
      query:
        '{ stations(first: 200) { edges { node { division { stations(first: 200) { division { stations(first: 200) { id } } } } } } } }',
    },
    TOO_COMPLEX,
  ],
  [
    'a page whose size a variable says',
    {
      query:
        'query ($n: Int) { stations(first: $n) { edges { node { division { stations(first: $n) { division { stations(first: $n) { id } } } } } } } }',
      variables: { n: 200 },
    },
    TOO_COMPLEX,
  ],
  ['1,980 braces', { query: '{a'.repeat(990) }, TOO_COMPLEX],
  ['6,600 braces', { query: '{a'.repeat(6600) }, TOO_COMPLEX],
  ['1,900 brackets', { query: `{ feed(id: ${'['.repeat(1900)}` }, TOO_COMPLEX],
  ['1,900 brackets that close', { query: `{ feed(id: ${'['.repeat(900)}${']'.repeat(900)}) { id } }` }, TOO_COMPLEX],
  [
    'variables nested 1,200 deep',
    {
      query: 'query ($f: StationFilter) { stations(filter: $f) { edges { cursor } } }',
      variables: JSON.parse(`${'{"a":'.repeat(1200)}1${'}'.repeat(1200)}`) as unknown,
    },
    TOO_COMPLEX,
  ],
  [
    'a list of 900 ids that are wrong',
    {
      query: 'query ($c: [DepartmentCode!]) { warnings(filter: { departments: $c }) { edges { cursor } } }',
      variables: { c: many(900, () => 'X', ',').split(',') },
    },
    BAD_INPUT,
  ],
  ['a name of 9,000 characters', { query: `{ ${'x'.repeat(9000)} }` }, BAD_INPUT],
  ['a comment of 12,000 characters', { query: `{ __typename } # ${'x'.repeat(11_900)}` }, []],
  ['first: 10^9', { query: '{ stations(first: 1000000000) { edges { cursor } } }' }, BAD_INPUT],
  ['first: an Int too large', { query: '{ stations(first: 99999999999) { edges { cursor } } }' }, BAD_INPUT],
  [
    '100 attempts in one mutation',
    { query: `mutation { ${many(100, (n) => `a${n}: disableFeed(id: "x") { id }`)} }` },
    TOO_COMPLEX,
  ],
  ['6 mutations without aliases', { query: `mutation { ${many(6, () => 'reloadSettings { error }')} }` }, TOO_COMPLEX],
  ['__schema', { query: '{ __schema { types { name } } }' }, BAD_INPUT],
  ['__type in odd spacing', { query: '{,x:__type,(name:\n"Query"),{,name,},}' }, BAD_INPUT],
  [
    '__schema in a fragment',
    { query: '{ ...f } fragment f on Query { a: __schema { queryType { name } } }' },
    BAD_INPUT,
  ],
  ['_service', { query: '{ _service { sdl } }' }, BAD_INPUT],
  [
    '_entities',
    { query: '{ _entities(representations: [{ __typename: "Feed", id: "x" }]) { __typename } }' },
    BAD_INPUT,
  ],
  ['a misspelling', { query: '{ __typenam }' }, BAD_INPUT],
  ['a misspelt enum value', { query: '{ feeds(department: WATTER) { id } }' }, BAD_INPUT],
  ['a syntax error', { query: '{ a(' }, BAD_INPUT],
  ['a hash in place of a path', { documentId: '../../etc/passwd' }, BAD_INPUT],
  [
    'a hash that is not registered',
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
    ['NOT_FOUND'],
  ],
  [
    'a hash that is not the text’s',
    { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(64) } } },
    BAD_INPUT,
  ],
  [
    'the hash again, alone: nothing was kept',
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'b'.repeat(64) } } },
    ['NOT_FOUND'],
  ],
  ['a query that is a number', { query: 5 as unknown as string }, BAD_INPUT],
];

/** Headers of an address carry no more than 16 kB. */
const fitsInAddress = (sent: Sent): boolean => encodeURIComponent(JSON.stringify(sent)).length < 15_000;

/** What no answer may tell. */
const LEAK = /did you mean|\bat .*\.[jt]s:\d|node_modules|\/work\/|postgres|SELECT |ECONN|stack/i;

describe.each(TRANSPORTS)('over %s', (transport: Transport) => {
  const possible = ATTACKS.filter(
    ([name, sent]) =>
      (transport !== 'GET' || fitsInAddress(sent)) &&
      // There everything is text, or such a message is none: see the socket's own rules.
      !(name === 'a query that is a number' && (transport === 'WebSocket' || transport === 'GET')) &&
      !(transport === 'GET' && sent.query?.startsWith?.('mutation')),
  );

  test.each(possible)('%s', async (name, sent, codes) => {
    const answer = await sendOver(transport, hub.url, sent, ordinary);
    slowest.push({ attack: `${name} over ${transport}`, milliseconds: answer.milliseconds, bytes: answer.text.length });
    expectSafe(answer, codes);
  });

  test('an ordinary query is answered: the attacks were refused for what they are', async () => {
    const { data, codes } = await sendOver(transport, hub.url, { query: '{ departments { code } }' }, ordinary);
    expect(codes).toEqual([]);
    expect((data as { departments: unknown[] }).departments).toHaveLength(12);
  });

  test('whoever may ask for the schema gets it, but not its recursion', async () => {
    const query = '{ __schema { queryType { name } } }';
    expect((await sendOver(transport, hub.url, { query }, ADMIN_KEY)).data).toEqual({
      __schema: { queryType: { name: 'Query' } },
    });
    const deep =
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
    expectSafe(await sendOver(transport, hub.url, { query: deep }, ADMIN_KEY), BAD_INPUT);
  });

  test('the schema is no one’s without a credential, and what is closed says only that', async () => {
    expectSafe(await sendOver(transport, hub.url, { query: '{ __schema { types { name } } }' }), BAD_INPUT);
    const { data, codes } = await sendOver(transport, hub.url, { query: '{ departments { code } }' });
    expect([data, codes]).toEqual([null, ['UNAUTHENTICATED']]);
  });
});

function expectSafe(answer: Answer, codes: readonly string[]): void {
  const { status, text, data, milliseconds } = answer;
  expect(new Set(answer.codes)).toEqual(new Set(codes));
  expect(answer.codes.length).toBeLessThanOrEqual(5);
  if (codes.length > 0) expect(data).toBeNull();
  expect(status).toBeLessThan(500);
  expect(text.length).toBeLessThanOrEqual(5000);
  expect(text).not.toMatch(LEAK);
  expect(milliseconds).toBeLessThan(5000);
}

test('what a mutation is not asked for by GET, however it is written', async () => {
  for (const query of ['mutation { reloadSettings { error } }', '#x\nmutation m { reloadSettings { error } }']) {
    const { status, data } = await sendOver('GET', hub.url, { query }, ADMIN_KEY);
    expect([status, data]).toEqual([405, null]);
  }
});
