import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { seal } from '../exchange/seal.js';
import { bundlesAfter } from '../prisma/store/exchange-bundles.js';
import { tellPeers } from '../prisma/store/exchange-outbox.js';
import { onDatabase } from './support/exchange-platform.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-platform-sides.js';
import { backUp, chainAlarm, clear, expectWhole, putBack } from './support/exchange-restore.js';
import { until } from './support/running-hub.js';

let sides: Sides;
beforeEach(async () => {
  sides = await makeSides();
});
afterEach(() => clear(sides));

describe('what a restored side had made before it rejoined', () => {
  test('is kept apart, signed as it was, and every change of it is found', async () => {
    const { city, prefecture } = sides;
    await putBack(sides, city);
    await city.start();
    await Promise.all([city.tell(), prefecture.tell()]);
    await Promise.all([chainAlarm(city), chainAlarm(prefecture)]);
    await city.rejoin(await prefecture.exported());
    await expectWhole(sides);
    const forks = await city.rows<{ chain: string; n: number }>(
      'SELECT chain, count(*) AS n FROM exchange_fork GROUP BY 1',
    );
    expect(forks.map(({ chain }) => chain).toSorted()).toEqual(['OURS', 'OUT']);
    for (const sql of ['DELETE FROM exchange_fork', `UPDATE exchange_fork SET body = ''`, 'TRUNCATE exchange_fork'])
      await expect(city.rows(sql)).rejects.toThrow('exchange_fork is kept');
    const last = `(chain, number) = (SELECT chain, max(number) FROM exchange_fork WHERE chain = 'OUT' GROUP BY 1)`;
    for (const [sql, found] of [
      [
        `UPDATE exchange_fork SET body = replace(body, 'city-6', 'city-9') WHERE ${last}`,
        /was changed: its hash is not/,
      ],
      [`DELETE FROM exchange_fork WHERE ${last}`, /bundles to it: of what was set aside at .* not all is here/],
      [`DELETE FROM exchange_fork WHERE chain = 'OURS'`, /our receipts: of what was set aside at .* not all is here/],
    ] as const)
      await onDatabase(city.options.database.url, async (client) => {
        await client.query('BEGIN');
        await client.query('ALTER TABLE exchange_fork DISABLE TRIGGER exchange_fork_kept');
        await client.query(sql);
        expect({ sql, said: (await city.verify(client)).faults.join() }).toEqual({
          sql,
          said: expect.stringMatching(found),
        });
        await client.query('ROLLBACK');
      });
  }, 60_000);
});

describe('receipts that were written in the lost time and never arrived', () => {
  /** They are lost; a sign of life that tells of them is at the other side. */
  async function lostButClaimed({ city, down, prefecture, up }: Sides): Promise<void> {
    await Promise.all([city.start(), prefecture.start()]);
    await Promise.all([city.tell(), prefecture.tell()]);
    await settled(sides);
    const backup = await backUp(city);
    await city.start();
    up.cut();
    down.mode = 'half';
    await prefecture.tell();
    await until(
      async () => [(await city.carriedOut()).length, Object.keys(await city.states()).sort()],
      ([notes, states]) => notes === 2 && String(states) === 'IN ACTED,OUT ACTED',
    );
    await city.stop();
    const [bundle] = await city.onGround(async (ground) => {
      const { name } = ground.peer;
      const [{ seq = 0 } = {}] = await city.rows<{ seq: number }>('SELECT sent_seq AS seq FROM exchange_peer');
      await tellPeers(ground.db.write, { source: 'heartbeat', key: name, at: new Date(), payload: {} }, name);
      await seal(ground);
      return bundlesAfter(ground.db.write, name, 'OUT', seq, 1);
    });
    up.mode = 'up';
    const { status } = await fetch(`${up.url}/exchange/v1/bundles`, {
      method: 'POST',
      headers: { 'x-jws-signature': bundle?.signature ?? '', 'idempotency-key': bundle?.bundleId ?? '' },
      body: bundle?.body ?? '',
    });
    expect(status).toBe(202);
    await city.putBack(backup);
    down.mode = 'up';
  }

  test('are written anew under the same numbers; that the earlier word holds no more is said and signed', async () => {
    const { city, prefecture } = sides;
    await lostButClaimed(sides);
    expect(await city.rejoin(await prefecture.exported())).toMatchObject({ sent: 1, told: 0 });
    await city.start();
    await Promise.all([city.tell(), prefecture.tell()]);
    await expectWhole(sides);
  }, 60_000);

  test('would be found missing on both sides if it were not said: the control', async () => {
    const { city, prefecture } = sides;
    await lostButClaimed(sides);
    await city.rejoin(await prefecture.exported());
    await city.rows(`DELETE FROM exchange_outbox WHERE source = 'heartbeat'`);
    await city.start();
    await Promise.all([city.tell(), prefecture.tell()]);
    await settled(sides);
    for (const side of [city, prefecture])
      expect((await side.verify()).faults.join()).toMatch(
        /heartbeat of .* says that receipt \d+ is another one than is here/,
      );
  }, 60_000);
});

test('a bundle that was withdrawn in the lost time stays withdrawn, though its text is lost', async () => {
  const { city, prefecture, up } = sides;
  await Promise.all([city.start(), prefecture.start()]);
  await Promise.all([city.tell(), prefecture.tell()]);
  await settled(sides);
  const backup = await backUp(city);
  const refusing = createServer((request, response) => {
    const answer = { error: { code: 'BAD_SHAPE', reason: 'x' } };
    request.resume().on('end', () => response.writeHead(400).end(JSON.stringify(answer)));
  });
  await new Promise<void>((done) => void refusing.listen(0, '127.0.0.1', done));
  await city.start();
  up.leadTo(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
  await city.tell();
  const state = async (side: PlatformSide, of: string): Promise<unknown> =>
    until(
      () => side.rows<{ state: string }>(`SELECT state FROM exchange_bundle ORDER BY stored_at DESC`),
      (found) => found.some((each) => each.state === of),
    );
  await state(city, 'SET_ASIDE');
  await prefecture.stop();
  await prefecture.start();
  await state(prefecture, 'WITHDRAWN');
  refusing.closeAllConnections();
  await new Promise((done) => refusing.close(done));
  await city.putBack(backup);
  expect(await city.rejoin(await prefecture.exported())).toMatchObject({ failed: [] });
  await city.start();
  await Promise.all([city.tell(), prefecture.tell()]);
  for (const [side, other, count] of [
    [city, prefecture, 2],
    [prefecture, city, 2],
  ] as const) {
    await until(
      () => side.carriedOut(),
      (found) => found.length === count,
    );
    await until(
      () => other.verify(),
      ({ faults }) => faults.length === 0,
    );
  }
  const [kept] = await city.rows<{ body: string; state: string }>(
    `SELECT body, state FROM exchange_bundle WHERE direction = 'OUT' AND state = 'SET_ASIDE'`,
  );
  expect(kept).toEqual({ body: '', state: 'SET_ASIDE' });
}, 60_000);
