import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Outbound } from '../connectors/outbound.js';
import { ChannelWorld, snapshot, wrapped } from './support/channel-world.js';
import { until } from './support/running-hub.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const KEY = 'a key that both sides have';
let world: ChannelWorld;
let receiver: WebhookReceiver;
beforeEach(async () => {
  world = await ChannelWorld.open();
  receiver = new WebhookReceiver(KEY);
  await receiver.open();
});
afterEach(async () => {
  await world.end();
  await receiver.close();
});

const hook = (more: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'webhook',
  url: receiver.url,
  key: KEY,
  ...more,
});
const states = async (channel?: string): Promise<string[]> =>
  (await world.ledger(channel)).map(({ identifier, kind, state }) => `${identifier} ${kind} ${state}`);
const settled = (channel: string, wanted: readonly string[]) =>
  until(
    () => states(channel),
    (found) => JSON.stringify(found) === JSON.stringify(wanted),
    8000,
  );

describe('a webhook', () => {
  test('gets each change once, signed, in order, with the whole warning and the place in the log', async () => {
    await world.run('school', hook());
    await world.tell('ISSUED', snapshot('A'));
    await receiver.heard(1);
    await world.tell('UPDATED', snapshot('A', { level: 'ORANGE', revision: 1 }));
    await receiver.heard(2);
    await world.tell('CANCELLED', snapshot('A', { state: 'CANCELLED', cancelledAt: new Date().toISOString() }));
    await settled('school', ['A ISSUED DELIVERED', 'A UPDATED DELIVERED', 'A CANCELLED DELIVERED']);
    expect(receiver.calls.map(({ body, valid }) => [body.kind, body.warning.identifier, valid])).toEqual([
      ['ISSUED', 'A', true],
      ['UPDATED', 'A', true],
      ['CANCELLED', 'A', true],
    ]);
    expect(new Set(receiver.calls.map(({ id }) => id)).size).toBe(3);
    expect(receiver.calls[0]?.body).toMatchObject({
      delivery: receiver.calls[0]?.id,
      channel: 'school',
      exercise: false,
      label: '',
      cursor: `${await world.log.epoch()}:1`,
      warning: { level: 'YELLOW', divisionCodes: ['654202'], texts: [{ headline: '暴雨黄色预警信号' }] },
    });
    // Expiry was said in the message itself: nothing goes out for it.
    await world.tell('ISSUED', snapshot('B'));
    await receiver.heard(4);
    await settled('school', [
      ...['A ISSUED DELIVERED', 'A UPDATED DELIVERED', 'A CANCELLED DELIVERED', 'B ISSUED DELIVERED'],
    ]);
    await world.tell('EXPIRED', snapshot('B', { state: 'EXPIRED' }));
    await world.tell('ISSUED', snapshot('C'));
    await receiver.heard(5);
    expect(receiver.calls.map(({ body }) => body.kind)).toEqual(['ISSUED', 'UPDATED', 'CANCELLED', 'ISSUED', 'ISSUED']);
  });

  test('that is down gets what it missed once it is back, under the same id, and only what still holds', async () => {
    await receiver.close();
    await world.run('down', hook());
    await world.tell('ISSUED', snapshot('kept'));
    await world.tell('ISSUED', snapshot('taken-back'));
    await world.tell('ISSUED', snapshot('short', { expiresAt: new Date(Date.now() + 700).toISOString() }));
    await world.tell('ISSUED', snapshot('old'));
    await until(
      () => world.ledger('down'),
      (rows) => rows.length === 4 && rows.some(({ attempts }) => attempts > 1),
    );
    // One that was tried may have arrived, one that was not cannot: only the first is taken back aloud.
    await world.tell('CANCELLED', snapshot('taken-back', { state: 'CANCELLED' }));
    await world.tell('ISSUED', snapshot('old', { state: 'SUPERSEDED', supersededById: 'new' }));
    await world.log.db.write.query(
      `UPDATE warning SET state = 'SUPERSEDED', superseded_by = 'new' WHERE identifier = 'old'`,
    );
    await world.tell('UPDATED', snapshot('new'));
    await until(
      () => states('down'),
      (found) => found.includes('short ISSUED EXPIRED'),
    );
    await receiver.open();
    const found = await until(
      () => world.ledger('down'),
      (rows) => rows.every(({ state }) => state !== 'QUEUED'),
    );
    const went = (identifier: string) =>
      found.filter((row) => row.identifier === identifier).map(({ kind, state }) => `${kind} ${state}`);
    expect(went('kept')).toEqual(['ISSUED DELIVERED']);
    expect(went('new')).toEqual(['UPDATED DELIVERED']);
    expect(went('short')).toEqual(['ISSUED EXPIRED']);
    expect(went('old')[0]).toBe('ISSUED EXPIRED');
    expect(went('taken-back')[0]).toBe('ISSUED EXPIRED');
    expect(
      receiver.calls.filter(({ body }) => ['short', 'old'].includes(body.warning.identifier) && body.kind === 'ISSUED'),
    ).toEqual([]);
    expect(found.find(({ identifier }) => identifier === 'kept')?.attempts).toBeGreaterThan(1);
    expect(world.events.some(([, event]) => event === 'set-aside')).toBe(false);
  });

  test('says what becomes of a delivery by its status: 202 is handed over, 4xx is refused and set aside, 503 waits as told', async () => {
    const answers: Record<string, { status: number; headers?: Record<string, string>; body?: string }> = {
      taken: { status: 202, body: '{"receipt":"R-7"}' },
      bad: { status: 422 },
      moved: { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    };
    let busy = true;
    receiver.answer = ({ body }) => {
      if (body.warning.identifier !== 'busy') return answers[body.warning.identifier] ?? { status: 200 };
      return busy ? { status: 503, headers: { 'retry-after': '1' } } : { status: 200 };
    };
    await world.run('school', hook());
    for (const name of ['taken', 'bad', 'moved']) await world.tell('ISSUED', snapshot(name));
    await settled('school', ['taken ISSUED SENT', 'bad ISSUED FAILED', 'moved ISSUED FAILED']);
    const [, bad, moved] = await world.ledger('school');
    expect([bad?.attempts, bad?.lastError]).toEqual([3, 'answered 422']);
    expect(moved?.lastError).toBe('answered 302, a redirect, which is not followed');
    expect(world.events.filter(([, event]) => event === 'set-aside').length).toBe(2);
    const asked = Date.now();
    await world.tell('ISSUED', snapshot('busy'));
    const before = receiver.calls.length;
    await receiver.heard(before + 1);
    busy = false;
    await receiver.heard(before + 2);
    expect(Date.now() - asked).toBeGreaterThan(900);
  });

  test('that answers 410 is off until its address changes, and everything waits', async () => {
    receiver.answer = () => ({ status: 410 });
    const runtime = await world.run('school', hook());
    await world.tell('ISSUED', snapshot('A'));
    await until(async () => runtime.off, Boolean);
    await world.tell('ISSUED', snapshot('B'));
    await settled('school', ['A ISSUED QUEUED', 'B ISSUED QUEUED']);
    expect(receiver.calls.length).toBe(1);
    await world.stop(runtime);
    const again = await world.run('school', hook());
    await until(async () => again.off, Boolean);
    expect(receiver.calls.length).toBe(1);
    await world.stop(again);
    receiver.answer = () => ({ status: 200 });
    await world.run('school', hook({ url: receiver.url.replace('/warnings', '/elsewhere') }));
    await settled('school', ['A ISSUED DELIVERED', 'B ISSUED DELIVERED']);
  });

  test('is confined by hub.outbound.allow, and told apart from a link that is broken', async () => {
    const outbound = new Outbound(['10.9.9.9:443']);
    await world.run('school', hook(), { dial: outbound });
    await world.tell('ISSUED', snapshot('A'));
    const [row] = await until(
      () => world.ledger('school'),
      (rows) => (rows[0]?.attempts ?? 0) > 1,
    );
    expect(row?.lastError).toMatch(/is not called: 127.0.0.1:\d+ is not in hub.outbound.allow/);
    expect(receiver.calls).toEqual([]);
    // Control: the same list with the address lets it through.
    outbound.allow(['127.0.0.1:*']);
    await settled('school', ['A ISSUED DELIVERED']);
  });

  test('that never answers costs its own time only: another channel has it at once', async () => {
    receiver.answer = () => ({ status: 'hang' });
    const other = new WebhookReceiver(KEY);
    await other.open();
    try {
      const limitMs = 10_000;
      await world.run('stuck', hook({ timeoutMs: limitMs }));
      await world.run('quick', hook({ url: other.url }));
      const startedAt = Date.now();
      for (const name of ['A', 'B', 'C']) await world.tell('ISSUED', snapshot(name));
      await other.heard(3);
      expect(Date.now() - startedAt).toBeLessThan(limitMs);
      expect((await states('stuck')).filter((state) => state.endsWith('DELIVERED'))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('nothing is lost and nothing is doubled', () => {
  test('two processes over one database send each delivery once, whichever is quicker', async () => {
    await world.run('school', hook());
    await world.run('school', hook());
    for (let n = 0; n < 20; n += 1) await world.tell('ISSUED', snapshot(`W${n}`));
    await until(
      () => states('school'),
      (found) => found.length === 20 && found.every((state) => state.endsWith('DELIVERED')),
    );
    expect(receiver.calls.length).toBe(20);
    expect(new Set(receiver.calls.map(({ body }) => body.warning.identifier)).size).toBe(20);
  });

  test('a channel that is new begins with what is in force; one that was away catches up from its place', async () => {
    await world.tell('ISSUED', snapshot('before'));
    await world.tell('CANCELLED', snapshot('over', { state: 'CANCELLED' }));
    const first = await world.run('school', hook());
    await settled('school', ['before ISSUED DELIVERED']);
    await world.stop(first);
    await world.tell('ISSUED', snapshot('meanwhile'));
    await world.tell('CANCELLED', snapshot('before', { state: 'CANCELLED' }));
    await world.run('school', hook());
    await settled('school', ['before ISSUED DELIVERED', 'meanwhile ISSUED DELIVERED', 'before CANCELLED DELIVERED']);
    expect(receiver.calls.length).toBe(3);
  });

  test('a log that was made anew is told as a gap, and what is in force goes out all the same', async () => {
    const first = await world.run('school', hook());
    await world.tell('ISSUED', snapshot('A'));
    await receiver.heard(1);
    await settled('school', ['A ISSUED DELIVERED']);
    await world.stop(first);
    await world.log.db.write.query(`UPDATE log_head SET epoch = 'anew00000000'`);
    await world.tell('ISSUED', snapshot('B'));
    await world.run('school', hook());
    await settled('school', ['A ISSUED DELIVERED', 'B ISSUED DELIVERED']);
    expect(world.events.filter(([, event]) => event === 'gap').length).toBe(1);
  });

  test('with nothing queued a channel sends no statement of its own, and none of its deliveries', async () => {
    await world.run('school', hook());
    await world.tell('ISSUED', snapshot('A'));
    await settled('school', ['A ISSUED DELIVERED']);
    await new Promise((resolve) => setTimeout(resolve, 400));
    world.statements.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(world.statements).toEqual([]);
  });

  test('control: a call that ends without a word is made again, which the receiver sees by the id', async () => {
    let first = true;
    await world.run('school', hook(), {
      kind: wrapped((channel) => ({
        address: channel.address,
        batch: channel.batch,
        send: async (change, to, context) => {
          const outcomes = await channel.send(change, to, context);
          if (!first) return outcomes;
          first = false;
          throw new Error('the answer is lost');
        },
      })),
    });
    await world.tell('ISSUED', snapshot('A'));
    await receiver.heard(2);
    await settled('school', ['A ISSUED DELIVERED']);
    expect(new Set(receiver.calls.map(({ id }) => id)).size).toBe(1);
  });
});
