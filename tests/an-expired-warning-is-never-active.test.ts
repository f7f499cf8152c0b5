import { afterEach, describe, expect, test } from '@jest/globals';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { ask, reader, startHub, startOfLog, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Change {
  warningChanged: { cursor: string; kind: string; warning: { identifier: string; state: string } };
}
const CHANGES =
  'subscription ($after: Cursor) { warningChanged(after: $after) { cursor kind warning { identifier state } } }';
const stateOf = async (url: string, id: string): Promise<string | undefined> =>
  (await ask<{ warning: { state: string } | null }>(url, 'query ($id: ID!) { warning(id: $id) { state } }', { id }))
    .warning?.state;
const active = async (url: string): Promise<string[]> =>
  (
    await ask<{ warnings: { edges: { node: { identifier: string } }[] } }>(
      url,
      '{ warnings { edges { node { identifier } } } }',
    )
  ).warnings.edges.map(({ node }) => node.identifier);

async function world(): Promise<{ database: TestDatabase; office: WarningOffice; folder: string }> {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const office = new WarningOffice();
  const folder = await office.start();
  ends.push(() => office.stop());
  return { database, office, folder };
}

describe('a warning ends by itself', () => {
  test('at its moment, exactly once, while its source is silent', async () => {
    const { database, office, folder } = await world();
    const hub = await startHub(database.url, officeFeed(folder));
    ends.push(() => hub.stop());
    const live = subscribe<Change>(hub.url, CHANGES, {}, reader);
    ends.push(() => live.close());
    const id = identifierOf(1);
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 4000);
    office.issue({ identifier: id, sentAt: new Date(Date.now() - 60_000), expiresAt });
    expect((await live.next()).warningChanged).toMatchObject({
      kind: 'ISSUED',
      warning: { identifier: id, state: 'ACTIVE' },
    });
    await office.stop();
    const { kind, warning } = (await live.next()).warningChanged;
    expect([kind, warning.state, Date.now() >= expiresAt.getTime()]).toEqual(['EXPIRED', 'EXPIRED', true]);
    expect(await active(hub.url)).toEqual([]);
    expect(live.pending()).toEqual([]);
  });

  test('also when the hub was down at that moment: told exactly once after it is back, by two hubs as by one', async () => {
    const { database, office, folder } = await world();
    const id = identifierOf(1);
    const sentAt = new Date();
    const expiresAt = new Date(sentAt.getTime() + 3_600_000);
    office.issue({ identifier: id, sentAt: new Date(sentAt.getTime() - 60_000), expiresAt });
    const beginning = await startOfLog(database.url);
    const first = await startHub(database.url, officeFeed(folder));
    const live = subscribe<Change>(first.url, CHANGES, { after: beginning }, reader);
    const { cursor, kind } = (await live.next()).warningChanged;
    expect(kind).toBe('ISSUED');
    await live.close();
    await first.stop();
    await office.stop();
    const later = (): Date => new Date(Date.now() + 2 * 3_600_000);
    const hubs = await Promise.all([
      startHub(database.url, '', { now: later }),
      startHub(database.url, '', { now: later }),
    ]);
    ends.push(() => Promise.all(hubs.map((hub) => hub.stop())));
    for (const hub of hubs) expect(await active(hub.url)).toEqual([]);
    const [one] = hubs;
    const resumed = subscribe<Change>(one?.url ?? '', CHANGES, { after: cursor }, reader);
    ends.push(() => resumed.close());
    expect((await resumed.next()).warningChanged).toMatchObject({
      kind: 'EXPIRED',
      warning: { identifier: id, state: 'EXPIRED' },
    });
    await until(
      () => stateOf(one?.url ?? '', id),
      (state) => state === 'EXPIRED',
    );
    expect(resumed.pending()).toEqual([]);
  });

  test('one whose message arrives after its end fills history and is never announced', async () => {
    const { database, office, folder } = await world();
    const hub = await startHub(database.url, officeFeed(folder));
    ends.push(() => hub.stop());
    const live = subscribe<Change>(hub.url, CHANGES, {}, reader);
    ends.push(() => live.close());
    const [old, fresh] = [identifierOf(1), identifierOf(2)];
    office.issue({
      identifier: old,
      sentAt: new Date(Date.now() - 7_200_000),
      expiresAt: new Date(Date.now() - 3_600_000),
    });
    await until(
      () => stateOf(hub.url, old),
      (state) => state === 'EXPIRED',
    );
    office.issue({ identifier: fresh, sentAt: new Date(Date.now() - 60_000) });
    expect((await live.next()).warningChanged.warning.identifier).toBe(fresh);
    expect(await active(hub.url)).toEqual([fresh]);
  });
});
