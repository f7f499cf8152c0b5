import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { fileStore as browsersFileStore } from '../client/src/index.js';
import {
  type ConnectOptions,
  connect,
  FeedStateChangedDocument,
  FenghuoError,
  fileStore,
  followWarnings,
  type Gap,
  type Hub,
  localStorageStore,
  MeDocument,
  memoryStore,
  type State,
  type SubscribeOptions,
  WarningChangedDocument,
  type WarningChangedSubscription,
  WarningsDocument,
} from '../client/src/node.js';
import { makeKeys } from './support/api-keys.js';
import { ADMIN_KEY, ask, startOfLog, subscribers, until } from './support/running-hub.js';
import { TcpProxy } from './support/tcp-proxy.js';
import { tempFolders } from './support/temp-folder.js';
import { WarningHub } from './support/warning-hub.js';

let hub: WarningHub;
beforeAll(async () => {
  hub = await WarningHub.open();
});
afterAll(() => hub.close());

const folders = tempFolders();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

const FAST = { token: ADMIN_KEY, backOff: { firstMs: 20, mostMs: 100 }, webSocketAgainMs: 60 };

/** A client, and the states it has told of. */
function open(options: Partial<ConnectOptions> = {}): { client: Hub; states: State[] } {
  const states: State[] = [];
  const client = connect({ url: `${hub.url}/graphql`, ...FAST, onState: (state) => states.push(state), ...options });
  ends.push(() => client.close());
  return { client, states };
}

/** Follows warnings into a list. `ended` resolves with why it ended. */
function follow(client: Hub, options: SubscribeOptions = {}): { seen: string[]; ended: Promise<unknown> } {
  const seen: string[] = [];
  const ended = client
    .subscribe(WarningChangedDocument, {}, options)
    .each(({ warningChanged }) => {
      seen.push(warningChanged.warning.identifier);
    })
    .catch((error: unknown) => error);
  return { seen, ended };
}

const toBe = <T>(read: () => T, wanted: (value: T) => boolean): Promise<T> => until(async () => read(), wanted);
const has = (seen: readonly string[], count: number): Promise<readonly string[]> =>
  toBe(
    () => seen,
    ({ length }) => length >= count,
  );
/** Waits until the client says that it is live over this transport. */
const live = (states: readonly State[], transport: 'websocket' | 'sse'): Promise<State | undefined> =>
  toBe(
    () => states.at(-1),
    (state) => state?.status === 'live' && state.transport === transport,
  );
const status = (states: readonly State[], wanted: State['status']): Promise<string | undefined> =>
  toBe(
    () => states.at(-1)?.status,
    (now) => now === wanted,
  );
/** Waits until this hub has so many live subscriptions. */
const standing = (count: number): Promise<number> =>
  until(
    () => subscribers(hub.url),
    (now) => now === count,
  );

const SHORT = 'subscription ($after: Cursor) { warningChanged(after: $after) { cursor warning { identifier } } }';

describe('warnings are followed across', () => {
  test('a hub that stops and comes back, and a client that ends and comes back: nothing is lost, nothing comes twice', async () => {
    const path = join(folders.make(), 'warnings.cursor');
    const { client, states } = open();
    const { seen } = follow(client, { store: fileStore(path) });
    await standing(1);
    const before = hub.issued.length;
    await hub.issue(3);
    await has(seen, 3);
    for (let round = 1; round <= 3; round += 1) {
      await hub.stop();
      await status(states, 'waiting');
      await hub.issue(4);
      await hub.start();
      await hub.issue(2);
      await has(seen, 3 + 6 * round);
    }
    client.close();
    expect(states.at(-1)).toEqual({ status: 'closed' });
    await hub.issue(3);
    const again = follow(open().client, { store: fileStore(path) });
    await has(again.seen, 3);
    await hub.issue();
    await has(again.seen, 4);
    expect([...seen, ...again.seen]).toEqual(hub.issued.slice(before));
  });

  test('a line that died without a word: an unanswered ping ends it', async () => {
    const proxy = await TcpProxy.before(hub.url);
    ends.push(() => proxy.close());
    const { client, states } = open({ url: `${proxy.url}graphql`, pingMs: 50, limitMs: 300 });
    const { seen } = follow(client);
    await live(states, 'websocket');
    await standing(1);
    proxy.mode = 'hang';
    const missed = await hub.issue(2);
    await status(states, 'waiting');
    proxy.mode = 'ok';
    await has(seen, 2);
    expect(seen).toEqual(missed);
  });

  test('a proxy that closes in good order, now and then', async () => {
    const relay = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    ends.push(() => relay.close());
    await once(relay, 'listening');
    relay.on('connection', (near) => {
      const far = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      near.on('message', (data) =>
        far.readyState === far.OPEN ? far.send(String(data)) : far.once('open', () => far.send(String(data))),
      );
      far.on('message', (data) => near.send(String(data)));
      near.on('close', () => far.close());
    });
    const before = hub.issued.length;
    const { client } = open({ url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}/graphql` });
    const store = memoryStore((await ask<{ currentCursor: string }>(hub.url, '{ currentCursor }')).currentCursor);
    const { seen } = follow(client, { store });
    for (let round = 1; round <= 3; round += 1) {
      await hub.issue(3);
      await has(seen, 3 * round);
      const again = once(relay, 'connection');
      for (const near of relay.clients) near.close(1000);
      await again;
    }
    await hub.issue();
    await has(seen, 10);
    expect(seen).toEqual(hub.issued.slice(before));
  });

  test('a proxy that lets no WebSocket through, by SSE; when it lets them through the client moves over', async () => {
    const proxy = await TcpProxy.before(hub.url);
    ends.push(() => proxy.close());
    proxy.refusesUpgrades = true;
    const { client, states } = open({ url: `${proxy.url}graphql` });
    const { seen } = follow(client);
    await live(states, 'sse');
    const before = hub.issued.length;
    await hub.issue(3);
    await has(seen, 3);
    await hub.stop();
    await status(states, 'waiting');
    await hub.issue(2);
    await hub.start();
    await has(seen, 5);
    expect(states.some((state) => state.status === 'live' && state.transport === 'websocket')).toBe(false);
    proxy.refusesUpgrades = false;
    await live(states, 'websocket');
    await hub.issue(2);
    await has(seen, 7);
    expect(seen).toEqual(hub.issued.slice(before));
  });
});

describe('a cursor', () => {
  test('is stored once the event was handled, not before: what fails comes again', async () => {
    const store = memoryStore(await startOfLog(hub.databaseUrl));
    const beginning = store.get();
    const failing = open().client.subscribe(WarningChangedDocument, {}, { store });
    await expect(
      failing.each(() => {
        throw new Error('the disk is full');
      }),
    ).rejects.toThrow('the disk is full');
    expect(store.get()).toBe(beginning);
    const had: { cursor: string; warning: { identifier: string } }[] = [];
    for await (const { warningChanged } of open().client.subscribe(WarningChangedDocument, {}, { store })) {
      had.push(warningChanged);
      // Asking for the second has stored the first.
      expect(store.get()).toBe(had.length === 1 ? beginning : had[0]?.cursor);
      if (had.length === 2) break;
    }
    expect(had.map(({ warning }) => warning.identifier)).toEqual(hub.issued.slice(0, 2));
  });

  test('that the hub no longer holds is told as a gap, then what is in force, then what follows', async () => {
    const store = memoryStore('gone:5');
    const told: (Gap | string)[] = [];
    const { client } = open();
    const following = followWarnings(client, {
      store,
      onGap: (gap) => void told.push(gap),
      onCurrent: (warnings) => void told.push(`${warnings.length} in force`),
    });
    void following.each(({ warningChanged }) => void told.push(warningChanged.warning.identifier));
    await toBe(
      () => told,
      ({ length }) => length >= 2,
    );
    const inForce = hub.issued.length;
    const [next] = await hub.issue();
    await toBe(
      () => told,
      ({ length }) => length >= 3,
    );
    const [gap, ...rest] = told as [Gap, ...string[]];
    expect(gap).toMatchObject({ reason: 'CURSOR_EXPIRED', lost: 'gone:5' });
    expect(rest).toEqual([`${inForce} in force`, next]);
    expect(store.get()).not.toBe(gap.from);
  });

  test('that was never had is taken before the present state is read: nothing falls in between', async () => {
    const store = memoryStore();
    const { client } = open();
    const meanwhile: string[] = [];
    const seen: string[] = [];
    const refresh = async (): Promise<void> => {
      meanwhile.push(...(await hub.issue(2)));
    };
    void client
      .subscribe(WarningChangedDocument, {}, { store, refresh })
      .each(({ warningChanged }) => void seen.push(warningChanged.warning.identifier));
    await has(seen, 2);
    expect(seen).toEqual(meanwhile);
  });

  test('is nothing that observations and feeds have: being cut off is told as a gap', async () => {
    const gaps: Gap[] = [];
    const { client } = open();
    void client.subscribe(FeedStateChangedDocument, {}, { onGap: (gap) => void gaps.push(gap) }).each(() => {});
    await standing(1);
    await hub.stop();
    await hub.start();
    await toBe(
      () => gaps,
      ({ length }) => length > 0,
    );
    expect(gaps[0]).toMatchObject({ reason: 'NO_CURSOR', lost: null });
  });

  test('has to be asked for by a subscription that continues after one', async () => {
    const { client } = open();
    const document = 'subscription ($after: Cursor) { warningChanged(after: $after) { kind } }';
    const store = memoryStore(await startOfLog(hub.databaseUrl));
    const { each } = client.subscribe(document, {}, { store });
    await expect(each(() => {})).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  test('is kept by every store', async () => {
    const path = join(folders.make(), 'x.cursor');
    const values = new Map<string, string>();
    const storage = {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    };
    for (const make of [() => fileStore(path), () => localStorageStore('x', storage)]) {
      expect(await make().get()).toBeNull();
      await make().set('a:1');
      await make().set('a:2');
      expect(await make().get()).toBe('a:2');
    }
    expect(readFileSync(path, 'utf8')).toBe('a:2\n');
    expect(() => browsersFileStore(path)).toThrow('in a browser take localStorageStore');
  });
});

describe('a credential', () => {
  const revoke = (key: string) =>
    ask(hub.url, 'mutation ($id: ID!) { revokeApiKey(id: $id) { id } }', { id: key.split('_')[1] ?? '' });

  test('that is revoked ends what was followed, says so, and is not sent again', async () => {
    const proxy = await TcpProxy.before(hub.url);
    ends.push(() => proxy.close());
    for (const refusesUpgrades of [false, true]) {
      proxy.refusesUpgrades = refusesUpgrades;
      const [key = ''] = await makeKeys(hub.databaseUrl, {});
      const { client, states } = open({ url: `${proxy.url}graphql`, token: key });
      const { ended } = follow(client);
      await live(states, refusesUpgrades ? 'sse' : 'websocket');
      await standing(1);
      await revoke(key);
      expect(await ended).toMatchObject({ code: 'UNAUTHENTICATED', again: false });
      expect(states.at(-1)?.status).toBe('refused');
      const { connections } = proxy;
      await expect(client.query(MeDocument)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(await follow(client).ended).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(proxy.connections).toBe(connections);
      client.close();
    }
  });

  test('that a function renews costs nothing: it goes on behind the last cursor', async () => {
    const keys = await makeKeys(hub.databaseUrl, {}, {});
    const asked: (string | undefined)[] = [];
    const token = (refused?: string): string | undefined => {
      asked.push(refused);
      return refused === keys[0] ? keys[1] : keys[0];
    };
    const { client, states } = open({ token });
    const { seen } = follow(client);
    await live(states, 'websocket');
    await standing(1);
    await hub.issue();
    await has(seen, 1);
    await revoke(keys[0] as string);
    const [missed] = await hub.issue();
    await has(seen, 2);
    expect(seen[1]).toBe(missed);
    expect(asked).toContain(keys[0]);
    expect((await client.query(MeDocument)).me.id).toContain(keys[1]?.split('_')[1]);
  });

  test('that is always another wrong one is not tried for ever', async () => {
    let made = 0;
    const token = (): string => {
      made += 1;
      return `fh_${String(made).padStart(16, '0')}_${'x'.repeat(43)}`;
    };
    const { client, states } = open({ token });
    const end = await follow(client).ended;
    expect(end).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(inspect(end, { depth: 9 })).not.toMatch(/WebSocket|_socket/);
    expect(states.at(-1)?.status).toBe('refused');
    expect(made).toBeLessThanOrEqual(4);
  });
});

describe('one answer', () => {
  test('is typed, and its errors have the code of the hub', async () => {
    const { client } = open();
    const { warnings } = await client.query(WarningsDocument, { first: 1 });
    expect(warnings.edges[0]?.node.headline).toBe('暴雨黄色预警信号');
    const wrong = client.query(WarningsDocument, { first: 1000 });
    await expect(wrong).rejects.toThrow(FenghuoError);
    await expect(wrong).rejects.toMatchObject({ code: 'BAD_INPUT', again: false });
  });

  test('is asked of a whole address; what is none is refused at once', () => {
    expect(() => connect({ url: '127.0.0.1:4000' })).toThrow(/^url: "127\.0\.0\.1:4000" is no address like https:/);
  });

  test('of something else than a hub is told with its address', async () => {
    const { client } = open({ url: `${hub.url}/nowhere` });
    await expect(client.query(MeDocument)).rejects.toThrow(`is ${hub.url}/nowhere its address?`);
  });

  test('that does not come in time is UNREACHABLE', async () => {
    const proxy = await TcpProxy.before(hub.url);
    ends.push(() => proxy.close());
    proxy.mode = 'hang';
    const { client } = open({ url: `${proxy.url}graphql`, limitMs: 100 });
    await expect(client.query(MeDocument)).rejects.toMatchObject({ code: 'UNREACHABLE', again: true });
  });
});

// Last: what it issues would make every other test longer.
test('a consumer that takes its time loses nothing, and holds up no more than a bound', async () => {
  await hub.issue(550);
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const seen: string[] = [];
  const { client, states } = open();
  const store = memoryStore(await startOfLog(hub.databaseUrl));
  void client.subscribe<WarningChangedSubscription, object>(SHORT, {}, { store }).each(async ({ warningChanged }) => {
    seen.push(warningChanged.warning.identifier);
    await held;
  });
  // It has let the hub go, instead of holding what comes without a bound.
  await live(states, 'websocket');
  await standing(0);
  release();
  await has(seen, hub.issued.length);
  expect(seen).toEqual(hub.issued);
});
