import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ChannelWorld, snapshot } from './support/channel-world.js';
import { ask, type HubChild, spawnHub, until } from './support/running-hub.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const KEY = 'a key that both sides have';
let world: ChannelWorld;
let receiver: WebhookReceiver;
const children: HubChild[] = [];
beforeAll(async () => {
  world = await ChannelWorld.open();
  receiver = new WebhookReceiver(KEY);
  await receiver.open();
});
afterAll(async () => {
  for (const { child } of children) child.kill('SIGKILL');
  await world.end();
  await receiver.close();
});

async function hub(): Promise<HubChild> {
  const child = await spawnHub(
    { DATABASE_URL: world.log.url, HOOK_KEY: KEY },
    ` {}\nchannels:\n  hook: { kind: webhook, url: "${receiver.url}", key: { env: HOOK_KEY }, timeoutMs: 2000, concurrency: 2 }`,
  );
  children.push(child);
  return child;
}

test('killed in the middle of calls and away while warnings come, it sends each of them, under one id each', async () => {
  const first = await hub();
  // Two calls are taken by the receiver and never answered: the hub dies over them.
  receiver.answer = () => ({ status: 'hang' });
  for (const name of ['A', 'B', 'C']) await world.tell('ISSUED', snapshot(name));
  await receiver.heard(2);
  await until(
    () => world.ledger('hook'),
    (rows) => rows.length === 3,
  );
  await first.kill('SIGKILL');
  for (const name of ['D', 'E']) await world.tell('ISSUED', snapshot(name));
  await world.tell('CANCELLED', snapshot('B', { state: 'CANCELLED' }));
  expect((await world.ledger('hook')).map(({ identifier, state }) => `${identifier} ${state}`)).toEqual([
    'A QUEUED',
    'B QUEUED',
    'C QUEUED',
  ]);
  receiver.answer = () => ({ status: 200 });
  const second = await hub();
  const rows = await until(
    () => world.ledger('hook'),
    (found) => found.length === 6 && found.every(({ state }) => state !== 'QUEUED'),
  );
  expect(rows.map(({ identifier, kind, state }) => `${identifier} ${kind} ${state}`)).toEqual([
    'A ISSUED DELIVERED',
    // It may have arrived, so it is taken back aloud.
    'B ISSUED EXPIRED',
    'C ISSUED DELIVERED',
    'D ISSUED DELIVERED',
    'E ISSUED DELIVERED',
    'B CANCELLED DELIVERED',
  ]);
  const ids = new Map<string, Set<string>>();
  for (const { id, body } of receiver.calls) {
    const name = `${body.warning.identifier} ${body.kind}`;
    ids.set(name, (ids.get(name) ?? new Set()).add(id));
  }
  expect([...ids].map(([name, own]) => [name, own.size]).sort()).toEqual(
    ['A ISSUED', 'B ISSUED', 'B CANCELLED', 'C ISSUED', 'D ISSUED', 'E ISSUED'].sort().map((name) => [name, 1]),
  );
  // Control: at least one call was made twice, so it is the id that keeps receivers from taking a warning twice.
  expect(receiver.calls.length).toBeGreaterThan(ids.size);
  const { warningDeliveries } = await ask<{ warningDeliveries: { edges: unknown[] } }>(
    second.url,
    '{ warningDeliveries(filter: { states: [DELIVERED] }) { edges { node { id } } } }',
  );
  expect(warningDeliveries.edges.length).toBe(5);
  const metrics = await (await fetch(`${second.url}/metrics`)).text();
  expect(metrics).toMatch(/fenghuo_channel_events_total\{channel="hook",event="delivered"\} 5/);
  expect(metrics).toMatch(/fenghuo_channel_off\{channel="hook"\} 0/);
  await second.kill('SIGTERM');
}, 60_000);
