import { expect, test } from '@jest/globals';
import { stderrLogger } from './logger.js';

const CANARIES = [
  'canary-password',
  'canary-bearer-value',
  'canary-secret',
  'canary-cookie',
  `fh_0123456789abcdef_${'c'.repeat(43)}`,
  'eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOjF9.c2ln',
];

function logged(fields: Record<string, unknown>): string[] {
  const lines: string[] = [];
  stderrLogger('warn', { write: (line) => lines.push(line) }).error(fields, 'a request failed');
  return lines;
}

const cyclic: Record<string, unknown> = { headers: { Authorization: 'Bearer canary-bearer-value' } };
cyclic.self = cyclic;

test.each<[string, Record<string, unknown>]>([
  ['a field of that name', { authorization: 'canary-password', password: 'canary-password', apiKey: 'canary-secret' }],
  ['one deep inside', { a: { b: { c: [{ connectionParams: { authorization: 'canary-secret' } }] } } }],
  [
    'headers',
    { req: { headers: { cookie: 'canary-cookie', 'x-api-key': 'canary-secret', 'set-cookie': ['canary-cookie'] } } },
  ],
  ['a database’s address', { error: new Error('connect postgresql://hub:canary-password@db:5432/hub failed') }],
  ['an address with a user alone', { url: 'mqtt://canary-password@broker' }],
  ['a scheme and what follows', { error: new Error('sent Authorization: Bearer canary-bearer-value to it') }],
  ['a key of the hub', { text: CANARIES[4] }],
  ['a signed token', { text: `in ${CANARIES[5]} it said` }],
  ['a cause of a cause', { error: new Error('a', { cause: new Error('b', { cause: 'password=canary-password' }) }) }],
  ['several at once', { error: new AggregateError([new Error('token: canary-secret')], 'both failed') }],
  [
    'what a database quotes',
    {
      error: Object.assign(new Error('duplicate key'), {
        detail: 'Failing row contains (canary-secret)',
        parameters: ['canary-secret'],
      }),
    },
  ],
  ['an address in a query string', { url: 'https://x/y?access_token=canary-secret&a=1' }],
  ['fields that go in a circle', cyclic],
  ['bytes', { body: Buffer.from('canary-secret') }],
])('%s is not logged', (_name, fields) => {
  const [line = '', ...more] = logged(fields);
  expect(more).toEqual([]);
  for (const canary of CANARIES) expect(line).not.toContain(canary);
});

test('the control: what is no secret is logged, with where it happened', () => {
  const [line = ''] = logged({
    requestId: 'r1',
    error: Object.assign(new Error('relation "x" does not exist'), { code: '42P01' }),
  });
  expect(JSON.parse(line)).toMatchObject({
    level: 50,
    requestId: 'r1',
    msg: 'a request failed',
    error: {
      type: 'Error',
      message: 'relation "x" does not exist',
      code: '42P01',
      stack: expect.stringContaining('log-cleaning.test'),
    },
  });
});

test('whatever is logged stays one line, and moves no cursor', () => {
  const lines = logged({ operationName: 'a\r\n{"level":50,"msg":"forged"}\u001b[2J\u009b1m\u2028\u202e' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  expect(JSON.parse(lines[0] as string)).toMatchObject({ msg: 'a request failed' });
});
