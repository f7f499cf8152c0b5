import { afterEach, expect, test } from '@jest/globals';
import { migratedDatabase } from './support/database.js';
import { rounds } from './support/long-run.js';
import { ask, reader, spawnHub, startOfLog, until } from './support/running-hub.js';
import { type Subscriber, subscribe } from './support/subscriber.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Change {
  warningChanged: { cursor: string; warning: { identifier: string } };
}
const CHANGES = 'subscription ($after: Cursor) { warningChanged(after: $after) { cursor warning { identifier } } }';

test('a hub killed with -9 again and again loses and doubles no warning for subscribers that come back with their cursor', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  let issued = 0;
  const issue = (count: number): void => {
    for (let i = 0; i < count; i += 1) {
      issued += 1;
      office.issue({ identifier: identifierOf(issued), sentAt: new Date(Date.now() - 60_000) });
    }
  };

  issue(5);
  const beginning = await startOfLog(database.url);
  const clients = [0, 1, 2].map((): Client => ({ cursor: beginning, seen: [] }));
  for (let round = 0; round < rounds(2, 4); round += 1) {
    const hub = await spawnHub({ DATABASE_URL: database.url }, officeFeed(folder));
    const subscribers = clients.map(({ cursor }) => subscribe<Change>(hub.url, CHANGES, { after: cursor }, reader));
    issue(10);
    // Each client is cut off at another point of the stream; the hub dies while it is taking in more.
    await Promise.all(clients.map((client, i) => take(client, subscribers[i] as Subscriber<Change>, 2 + 3 * i)));
    issue(5);
    await hub.kill('SIGKILL');
    for (const [i, subscriber] of subscribers.entries()) {
      note(clients[i] as Client, subscriber.pending());
      await subscriber.close();
    }
  }
  const hub = await spawnHub({ DATABASE_URL: database.url }, officeFeed(folder));
  ends.push(() => hub.kill('SIGKILL'));
  const last = clients.map(({ cursor }) => subscribe<Change>(hub.url, CHANGES, { after: cursor }, reader));
  await Promise.all(
    clients.map((client, i) => take(client, last[i] as Subscriber<Change>, issued - client.seen.length)),
  );
  await until(
    () => ask<{ warnings: { edges: unknown[] } }>(hub.url, '{ warnings(first: 200) { edges { cursor } } }'),
    ({ warnings }) => warnings.edges.length === issued,
  );
  const all = Array.from({ length: issued }, (_, n) => identifierOf(n + 1)).sort();
  for (const client of clients) expect([...client.seen].sort()).toEqual(all);
  expect(clients[1]?.seen).toEqual(clients[0]?.seen);
  expect(last.flatMap((subscriber) => subscriber.pending())).toEqual([]);
  await Promise.all(last.map((subscriber) => subscriber.close()));
}, 120_000);

interface Client {
  cursor: string;
  seen: string[];
}

function note(client: Client, changes: readonly Change[]): void {
  for (const { warningChanged } of changes) {
    client.cursor = warningChanged.cursor;
    client.seen.push(warningChanged.warning.identifier);
  }
}

async function take(client: Client, subscriber: Subscriber<Change>, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) note(client, [await subscriber.next(20_000)]);
}
