import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CONTROL, encode, FUNCTIONS } from '../connectors/shared/codecs/sl651.js';
import { element, head, observedAt, stationOf } from '../connectors/shared/codecs/sl651-write.js';
import type { Hub } from '../server/hub.js';
import { migratedDatabase } from './support/database.js';
import { ask, startHub, until } from './support/running-hub.js';

const STATION = '0060240001';
const NOW = new Date('2026-08-07T02:10:00Z');
const ends: (() => Promise<unknown>)[] = [];
let url = '';
let hub: Hub;
beforeEach(async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  url = database.url;
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const FEED = `
  water/telemetry:
    expectedEverySeconds: 60
    zone: Asia/Shanghai
    crs: CGCS2000
    listen: { port: 0 }`;
const LISTED = `${FEED}
    stations: [{ code: "${STATION}", name: 测站, lon: 84.76, lat: 44.2 }]`;

async function start(feeds: string): Promise<void> {
  hub = await startHub(url, feeds, { now: () => NOW });
  ends.push(() => hub.stop());
}

const report = (serial: number, minute: string, level: number): Uint8Array =>
  encode({
    direction: 'up',
    center: 1,
    station: STATION,
    password: 0x4a21,
    function: FUNCTIONS.timed,
    body: Buffer.concat([
      head(serial, `2608071${minute}03`.padEnd(12, '0').slice(0, 12)),
      stationOf(STATION, 0x48),
      observedAt(`2608071${minute}`),
      element(0x39, level, 4, 3),
    ]),
    end: CONTROL.ETX,
  });

/** Sends one frame and waits for its answer, which comes after the commit. */
async function send(frame: Uint8Array, answered = true): Promise<void> {
  const address = (await hub.feeds?.address('water/telemetry', AbortSignal.timeout(5000))) ?? '';
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(frame);
  if (answered) await once(socket, 'data');
  else socket.end();
  socket.destroy();
}

interface Seen {
  feed: {
    rejectedCount: number;
    rejections: { edges: { node: { reason: string; receivedAt: string } }[] };
    quality: { received: number; late: number; rejected: number; rejections: { reason: string; repaired: number }[] };
  };
  stations: { edges: { node: { datastreams: { latest: { value: number; observedAt: string } }[] } }[] };
}
const look = (): Promise<Seen> =>
  ask(
    hub.url,
    `{ feed(id: "water/telemetry") { rejectedCount rejections { edges { node { reason receivedAt } } }
         quality(month: "2026-08") { received late rejected rejections { reason repaired } } }
       stations { edges { node { datastreams { latest { value observedAt } } } } } }`,
  );
const retry = async (reason?: string): Promise<Record<string, unknown>> =>
  (
    await ask<{ retryRejected: Record<string, unknown> }>(
      hub.url,
      `mutation ($reason: String) { retryRejected(feed: "water/telemetry", reason: $reason) { inputs repaired remaining notKept } }`,
      { reason },
    )
  ).retryRejected;

const latest = ({ stations }: Seen): unknown => stations.edges.map(({ node }) => node.datastreams[0]?.latest);

describe('rejected records', () => {
  test('are stored in their original order once the station list is right, and counted as repaired', async () => {
    await start(FEED);
    await send(report(1, '001', 1.1));
    // The same moment twice: the later report is the station's last word.
    await send(report(2, '003', 1.5));
    await send(report(3, '003', 1.7));
    const before = await look();
    expect(before.feed.rejections.edges.map(({ node }) => node.reason)).toEqual(Array(3).fill('unknown-station'));
    expect(await retry()).toEqual({ inputs: 3, repaired: 0, remaining: 3, notKept: 0 });
    expect((await look()).feed.rejectedCount).toBe(3);
    await hub.stop();
    await start(LISTED);
    await until(look, ({ stations }) => stations.edges.length === 1);
    expect(await retry('unknown-station')).toEqual({ inputs: 3, repaired: 3, remaining: 0, notKept: 0 });
    const after = await look();
    expect(latest(after)).toEqual([{ value: 1.7, observedAt: '2026-08-07T02:03:00.000Z' }]);
    expect(after.feed.rejections.edges).toEqual([]);
    expect(after.feed.rejectedCount).toBe(0);
    // Three minutes' reports, one of them a correction; all came more than two minutes after their time.
    expect(after.feed.quality).toEqual({
      received: 3,
      late: 3,
      rejected: 3,
      rejections: [{ reason: 'unknown-station', repaired: 3 }],
    });
    expect(await retry()).toEqual({ inputs: 0, repaired: 0, remaining: 0, notKept: 0 });
  }, 60_000);

  test('that stay wrong keep none behind them from being reached: a long list is gone through in steps', async () => {
    await start(FEED);
    for (const [serial, minute] of ['001', '003', '005'].entries()) await send(report(serial + 1, minute, 1));
    const step = async (after: string | null): Promise<{ inputs: number; continueAfter: string | null }> =>
      (
        await ask<{ retryRejected: { inputs: number; continueAfter: string | null } }>(
          hub.url,
          'mutation ($after: ID) { retryRejected(feed: "water/telemetry", first: 2, after: $after) { inputs continueAfter } }',
          { after },
        )
      ).retryRejected;
    const one = await step(null);
    expect(one).toEqual({ inputs: 2, continueAfter: expect.any(String) });
    expect(await step(one.continueAfter)).toEqual({ inputs: 1, continueAfter: null });
  }, 60_000);

  test('that are still wrong stay, with the time they first came', async () => {
    await start(LISTED);
    const broken = Uint8Array.from(report(4, '005', 2));
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 0xff;
    await send(broken, false);
    const [before] = (await until(look, ({ feed }) => feed.rejections.edges.length === 1)).feed.rejections.edges;
    expect(before?.node.reason).toBe('bad-crc');
    const { repaired, remaining, notKept } = await retry();
    expect([repaired, Number(remaining) + Number(notKept)]).toEqual([0, 1]);
    expect((await look()).feed.rejections.edges).toEqual([before]);
    expect((await look()).feed.rejectedCount).toBe(1);
  }, 60_000);

  test('are asked for by name: another feed, another reason, too many are answered with what is right', async () => {
    await start(LISTED);
    await expect(retry('bad-karma')).rejects.toThrow(/reason: "bad-karma" is none of bad-crc/);
    await expect(ask(hub.url, 'mutation { retryRejected(feed: "no/feed") { inputs } }')).rejects.toThrow(
      /no feed "no\/feed"/,
    );
    await expect(
      ask(hub.url, 'mutation { retryRejected(feed: "water/telemetry", first: 0) { inputs } }'),
    ).rejects.toThrow(/1 to 5000/);
    await expect(
      ask(hub.url, '{ feed(id: "water/telemetry") { quality(month: "2026-13") { late } } }'),
    ).rejects.toThrow(/write it as "2026-11"/);
  }, 60_000);
});
