import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { released } from '../channels/rule.js';
import { readPackage } from '../connectors/shared/codecs/ebd-package.js';
import { SmsGateway } from '../demo/sms-gateway.js';
import type { WarningSnapshot } from '../model/entry.js';
import { WARNING_STATES, WARNING_STATUSES } from '../model/warning.js';
import { channelKinds } from '../server/channels/kinds.js';
import { ChannelWorld, snapshot } from './support/channel-world.js';
import { until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const KEY = 'a key that both sides have, and long enough';
const folders = tempFolders();

/** Every kind with an other side of its own: what it was set up with, and all that arrived there, as text. */
interface Side {
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly arrived: () => string[];
  readonly close: () => Promise<void>;
}
async function sideOf(kind: string): Promise<Side> {
  if (kind === 'webhook') {
    const receiver = new WebhookReceiver(KEY);
    await receiver.open();
    return {
      kind,
      settings: { kind, url: receiver.url, key: KEY },
      arrived: () => receiver.calls.map(({ body }) => JSON.stringify(body)),
      close: () => receiver.close(),
    };
  }
  if (kind === 'sms') {
    const gateway = new SmsGateway(KEY);
    return {
      kind,
      settings: { kind, url: await gateway.start(), key: KEY, reportSeconds: 0.05 },
      arrived: () => [...gateway.messages.values()].map(({ texts }) => JSON.stringify(texts)),
      close: () => gateway.stop(),
    };
  }
  if (kind !== 'broadcast') throw new Error(`no other side for the kind ${kind}: this test must know every kind`);
  const folder = folders.make();
  for (const name of ['outbox', 'inbox']) mkdirSync(join(folder, name));
  const outbox = join(folder, 'outbox');
  return {
    kind,
    settings: { kind, folder, source: '1'.repeat(18), destination: '2'.repeat(18), key: KEY, pollSeconds: 0.05 },
    arrived: () =>
      readdirSync(outbox)
        .filter((name) => name.endsWith('.tar'))
        .map((name) => JSON.stringify(readPackage(readFileSync(join(outbox, name))).ebd.content)),
    close: () => Promise.resolve(),
  };
}

let world: ChannelWorld;
const sides: { open: Side; inner: Side; turned: Side }[] = [];
const told: readonly WarningSnapshot[] = [
  snapshot('earnest'),
  snapshot('exercise', { status: 'EXERCISE' }),
  snapshot('trial', { status: 'TEST' }),
  snapshot('draft', { state: 'DRAFT' }),
  snapshot('pending', { state: 'PENDING' }),
  snapshot('rejected', { state: 'REJECTED', status: 'EXERCISE' }),
].map((warning) => ({
  ...warning,
  texts: warning.texts.map((text) => ({ ...text, headline: `${warning.identifier} 暴雨` })),
}));

beforeAll(async () => {
  world = await ChannelWorld.open();
  await world.log.db.write.query(
    `INSERT INTO department (code, slug, name_en, name_zh) VALUES ('EMERGENCY', 'emergency', 'x', 'x');
     INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds)
       VALUES ('emergency/registries', 'EMERGENCY', 'x', 'x', 'contact', 60);
     INSERT INTO register_entry (id, feed_id, noun, code, name, division_code, fields, status, raw_hash, updated_at)
       VALUES ('r', 'emergency/registries', 'warning-recipient', 'r', 'r', '654202100', '{"group":"SCHOOL","phone":"13900000001"}',
         'ACTUAL', '', now())`,
  );
  for (const { kind } of channelKinds) {
    const [open, inner, turned] = [await sideOf(kind), await sideOf(kind), await sideOf(kind)] as const;
    sides.push({ open, inner, turned });
    // Without a word about it a channel is public.
    await world.run(`${kind}-open`, open.settings);
    await world.run(`${kind}-inner`, { ...inner.settings, public: false });
    // What was queued while it was not public is still there once it is.
    const cannot = { ...turned.settings, public: false, retry: { firstMs: 60_000, longestMs: 60_000 } };
    const breaks = {
      check: () => {
        throw new Error('not yet');
      },
      lookup: () => undefined,
    } as never;
    const before = await world.run(
      `${kind}-turned`,
      kind === 'broadcast' ? { ...cannot, folder: '/nonexistent' } : cannot,
      { dial: breaks },
    );
    world.log.onEnd(() => world.stop(before));
    (turned as { before?: unknown }).before = before;
  }
  for (const warning of told) await world.tell('ISSUED', warning);
  for (const { kind } of channelKinds) {
    await until(
      () => world.ledger(`${kind}-inner`),
      (rows) => rows.length === 3 && rows.every(({ state }) => state === 'SENT' || state === 'DELIVERED'),
    );
    await until(
      () => world.ledger(`${kind}-open`),
      (rows) => rows.length === 1 && rows.every(({ state }) => state === 'SENT' || state === 'DELIVERED'),
    );
    await until(
      () => world.ledger(`${kind}-turned`),
      (rows) => rows.length === 3 && rows.some(({ attempts }) => attempts > 0),
    );
  }
}, 60_000);
afterAll(async () => {
  await world.end();
  for (const { open, inner, turned } of sides) for (const side of [open, inner, turned]) await side.close();
  folders.clear();
});

const names = (texts: readonly string[]): string[] =>
  told.map(({ identifier }) => identifier).filter((name) => texts.some((text) => text.includes(`${name} 暴雨`)));

test.each(
  channelKinds.map(({ kind }) => kind),
)('a public %s gets what is released in earnest and nothing else', (kind) => {
  const { open } = sides.find((side) => side.open.kind === kind) as (typeof sides)[number];
  expect(names(open.arrived())).toEqual(['earnest']);
});

test.each(
  channelKinds.map(({ kind }) => kind),
)('control: a %s that is not public gets exercises and tests, labelled in the words themselves, and no draft', (kind) => {
  const { inner } = sides.find((side) => side.open.kind === kind) as (typeof sides)[number];
  const texts = inner.arrived();
  expect(names(texts)).toEqual(['earnest', 'exercise', 'trial']);
  expect(texts.find((text) => text.includes('exercise 暴雨'))).toContain('【演练】exercise 暴雨');
  expect(texts.find((text) => text.includes('trial 暴雨'))).toContain('【测试】trial 暴雨');
  expect(texts.find((text) => text.includes('earnest 暴雨'))).not.toMatch(/【(演练|测试)】/);
});

test.each(
  channelKinds.map(({ kind }) => kind),
)('a %s that becomes public keeps back the exercises that had been queued for it, and says so', async (kind) => {
  const { turned } = sides.find((side) => side.open.kind === kind) as (typeof sides)[number];
  await world.stop((turned as unknown as { before: Parameters<typeof world.stop>[0] }).before);
  await world.log.db.write.query('UPDATE warning_delivery SET next_attempt_at = now() WHERE channel = $1', [
    `${kind}-turned`,
  ]);
  await world.run(`${kind}-turned`, turned.settings);
  const rows = await until(
    () => world.ledger(`${kind}-turned`),
    (found) => found.every(({ state }) => state !== 'QUEUED'),
  );
  expect(names(turned.arrived())).toEqual(['earnest']);
  expect(rows.filter(({ state }) => state === 'FAILED').map(({ lastError }) => lastError)).toEqual([
    'not for this channel: it is public',
    'not for this channel: it is public',
  ]);
});

test('the gate itself, for every state and status: to the public only what is released and in earnest', () => {
  for (const state of WARNING_STATES)
    for (const status of WARNING_STATUSES) {
      const change = {
        kind: 'ISSUED' as const,
        at: '',
        cursor: '',
        supersedes: [],
        warning: snapshot('x', { state, status }),
      };
      const published = !['DRAFT', 'PENDING', 'REJECTED'].includes(state);
      expect([state, status, released({ public: true }, change) !== undefined]).toEqual([
        state,
        status,
        published && status === 'ACTUAL',
      ]);
      expect([state, status, released({ public: false }, change) !== undefined]).toEqual([state, status, published]);
    }
});
