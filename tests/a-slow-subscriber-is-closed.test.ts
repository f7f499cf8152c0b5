import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { appendEntries } from '../events/log.js';
import { openDatabase } from '../prisma/database.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, reader, startHub, subscribers, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const CHANGES = 'subscription { warningChanged { cursor warning { identifier description } } }';

test('a warning subscriber that does not read is closed with a code that tells it to come back, and others are not held up', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const hub = await startHub(database.url);
  ends.push(() => hub.stop());
  const stuck = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  ends.push(async () => stuck.terminate());
  await once(stuck, 'open');
  stuck.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${ADMIN_KEY}` } }));
  await once(stuck, 'message');
  stuck.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: CHANGES } }));
  const quick = subscribe<{ warningChanged: { warning: { identifier: string } } }>(hub.url, CHANGES, {}, reader);
  ends.push(() => quick.close());
  await until(
    () => subscribers(hub.url),
    (count) => count === 2,
  );
  stuck.pause();

  const db = openDatabase({ url: database.url });
  ends.push(() => db.close());
  const total = 4000;
  const quickSaw = (async () => {
    for (let n = 0; n < total; n += 1)
      expect((await quick.next(30_000)).warningChanged.warning.identifier).toBe(String(n));
  })();
  // Some kilobytes each: more than any socket's buffers take.
  for (let n = 0; n < total; n += 100)
    await db.transaction((client) =>
      appendEntries(
        client,
        Array.from({ length: 100 }, (_, i) => bigWarning(String(n + i))),
      ),
    );
  await quickSaw;
  await until(
    () => subscribers(hub.url),
    (count) => count === 1,
  );
  const closed = once(stuck, 'close') as Promise<[number, Buffer]>;
  stuck.resume();
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([4290, 'too slow: come back with your last cursor']);
});

const bigWarning = (identifier: string) => ({
  topic: 'warning' as const,
  key: identifier,
  at: new Date(),
  payload: {
    kind: 'ISSUED' as const,
    warning: {
      identifier,
      departmentCode: 'WEATHER',
      feedId: null,
      hazardCode: '11B03',
      level: 'BLUE' as const,
      state: 'ACTIVE' as const,
      status: 'EXERCISE' as const,
      issuedAt: '2026-01-01T00:00:00.000Z',
      effectiveAt: null,
      onsetAt: null,
      expiresAt: '2099-01-01T00:00:00.000Z',
      cancelledAt: null,
      receivedAt: '2026-01-01T00:00:00.000Z',
      divisionCodes: ['654202'],
      area: null,
      revision: 0,
      supersededById: null,
      texts: [
        {
          language: 'zh-CN',
          hazard: '暴雨',
          senderName: '',
          headline: '',
          description: '雨'.repeat(3000),
          instruction: null,
        },
      ],
    },
  },
});
