import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { newApiKey } from '../model/api-key.js';
import { openDatabase } from '../prisma/database.js';
import { insertApiKey } from '../prisma/store/write-access.js';
import { exchangePair, type Pair } from './support/exchange-pair.js';
import { ask, reader, startOfLog, until } from './support/running-hub.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const FLOW = { flow: { warning: { statuses: ['ACTUAL', 'EXERCISE'] } } };
const HOUR = 3_600_000;
let pair: Pair;
let clock = 0;
const office = new WarningOffice();
const second = new WarningOffice();
beforeAll(async () => {
  pair = await exchangePair({
    ...{ city: { ...FLOW, receiptWithinSeconds: 600 }, prefecture: FLOW, feeds: officeFeed(await office.start()) },
    hub: { now: () => new Date(Date.now() + clock) },
    prefectureHub: { now: () => new Date(Date.now() + clock) },
  });
});
afterAll(async () => {
  await Promise.all([office.stop(), second.stop()]);
  await pair.stop();
});

const issue = (n: number): void =>
  office.issue({ identifier: identifierOf(n), colour: 'Orange', expiresAt: new Date(Date.now() + 48 * HOUR) });

interface Handed {
  readonly warning: { readonly handovers: readonly { readonly peer: string; readonly state: string }[] } | null;
}
const handed = (n: number): Promise<Handed> =>
  ask<Handed>(pair.city.url, `{ warning(id: "${identifierOf(n)}") { handovers { peer state } } }`);
const acted = ({ warning }: Handed): boolean => warning?.handovers[0]?.state === 'ACTED';
const lag = async () =>
  (
    await ask<{
      exchangeLag: { waiting: number; unsent: number; unreceipted: number; overdue: number; secondsBehind: number }[];
    }>(pair.city.url, '{ exchangeLag { waiting unsent unreceipted overdue secondsBehind } }')
  ).exchangeLag[0];

describe('a warning of the city', () => {
  test('stands in the prefecture as the city said it, and the city’s officer sees that it was published there', async () => {
    issue(1);
    await until(() => handed(1), acted);
    const { warning } = await ask<{ warning: Record<string, unknown> }>(
      pair.prefecture.url,
      `{ warning(id: "${identifierOf(1)}") { level state status feed { id state } divisions { code } headline } }`,
    );
    expect(warning).toEqual({
      ...{ level: 'ORANGE', state: 'ACTIVE', status: 'EXERCISE', divisions: [{ code: '654202' }] },
      ...{ feed: { id: 'emergency/exchange-wusu', state: 'LIVE' }, headline: '乌苏市气象台发布暴雨预警信号' },
    });
    const { exchangeLog } = await ask<{ exchangeLog: { edges: { node: Record<string, unknown> }[] } }>(
      pair.city.url,
      '{ exchangeLog(direction: OUT, kinds: [warning]) { edges { node { seq state items { id cancel code } receipts { state who what } } } } }',
    );
    expect(exchangeLog.edges[0]?.node).toMatchObject({
      state: 'ACTED',
      items: [{ id: identifierOf(1), cancel: false, code: null }],
      receipts: [
        { state: 'RECEIVED' },
        { state: 'VALIDATED' },
        { state: 'APPLIED' },
        { state: 'ACTED', who: '65420000000000 (by itself)', what: 'published to the subscribers of this hub' },
      ],
    });
    expect(await lag()).toEqual({ waiting: 0, unsent: 0, unreceipted: 0, overdue: 0, secondsBehind: 0 });
  });

  test('waits while the line is down for hours, is told to the officer once as overdue, and arrives when the line is up', async () => {
    pair.up.mode = 'down';
    issue(2);
    await until(lag, (found) => (found?.unsent ?? 0) > 0);
    const alarms = alarmsOf(pair.city.url, await startOfLog(pair.databases.city.url));
    clock += 5 * HOUR;
    const told = await alarms.next();
    expect(told.value?.data?.exchangeOverdue).toMatchObject({
      ...{ kind: 'OVERDUE', peer: 'prefecture', direction: 'OUT', change: 'RAISED', count: 1 },
      reason: expect.stringMatching(/^1 overdue, .*the oldest is seq \d+ \(warning\)/),
    });
    const { exchangeOverdue, peers } = await ask<{
      exchangeOverdue: { edges: { node: { kind: string; state: string } }[] };
      peers: { fault: string | null; lag: { secondsBehind: number; overdueSince: string | null } }[];
    }>(
      pair.city.url,
      '{ exchangeOverdue { edges { node { kind state } } } peers { fault lag { secondsBehind overdueSince } } }',
    );
    expect(exchangeOverdue.edges.map(({ node }) => node)).toEqual([{ kind: 'warning', state: 'SEALED' }]);
    expect(peers[0]?.lag.secondsBehind).toBeGreaterThan(4.9 * 3600);
    expect(peers[0]?.lag.overdueSince).toBe(told.value?.data?.exchangeOverdue.since);
    expect(peers[0]?.fault).toContain('cannot be reached');
    pair.up.mode = 'up';
    await until(() => handed(2), acted);
    expect(await lag()).toMatchObject({ unsent: 0, unreceipted: 0, overdue: 0 });
    const over = await alarms.next();
    expect(over.value?.data?.exchangeOverdue).toMatchObject({ kind: 'OVERDUE', change: 'CLEARED', count: 0 });
    await alarms.return?.();
  });
});

/** Alarms as the stock graphql-ws client gets them. */
function alarmsOf(url: string, after: string) {
  const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, ...reader });
  return client.iterate<{ exchangeOverdue: { since: string | null } }>({
    query:
      'subscription ($after: Cursor) { exchangeOverdue(after: $after) { kind peer direction seq reason cursor change count since } }',
    variables: { after },
  });
}

describe('a city that cannot send by itself', () => {
  test('has its bundles and receipts fetched with a key of the role PEER, which shows nothing else', async () => {
    const { hash, id, text } = newApiKey();
    const other = await exchangePair({
      ...{ city: { ...FLOW, push: undefined }, feeds: officeFeed(await second.start()), secrets: { PEER_TOKEN: text } },
      prefecture: (down) => ({
        ...FLOW,
        pull: { url: `${down}/graphql`, token: { env: 'PEER_TOKEN' }, everySeconds: 0.2 },
      }),
    });
    try {
      const db = openDatabase({ url: other.databases.city.url });
      await insertApiKey(db.write, {
        ...{ id, hash, name: 'the prefecture', department: null, peer: 'prefecture', roles: ['PEER'], scopes: [] },
        ...{ createdAt: new Date(), createdBy: 'tests', expiresAt: new Date('2099-01-01T00:00:00Z') },
      });
      await db.close();
      second.issue({ identifier: identifierOf(3), colour: 'Red', expiresAt: new Date(Date.now() + HOUR) });
      await until(
        () => ask<{ warnings: { edges: unknown[] } }>(other.prefecture.url, '{ warnings { edges { cursor } } }'),
        ({ warnings }) => warnings.edges.length === 1,
      );
      await until(
        () => ask<Handed>(other.city.url, `{ warning(id: "${identifierOf(3)}") { handovers { peer state } } }`),
        acted,
      );
      const response = await fetch(`${other.city.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${text}` },
        body: JSON.stringify({ query: '{ exchangeLog { edges { cursor } } }' }),
      });
      expect(JSON.stringify(await response.json())).toContain('FORBIDDEN');
    } finally {
      await other.stop();
    }
  });
});
