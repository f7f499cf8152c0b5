import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SCENIC_SERVICE } from '../../../model/live/scenic-service.js';
import type { Outcome } from '../../../model/record.js';
import { Outbound } from '../../outbound.js';
import { liveSettings } from './settings.js';
import { LiveSource } from './source.js';

/** A service whose answers the test holds back until `release`. */
let server: Server;
let asked: string[][];
let waiting: (() => void)[];
let held: boolean;
let free: unknown;
let paths: string[];

beforeEach(async () => {
  [asked, waiting, held, free, paths] = [[], [], false, 1, []];
  server = createServer((request, response) => {
    const { searchParams, pathname } = new URL(request.url ?? '', 'http://x');
    const codes = (searchParams.get('codes') ?? '').split(',');
    paths.push(pathname);
    asked.push(codes);
    const answer = () => response.end(JSON.stringify(codes.map((code) => ({ code, parkingFree: free }))));
    if (held) waiting.push(answer);
    else answer();
    server.emit('asked');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

function open(more: object = {}, outbound = new Outbound(undefined)) {
  const url = `${origin()}/?codes={codes}`;
  const base = { expectedEverySeconds: 60, zone: 'UTC', crs: 'WGS84', transport: 'http', url };
  const clock = { now: new Date('2026-07-01T08:00:00Z') };
  const taken: Outcome[] = [];
  const source = new LiveSource('x/y', SCENIC_SERVICE, liveSettings(SCENIC_SERVICE).parse({ ...base, ...more }));
  const failures: string[] = [];
  source.onFailure = ({ message }) => void failures.push(message);
  const abort = new AbortController();
  source.open({
    signal: abort.signal,
    outbound,
    now: () => clock.now,
    take: async (outcome) => void taken.push(outcome),
    contact: () => {},
  });
  const pass = (seconds: number): void => {
    clock.now = new Date(clock.now.getTime() + seconds * 1000);
  };
  const ask = async (...codes: string[]) =>
    (await source.ask(codes, 0)).map((each) =>
      each.value ? [each.value.fields?.parkingFree, each.stale] : each.reason,
    );
  return { source, ask, pass, taken, failures, abort };
}
const until = async (ready: () => boolean): Promise<void> => {
  while (!ready()) await once(server, 'asked');
};

describe('a department’s service', () => {
  test('is asked once for equal questions at the same time, and for the rest of overlapping ones', async () => {
    const { ask } = open();
    held = true;
    const questions = [ask('A', 'B'), ask('B', 'A', 'A'), ask('B', 'C')];
    await until(() => asked.length === 2);
    for (const answer of waiting) answer();
    expect(await Promise.all(questions)).toEqual([
      Array(2).fill([1, false]),
      Array(3).fill([1, false]),
      Array(2).fill([1, false]),
    ]);
    expect(asked).toEqual([['A', 'B'], ['C']]);
  });

  test('is asked again when its answer is older than the cache, and by no other question before', async () => {
    const { ask, pass } = open({ cacheSeconds: 10 });
    await ask('A');
    pass(9.9);
    free = 2;
    expect(await ask('A')).toEqual([[1, false]]);
    pass(0.1);
    expect(await ask('A')).toEqual([[2, false]]);
    expect(asked).toHaveLength(2);
  });

  test('gets large questions in parts, no more at once than allowed, and refuses what would wait too long', async () => {
    const { ask } = open({ maxCodesPerRequest: 1, maxRequestsAtOnce: 2, timeoutMs: 10_000 });
    held = true;
    const question = ask(...Array.from({ length: 20 }, (_, n) => `N${n}`));
    await until(() => waiting.length === 2);
    for (let answered = 0; answered < 18; answered += 1) {
      await until(() => waiting.length > 0);
      expect(waiting.length).toBeLessThanOrEqual(2);
      waiting.shift()?.();
    }
    const answers = await question;
    // Two are under way, sixteen wait for their turn; the others are told at once.
    expect(answers.filter((each) => Array.isArray(each))).toHaveLength(18);
    expect(answers.filter((each) => each === 'too many questions are waiting for it')).toHaveLength(2);
  });

  test('is waited for no longer than what is left of the operation’s time', async () => {
    const { source, ask } = open({ timeoutMs: 10_000, cacheSeconds: 0 });
    await ask('A');
    held = true;
    expect(await source.ask(['A', 'B'], 10_000)).toMatchObject([
      { stale: true, value: { fields: { parkingFree: 1 } } },
      { reason: 'it did not answer in time', lastReceivedAt: new Date('2026-07-01T08:00:00Z') },
    ]);
  });

  test('is stood in for until its last word is too old, and by no more codes than may be kept', async () => {
    const { ask, pass } = open({ cacheSeconds: 0, keepSeconds: 60, maxCodesKept: 2, breaker: { failures: 1 } });
    await ask('A', 'B', 'C');
    free = 'gone';
    expect(await ask('A', 'B', 'C')).toEqual(['its parkingFree cannot be true', [1, true], [1, true]]);
    pass(61);
    expect(await ask('B')).toEqual(['its parkingFree cannot be true']);
  });

  test('that says what cannot be true has it told of, beside what it says rightly', async () => {
    const { ask, taken, failures } = open();
    free = -1;
    expect(await ask('A')).toEqual(['its parkingFree cannot be true']);
    expect(taken.flatMap(({ rejects }) => rejects)).toMatchObject([
      { reason: 'out-of-range', raw: '{"code":"A","parkingFree":-1}', detail: expect.stringContaining('"A"') },
    ]);
    expect(failures).toEqual([]);
  });

  test('is tried again by a single request once it was left alone for long enough, for which no other question waits', async () => {
    const breaker = { failures: 1, halfOpenAfterSeconds: 60 };
    const { ask, failures } = open({ cacheSeconds: 0, timeoutMs: 10_000, breaker, maxBytes: 1024, keepSeconds: 0 });
    free = 'x'.repeat(2000);
    await ask('A');
    expect(await ask('A')).toEqual([expect.stringContaining('longer than 1024 bytes')]);
    expect([asked.length, failures.length]).toEqual([1, 1]);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    held = true;
    const trial = ask('A');
    await until(() => waiting.length > 0);
    for (const code of ['B', 'C', 'D']) expect(await ask(code)).toEqual([expect.stringContaining('1024 bytes')]);
    expect(asked).toHaveLength(2);
    free = 5;
    held = false;
    for (const answer of waiting) answer();
    expect(await trial).toEqual([[5, false]]);
    expect(await ask('B')).toEqual([[5, false]]);
  });

  test('gets its key in the address, and nobody else sees it', async () => {
    const { ask } = open({ url: `${origin()}/$&/{key}?codes={codes}`, key: 'se$&cr/et', maxBytes: 1024 });
    free = 'x'.repeat(2000);
    const [reason] = await ask('A');
    expect(paths).toEqual(['/$&/se%24%26cr%2Fet']);
    expect(reason).toMatch(/longer than 1024 bytes/);
  });

  test('is not called where the hub may not call', async () => {
    const { ask } = open({}, new Outbound(['10.0.0.1:80']));
    expect(await ask('A')).toEqual([expect.stringContaining('is not in hub.outbound.allow')]);
    expect(asked).toEqual([]);
  });

  test('is not asked once the feed has stopped', async () => {
    const { ask, abort } = open();
    abort.abort();
    expect(await ask('A')).toEqual(['the feed does not run']);
    expect(asked).toEqual([]);
  });
});

describe('settings', () => {
  const base = { expectedEverySeconds: 60, zone: 'UTC', crs: 'WGS84' };
  const graphql = { ...base, transport: 'graphql-remote', url: 'http://x/', query: '{ areas { code } }' };
  test.each([
    ['of a query', graphql, undefined],
    ['without a query', { ...graphql, query: undefined }, 'needs a query'],
    ['that would change something', { ...graphql, query: 'mutation { open }' }, 'exactly one operation, a query'],
    ['of an address without codes', { ...base, transport: 'http', url: 'http://x/' }, '{codes}'],
    ['of another protocol', { ...graphql, url: 'file:///etc/passwd' }, 'URL'],
    ['that map what is no field', { ...graphql, fields: { colour: 'x' } }, 'colour'],
    ['of a patience without end', { ...graphql, timeoutMs: 60_000 }, '10000'],
  ])('%s', (_name, given, fault) => {
    const { error } = liveSettings(SCENIC_SERVICE).safeParse(given);
    if (fault === undefined) expect(error).toBeUndefined();
    else expect(JSON.stringify(error?.issues)).toContain(fault);
  });
});
