import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { canonicalJson } from '../exchange/canonical.js';
import { readReceipt } from '../exchange/envelope.js';
import type { ExchangeKind } from '../exchange/kinds/kind.js';
import { type TellingKind, tellDigests } from '../exchange/kinds/tell.js';
import { newApiKey } from '../model/api-key.js';
import { NO_HASH, type Signed, withinBytes } from '../model/exchange.js';
import { openDatabase } from '../prisma/database.js';
import { tellAgain } from '../prisma/store/exchange-outbox.js';
import { insertApiKey } from '../prisma/store/write-access.js';
import { CITY, exchangePair, PREFECTURE } from './support/exchange-pair.js';
import { makeSides, type Sides, settled } from './support/exchange-platform-sides.js';
import { sealRaw } from './support/exchange-turns.js';
import { ask, until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

let sides: Sides;
beforeEach(async () => {
  sides = await makeSides();
});
afterEach(() => sides.stop());

/** Another platform in the prefecture's place, which answers as it is told; what it was asked, by path. */
async function inItsPlace(answers: Readonly<Record<string, readonly [status: number, body: object]>>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('/').at(-1) ?? '';
    asked.push(path);
    const [status, body] = answers[path] ?? [404, {}];
    request.resume().on('end', () => response.writeHead(status).end(JSON.stringify(body)));
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  sides.up.leadTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { asked, close: () => new Promise((done) => server.close(done)) };
}

describe('at the door of the exchange', () => {
  test('a stranger is counted whatever is refused, turned away after too often, and does not fill the audit', async () => {
    const { prefecture, up } = sides;
    await prefecture.start();
    const knock = async (n: number): Promise<number> => {
      const headers = { 'exchange-sent-at': 'never', 'idempotency-key': String(n) };
      return (await fetch(`${up.url}/exchange/v1/bundles`, { method: 'POST', headers, body: `${n}` })).status;
    };
    const found: number[] = [];
    for (let n = 0; n < 65; n++) found.push(await knock(n));
    expect(found).toEqual([...Array(60).fill(400), ...Array(5).fill(429)]);
    await prefecture.stop();
    const [counted] = await prefecture.rows<{ rows: number; times: number }>(
      `SELECT count(*)::int AS rows, sum(times)::int AS times FROM audit_entry WHERE operation = 'bundle refused'`,
    );
    expect(counted?.times).toBe(60);
    expect(counted?.rows).toBeLessThan(60);
  });
});

test('of what comes from one address only so much is read at a time; the rest is asked to come again', async () => {
  const { prefecture, up } = sides;
  await prefecture.start();
  const slow = Array.from({ length: 4 }, () => {
    const call = request(`${up.url}/exchange/v1/bundles`, { method: 'POST', headers: { 'content-length': 1000 } });
    call.on('error', () => {}).write('{');
    return call;
  });
  const knock = async (): Promise<number> =>
    (await fetch(`${up.url}/exchange/v1/bundles`, { method: 'POST', body: 'x' })).status;
  await until(knock, (status) => status === 503);
  for (const call of slow) call.destroy();
  await until(knock, (status) => status === 400);
});

describe('a peer', () => {
  test('that speaks another version loses no bundle: they wait until it is brought up to date', async () => {
    const { city, prefecture, up } = sides;
    await city.start();
    const other = await inItsPlace({
      bundles: [400, { error: { code: 'WRONG_VERSION', reason: 'schemaVersion 1.0' } }],
    });
    up.mode = 'up';
    await city.tell(2);
    await until(
      () => Promise.resolve(other.asked.length),
      (count) => count > 4,
    );
    expect(await city.states()).toEqual({ 'OUT SEALED': expect.any(Number) });
    await prefecture.start();
    await settled(sides);
    expect(await prefecture.carriedOut()).toEqual(city.told);
    await other.close();
  });

  test('behind a proxy that says a bundle is too large gets what follows it; whatever else a proxy says is the line', async () => {
    const { city, up } = sides;
    await city.start();
    const answers: Record<string, readonly [number, object]> = { bundles: [502, {}] };
    const other = await inItsPlace(answers);
    up.mode = 'up';
    await city.tell();
    await until(
      () => Promise.resolve(other.asked.length),
      (count) => count > 4,
    );
    expect(await city.states()).toEqual({ 'OUT SEALED': expect.any(Number) });
    answers.bundles = [413, {}];
    const aside = (): Promise<{ seq: number; error: string }[]> =>
      city.rows(`SELECT seq FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SET_ASIDE'`);
    const [first] = await until(aside, (found) => found.length === 1);
    expect(Number(first?.seq)).toBe(1);
    await other.close();
  });

  test('that cannot take a receipt yet gets the bundle that the receipt waits for', async () => {
    const { city, up } = sides;
    await city.start();
    await city.stop();
    const body = JSON.stringify({ number: 1 });
    await city.rows(`UPDATE exchange_peer SET told_number = 1`);
    await city.rows(
      `INSERT INTO exchange_receipt (peer, issuer, number, bundle_id, seq, state, at, body, signature, hash, previous, stored_at)
       VALUES ('prefecture', 'OURS', 1, gen_random_uuid(), 1, 'WITHDRAWN', now(), '${body}', 'x..x', '${NO_HASH}', '${NO_HASH}', now())`,
    );
    await city.start();
    const other = await inItsPlace({ receipts: [200, { heard: 0 }], bundles: [202, { receipts: [] }] });
    up.mode = 'up';
    await city.tell();
    await until(
      () => Promise.resolve(other.asked),
      (asked) => asked.includes('receipts') && asked.includes('bundles'),
    );
    await city.stop();
    await other.close();
  });

  test('behind something that damages all that passes loses one bundle at most until somebody looks, and is told it again', async () => {
    const { city, prefecture, up } = sides;
    await city.start();
    const other = await inItsPlace({ bundles: [400, { error: { code: 'NOT_CANONICAL', reason: 'damaged' } }] });
    up.mode = 'up';
    for (let n = 0; n < 3; n += 1) {
      await city.tell();
      await until(
        () => city.rows(`SELECT 1 FROM exchange_outbox WHERE source = 'note'`),
        (waiting) => waiting.length === 0,
      );
    }
    const tried = (): Promise<number> => Promise.resolve(other.asked.filter((path) => path === 'bundles').length);
    await until(tried, (count) => count > 12);
    expect((await city.states())['OUT SET_ASIDE']).toBe(1);
    await prefecture.start();
    await settledButSetAside();
    const db = openDatabase({ url: city.options.database.url });
    const [lost] = await city.rows<{ seq: number }>(`SELECT seq FROM exchange_bundle WHERE state = 'SET_ASIDE'`);
    const told = await tellAgain(db.write, 'prefecture', Number(lost?.seq), new Date());
    await db.close();
    expect(told).toBe(1);
    await settledButSetAside();
    const carriedOut = await prefecture.carriedOut();
    expect(new Set(carriedOut)).toEqual(new Set(city.told));
    await other.close();
  });

  /** Everything that can go over is there. */
  const settledButSetAside = (): Promise<unknown> =>
    until(
      () => {
        sides.city.platform.exchange.wake();
        return sides.city.rows(
          `SELECT 1 FROM exchange_bundle WHERE direction = 'OUT' AND state NOT IN ('ACTED', 'SET_ASIDE')
           UNION ALL SELECT 1 FROM exchange_outbox`,
        );
      },
      (open) => open.length === 0,
    );

  test('is told what can be told where one digest cannot be made', async () => {
    const db = openDatabase({ url: sides.city.options.database.url });
    const told: string[] = [];
    const kind = (name: string, work: () => number): TellingKind => ({
      ...{ kind: 'observationDigest', sources: [name], acted: null },
      ...{ collect: async () => undefined, check: async () => undefined, apply: async () => undefined },
      due: () => true,
      tell: async () => work(),
    });
    const fails = kind('fails', () => {
      throw new Error('it takes too long');
    });
    const works = kind('works', () => told.push('works'));
    const peer = { name: 'prefecture', party: PREFECTURE, feedId: 'emergency/exchange-prefecture' };
    await expect(tellDigests(db, [{ peer, kinds: [fails, works] }], new Date())).rejects.toThrow('it takes too long');
    expect(told).toEqual(['works']);
    await db.close();
  });
});

test('what breaks when it is carried out takes nothing else with it: an item its bundle’s others, a bundle those that follow', async () => {
  const { city, prefecture } = sides;
  await prefecture.rows(`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.id IN ('city-2', 'city-4') THEN RAISE EXCEPTION 'it breaks'; END IF; RETURN NEW; END $$`);
  await prefecture.rows('CREATE TRIGGER break BEFORE INSERT ON test_note FOR EACH ROW EXECUTE FUNCTION break()');
  await city.tell(3);
  await Promise.all([city.start(), prefecture.start()]);
  const noted = (count: number): Promise<string[]> =>
    until(
      () => prefecture.carriedOut(),
      (found) => found.length === count,
    );
  expect(await noted(2)).toEqual(['city-1', 'city-3']);
  await city.tell();
  await until(
    () => city.rows(`SELECT 1 FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SET_ASIDE'`),
    (found) => found.length === 1,
  );
  await city.tell();
  expect(await noted(3)).toEqual(['city-1', 'city-3', 'city-5']);
  const faults = await city.rows<{ id: string; code: string }>(
    `SELECT item_id AS id, fault->>'code' AS code FROM exchange_item WHERE direction = 'OUT' AND fault IS NOT NULL`,
  );
  expect(faults).toEqual([{ id: 'city-2', code: 'NOT_CARRIED_OUT' }]);
  const alarms = await prefecture.rows<{ reason: string }>(
    `SELECT payload->>'reason' AS reason FROM log_entry WHERE topic = 'exchange' AND payload->>'kind' = 'SET_ASIDE'`,
  );
  expect(alarms).toEqual([{ reason: 'it breaks' }, { reason: 'it breaks' }]);
  await prefecture.rows('DROP TRIGGER break ON test_note');
  const db = openDatabase({ url: city.options.database.url });
  const open = await city.rows<{ seq: number }>(
    `SELECT DISTINCT seq FROM exchange_item JOIN exchange_bundle USING (peer, direction, seq)
     WHERE direction = 'OUT' AND (fault IS NOT NULL OR state = 'SET_ASIDE') ORDER BY seq`,
  );
  const told = [];
  for (const { seq } of open) told.push(await tellAgain(db.write, 'prefecture', seq, new Date()));
  await db.close();
  expect(told).toEqual([1, 1]);
  city.platform.exchange.wake();
  expect(new Set(await noted(5))).toEqual(new Set(city.told));
});

test('a bundle that the database gives up each time, such as for the time it takes, is set aside in the end, and what follows it is carried out', async () => {
  const { city, prefecture } = sides;
  await prefecture.rows(`CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN IF NEW.id = 'city-1' THEN RAISE EXCEPTION 'it takes too long' USING ERRCODE = 'query_canceled'; END IF; RETURN NEW; END $$`);
  await prefecture.rows('CREATE TRIGGER give_up BEFORE INSERT ON test_note FOR EACH ROW EXECUTE FUNCTION give_up()');
  await Promise.all([city.start(), prefecture.start()]);
  await city.tell();
  const tried = (): Promise<{ attempts: number }[]> =>
    prefecture.rows(
      `SELECT attempts FROM exchange_bundle WHERE direction = 'IN' AND state = 'VALIDATED' AND attempts > 0`,
    );
  await until(tried, (found) => found.length === 1);
  await city.tell();
  await until(
    () => prefecture.carriedOut(),
    (found) => found.length === 1,
  );
  expect(await prefecture.carriedOut()).toEqual(['city-2']);
  const alarms = await prefecture.rows<{ reason: string }>(
    `SELECT payload->>'reason' AS reason FROM log_entry WHERE topic = 'exchange' AND payload->>'kind' = 'SET_ASIDE'`,
  );
  expect(alarms).toEqual([{ reason: 'it takes too long' }]);
  const [aside] = await prefecture.rows<{ attempts: number }>(
    `SELECT attempts FROM exchange_bundle WHERE state = 'SET_ASIDE'`,
  );
  expect(aside?.attempts).toBeGreaterThanOrEqual(20);
}, 60_000);

test('what the database gives up each time when it is to be told is set aside in the end, and what follows it is told', async () => {
  await sides.stop();
  const slow: ExchangeKind = {
    ...{ kind: 'resourceDigest', sources: ['note'], acted: 'kept' },
    collect: async ({ key }, _peer, client) => {
      if (key === 'city-1')
        await client.query(`DO $$ BEGIN RAISE EXCEPTION 'it takes too long' USING ERRCODE = 'query_canceled'; END $$`);
      return undefined;
    },
    check: async () => undefined,
    apply: async () => undefined,
  };
  sides = await makeSides({ kinds: [slow] });
  const { city, prefecture } = sides;
  await Promise.all([city.start(), prefecture.start()]);
  await city.tell();
  await city.tell();
  await until(
    () => prefecture.carriedOut(),
    (found) => found.length === 1,
  );
  expect(await prefecture.carriedOut()).toEqual(['city-2']);
  expect(await city.rows(`SELECT key, set_aside_reason AS reason FROM exchange_outbox`)).toEqual([
    { key: 'city-1', reason: 'note city-1 cannot be told: it takes too long' },
  ]);
  expect(city.platform.alarms).toMatchObject([{ kind: 'SET_ASIDE', direction: 'OUT', seq: null }]);
}, 60_000);

test('an item that no bundle may hold is set aside before it is put into one, and takes no other with it', async () => {
  const { city, prefecture } = sides;
  await city.tell();
  await city.rows(`INSERT INTO exchange_outbox (peer, source, key, at, payload)
    SELECT 'prefecture', source, repeat('x', 301), now(), '{}' FROM (VALUES ('note')) AS n (source)`);
  await city.tell();
  await Promise.all([city.start(), prefecture.start()]);
  await settled(sides);
  expect(await prefecture.carriedOut()).toEqual(city.told);
  expect(await city.rows(`SELECT set_aside_reason AS reason FROM exchange_outbox`)).toEqual([
    { reason: expect.stringMatching(/cannot be told: id: /) },
  ]);
  expect(city.platform.alarms).toMatchObject([{ kind: 'SET_ASIDE', direction: 'OUT', seq: null }]);
});

test('a bundle of a wrong shape is handed over once and taken back at once by hubs at work, and what follows it is taken', async () => {
  const { city, keys, prefecture } = sides;
  await Promise.all([city.start(), prefecture.start()]);
  const db = openDatabase({ url: city.options.database.url });
  const other = { name: 'prefecture', party: PREFECTURE, key: keys.prefecture };
  for (let n = 0; n < 3; n += 1)
    await sealRaw(db, { own: CITY, key: keys.city, other, now: () => new Date() }, (good) =>
      canonicalJson({ ...good, items: 'none' }),
    );
  await db.close();
  await city.tell();
  await until(
    () => prefecture.carriedOut(),
    (found) => found.length === 1,
  );
  const spoilt = await city.rows<{ state: string; refusals: number }>(
    `SELECT state, refusals FROM exchange_bundle WHERE direction = 'OUT' AND seq IN
       (SELECT seq FROM exchange_receipt WHERE issuer = 'THEIRS' AND state = 'REFUSED')`,
  );
  expect(spoilt).toEqual([1, 2, 3].map(() => ({ state: 'SET_ASIDE', refusals: 0 })));
});

test('a kind that is not taken, on a road where its sender hears of no refusal, is set aside on both sides, and what follows it is taken', async () => {
  const { hash, id, text } = newApiKey();
  const office = new WarningOffice();
  const pair = await exchangePair({
    city: { flow: { warning: { statuses: ['EXERCISE'] } }, heartbeatSeconds: 1, push: undefined },
    feeds: officeFeed(await office.start()),
    secrets: { PEER_TOKEN: text },
    prefecture: (down) => ({
      flow: {},
      pull: { url: `${down}/graphql`, token: { env: 'PEER_TOKEN' }, everySeconds: 0.2 },
    }),
  });
  try {
    const db = openDatabase({ url: pair.databases.city.url });
    await insertApiKey(db.write, {
      ...{ id, hash, name: 'the prefecture', department: null, peer: 'prefecture', roles: ['PEER'], scopes: [] },
      ...{ createdAt: new Date(), createdBy: 'tests', expiresAt: new Date('2099-01-01T00:00:00Z') },
    });
    await db.close();
    office.issue({ identifier: identifierOf(1), colour: 'Red', expiresAt: new Date(Date.now() + 3_600_000) });
    const log = (): Promise<{ exchangeLog: { edges: { node: { kind: string; state: string } }[] } }> =>
      ask(pair.city.url, '{ exchangeLog(direction: OUT) { edges { node { kind state } } } }');
    const found = await until(log, ({ exchangeLog: { edges } }) => {
      const at = edges.findIndex(({ node }) => node.kind === 'warning' && node.state === 'SET_ASIDE');
      return at > 0 && edges.slice(0, at).some(({ node }) => node.state === 'ACTED');
    });
    expect(found.exchangeLog.edges.filter(({ node }) => node.kind === 'warning')).toHaveLength(1);
    const { exchangeLog } = await ask<Awaited<ReturnType<typeof log>>>(
      pair.prefecture.url,
      '{ exchangeLog(direction: IN, kinds: [warning]) { edges { node { kind state } } } }',
    );
    expect(exchangeLog.edges.map(({ node }) => node.state)).toEqual(['SET_ASIDE']);
  } finally {
    await office.stop();
    await pair.stop();
  }
}, 60_000);

test('receipts that are long go in as many calls as they need, one alone whatever its length', () => {
  const text = (length: number): Signed => ({ body: 'x'.repeat(length), signature: 's' });
  expect(withinBytes([text(10), text(10), text(10)], 90)).toHaveLength(2);
  expect(withinBytes([text(1000), text(10)], 90)).toHaveLength(1);
  expect(withinBytes([], 90)).toEqual([]);
});

test('a receipt that refuses a hundred items at the greatest length is no longer than is taken', () => {
  const odd = (length: number): string => '\u0001'.repeat(length);
  const faults = Array.from({ length: 100 }, (_, index) => ({
    ...{ index, id: odd(300), code: 'C'.repeat(60), path: odd(200), note: odd(300) },
  }));
  const body = canonicalJson({
    ...{ number: 1, bundleId: '00000000-0000-4000-8000-000000000000', seq: 1, bundleHash: NO_HASH, state: 'VALIDATED' },
    ...{ from: CITY, to: PREFECTURE, at: '2026-11-26T08:00:00.000Z', faults, acted: null, note: odd(1000) },
    previous: NO_HASH,
  });
  expect(readReceipt({ body, signature: '' }).faults).toHaveLength(100);
  // Below what an answer, and a call, may hold.
  expect(JSON.stringify({ body, signature: 's'.repeat(400) }).length).toBeLessThan(800_000);
});
