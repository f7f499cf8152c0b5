import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { entries, entry, HandBus, LogWorld, takeKeys } from '../tests/support/log-world.js';
import { TcpProxy } from '../tests/support/tcp-proxy.js';
import { PostgresBus } from './bus-postgres.js';

const keys = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => String(from + n));

describe('while the database is away', () => {
  let world: LogWorld;
  let proxy: TcpProxy & { readonly url: string };
  beforeEach(async () => {
    world = await LogWorld.open();
    proxy = await TcpProxy.before(world.url);
    world.onEnd(() => proxy.close());
  });
  afterEach(() => world.end());

  test.each(['cut', 'hang'] as const)('(%s) subscribers stay, and get everything once it is back', async (mode) => {
    const hub = await world.hub({ url: proxy.url, heartbeatMs: 200, statementTimeoutMs: 500 });
    await world.append(...entries(300));
    const live = await hub.subscribe('warning');
    const replaying = await hub.subscribe('warning', { after: `${await world.epoch()}:0` });
    const one = takeKeys(live, 51);
    expect(await takeKeys(replaying, 1)).toEqual(['0']);
    await world.append(entry('300'));
    expect(await takeKeys(replaying, 1)).toEqual(['1']);
    proxy.mode = mode;
    await expect(hub.subscribe('warning')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    for (let i = 301; i < 351; i += 10) await world.append(...entries(10, i));
    const rest = takeKeys(replaying, 349);
    proxy.mode = 'ok';
    expect(await one).toEqual(keys(300, 351));
    expect(await rest).toEqual(keys(2, 351));
  });

  test.each([
    'cut',
    'hang',
  ] as const)('(%s) stop() ends within three seconds, and every iterator with it', async (mode) => {
    const hub = await world.hub({ url: proxy.url, heartbeatMs: 100, statementTimeoutMs: 500 });
    const waiting = (await hub.subscribe('warning')).next();
    proxy.mode = mode;
    await expect(hub.subscribe('warning')).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    const from = performance.now();
    await hub.stop();
    expect(performance.now() - from).toBeLessThan(3000);
    expect((await waiting).done).toBe(true);
  });
});

describe('the wake-up', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  test('comes when LISTEN is in force, and with every commit', async () => {
    const bus = new PostgresBus({ url: world.url });
    world.onEnd(() => bus.stop());
    let wakes = 0;
    let woken = (): void => {};
    const next = (): Promise<void> =>
      new Promise((resolve) => {
        woken = resolve;
      });
    const first = next();
    bus.start(() => {
      wakes += 1;
      woken();
    });
    await first;
    const second = next();
    await world.append(entry('a'));
    await second;
    expect(wakes).toBe(2);
  });

  test('that never comes is replaced by the heartbeat, which also has the connection renewed', async () => {
    const bus = new HandBus();
    const hub = await world.hub({ bus, heartbeatMs: 50 });
    const live = await hub.subscribe('warning');
    const waiting = live.next();
    await world.append(entry('a'));
    expect((await waiting).value.entry.key).toBe('a');
    expect(bus.renewed).toBe(1);
  });

  test('a start against a server that is not there yet succeeds later by itself', async () => {
    const proxy = await TcpProxy.before(world.url);
    world.onEnd(() => proxy.close());
    proxy.mode = 'cut';
    const bus = new PostgresBus({ url: proxy.url, retryMs: 20 });
    world.onEnd(() => bus.stop());
    const woken = new Promise<void>((resolve) => bus.start(resolve));
    proxy.mode = 'ok';
    await woken;
  });
});
