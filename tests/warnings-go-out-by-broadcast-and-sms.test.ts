import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { privateKeyOf } from '../channels/broadcast/index.js';
import { type Ebd, ebdIdOf } from '../connectors/shared/codecs/ebd.js';
import { packageName, readPackage, writePackage } from '../connectors/shared/codecs/ebd-package.js';
import { publicKeyOf } from '../connectors/shared/codecs/ebd-signature.js';
import { BroadcastStation } from '../demo/broadcast-station.js';
import { SmsGateway } from '../demo/sms-gateway.js';
import { HUB_EBRID, STATION_EBRID } from '../demo/warning-receivers.js';
import { ChannelWorld, snapshot } from './support/channel-world.js';
import { until } from './support/running-hub.js';

const HUB_SECRET = 'the signing secret of the hub, long';
const SECRET = 'the signing secret of the platform';
const GATEWAY_KEY = 'the key of the gateway';
let world: ChannelWorld;
beforeEach(async () => {
  world = await ChannelWorld.open();
});
afterEach(() => world.end());

const statesOf = async (channel: string): Promise<string[]> =>
  (await world.ledger(channel)).map(({ identifier, kind, state }) => `${identifier} ${kind} ${state}`);
const settled = (channel: string, wanted: readonly string[]) =>
  until(
    () => statesOf(channel),
    (found) => JSON.stringify(found) === JSON.stringify(wanted),
    8000,
  );
const rejected = async (): Promise<string[]> =>
  (
    await world.log.db.read.query<{ name: string; detail: string }>(
      'SELECT name, detail FROM channel_rejection ORDER BY id',
    )
  ).rows.map(({ name, detail }) => `${name.replaceAll(/\d{9,}/g, '#')}: ${detail}`);

describe('emergency broadcasting', () => {
  let folder: string;
  let station: BroadcastStation;
  const channel = (more: Readonly<Record<string, unknown>> = {}) => ({
    kind: 'broadcast',
    folder,
    source: HUB_EBRID,
    destination: STATION_EBRID,
    key: HUB_SECRET,
    platformKeyFile: join(folder, 'platform.pub'),
    pollSeconds: 0.05,
    ...more,
  });
  beforeEach(async () => {
    station = new BroadcastStation({
      ...{ hub: HUB_EBRID, station: STATION_EBRID, hubSecret: HUB_SECRET, secret: SECRET },
      now: () => new Date(),
    });
    folder = await station.start();
  });
  afterEach(() => station.stop());

  test('goes on the air with its receipts, is corrected under what it follows, and is taken back', async () => {
    await world.run('air', channel());
    await world.tell('ISSUED', snapshot('65420241600000_20260601080000', { level: 'RED' }));
    await settled('air', ['65420241600000_20260601080000 ISSUED DELIVERED']);
    const [ebm] = [...station.onAir.values()];
    expect(ebm).toMatchObject({
      msgType: '1',
      severity: '1',
      eventType: '11B03',
      senderName: '乌苏市气象台',
      senderCode: '65420241600000',
      languageCode: 'zho',
      title: '暴雨黄色预警信号',
      areaCodes: ['654202000000'],
    });
    const [row] = await world.ledger('air');
    expect(row?.receipts.map(({ state, detail }) => `${state} ${detail}`)).toEqual([
      'RECEIVED 1 接收解析及数据校验成功',
      'DELIVERED broadcast, coverage 96 %: 播发成功',
    ]);
    await world.tell('CANCELLED', snapshot('65420241600000_20260601080000', { state: 'CANCELLED' }));
    await settled('air', [
      '65420241600000_20260601080000 ISSUED DELIVERED',
      '65420241600000_20260601080000 CANCELLED DELIVERED',
    ]);
    expect(station.onAir.size).toBe(0);
    expect(station.refused).toEqual([]);
    expect(await rejected()).toEqual([]);
    // What was never sent is not taken back either.
    await world.tell('CANCELLED', snapshot('never', { state: 'CANCELLED' }));
    await world.tell('ISSUED', snapshot('next'));
    await until(
      () => statesOf('air'),
      (found) => found.includes('next ISSUED DELIVERED'),
    );
    expect((await statesOf('air')).some((state) => state.startsWith('never'))).toBe(false);
  });

  test('keeps hostile files with why, and goes on: forged, unsigned, another’s, unknown, links, no tars', async () => {
    await station.stop();
    for (const name of ['', 'outbox', 'inbox']) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'platform.pub'), readPublic(SECRET));
    await world.run('air', channel());
    await world.tell('ISSUED', snapshot('A'));
    await settled('air', ['A ISSUED SENT']);
    const [sent = ''] = readdirSync(join(folder, 'outbox'));
    const { ebd } = readPackage(readFileSync(join(folder, 'outbox', sent)), readPublic(HUB_SECRET));
    let serial = 0;
    const drop = (change: Partial<Ebd>, key: string | undefined, name?: string) => {
      serial += 1;
      const ebdId = ebdIdOf('02', STATION_EBRID, serial);
      const made: Ebd = {
        ...{ version: '1', ebdId, source: STATION_EBRID, destinations: [HUB_EBRID], time: new Date() },
        related: ebd.ebdId,
        content: { kind: 'EBDResponse', resultCode: '1', resultDesc: 'ok' },
        ...change,
      };
      const bytes = writePackage(
        made,
        key === undefined ? undefined : { privateKey: privateKeyOf(key), certificate: '' },
      );
      writeFileSync(join(folder, 'inbox', name ?? packageName(made.ebdId)), bytes);
    };
    drop({}, 'the secret of somebody else, long');
    drop({}, undefined);
    drop({ source: HUB_EBRID }, SECRET);
    drop({ related: ebdIdOf('01', HUB_EBRID, 42) }, SECRET);
    drop({ related: ebdIdOf('01', STATION_EBRID, 42) }, SECRET);
    drop({}, SECRET, 'receipt.tar');
    symlinkSync('/etc/hostname', join(folder, 'inbox', packageName(ebdIdOf('02', STATION_EBRID, 90))));
    writeFileSync(join(folder, 'inbox', packageName(ebdIdOf('02', STATION_EBRID, 91))), Buffer.alloc(3_000_000, 65));
    const found = await until(rejected, (list) => list.length === 8);
    expect(found.map((each) => each.replace(/^EBDT_#.tar: /, '')).sort()).toEqual(
      [
        '1048577 bytes, at most 1048576',
        'receipt: a receipt of 42, which this channel never sent',
        'it is about a message that is not ours',
        'it is from another platform',
        'it is not signed',
        'its signature is not the right one',
        'receipt.tar: the name is not EBDT_<EBDID>.tar',
        'the tar does not end',
      ].sort(),
    );
    // Each is moved once its refusal is written down.
    await until(
      async () => readdirSync(join(folder, 'inbox', 'failed')),
      (files) => files.length === 7,
    );
    expect(await statesOf('air')).toEqual(['A ISSUED SENT']);
    expect(world.events.filter(([, event]) => event === 'rejected-receipt').length).toBeGreaterThan(0);
    // Control: the right one is taken, and a failure on the air is one.
    drop(
      {
        content: {
          kind: 'EBMBrdLog',
          items: [{ ebmId: ebd.ebdId.slice(2), stateCode: '4', stateDesc: '设备故障', coverageRate: null }],
        },
      },
      SECRET,
    );
    await settled('air', ['A ISSUED FAILED']);
    expect((await world.ledger('air'))[0]?.lastError).toBe('failed: 设备故障');
    rmSync(folder, { recursive: true });
  });

  test('waits while its folder is gone, and writes each message once it is back', async () => {
    await station.stop();
    folder = mkdtempSync(join(tmpdir(), 'fenghuo-test-'));
    await world.run('air', channel({ platformKeyFile: undefined, key: undefined }));
    await world.tell('ISSUED', snapshot('A'));
    await until(
      () => world.ledger('air'),
      (rows) => (rows[0]?.attempts ?? 0) > 1,
    );
    for (const name of ['outbox', 'inbox']) mkdirSync(join(folder, name));
    await settled('air', ['A ISSUED SENT']);
    const files = readdirSync(join(folder, 'outbox'));
    expect(files.length).toBe(1);
    expect(readPackage(readFileSync(join(folder, 'outbox', files[0] as string))).signature).toBe('none');
    rmSync(folder, { recursive: true });
  });
});

describe('SMS', () => {
  let gateway: SmsGateway;
  let url: string;
  const channel = (more: Readonly<Record<string, unknown>> = {}) => ({
    kind: 'sms',
    url,
    key: GATEWAY_KEY,
    reportSeconds: 0.05,
    batch: 3,
    ...more,
  });
  beforeEach(async () => {
    gateway = new SmsGateway(GATEWAY_KEY);
    url = await gateway.start();
    await register([
      ['a', '654202100', 'SCHOOL', '13900000001'],
      ['b', '654202100', 'HERDER', '13900000002'],
      ['c', '654202101', 'HERDER', '13900000009'],
      ['d', '654202101', 'HERDER', '13900000100'],
      ['e', '654202102', 'SCHOOL', '13900000005'],
      ['no-number', '654202102', 'SCHOOL', ''],
      ['elsewhere', '654223', 'SCHOOL', '13900000006'],
    ]);
  });
  afterEach(() => gateway.stop());

  async function register(rows: readonly (readonly [string, string, string, string])[]): Promise<void> {
    await world.log.db.write.query(
      `INSERT INTO department (code, slug, name_en, name_zh) VALUES ('EMERGENCY', 'emergency', 'x', 'x') ON CONFLICT DO NOTHING`,
    );
    await world.log.db.write.query(
      `INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds) VALUES ('emergency/registries', 'EMERGENCY', 'x', 'x', 'contact', 60)`,
    );
    for (const [code, division, group, phone] of rows)
      await world.log.db.write.query(
        `INSERT INTO register_entry (id, feed_id, noun, code, name, division_code, fields, status, raw_hash, updated_at)
         VALUES ($1, 'emergency/registries', 'warning-recipient', $1, $1, $2, $3, 'ACTUAL', '', now())`,
        [code, division, JSON.stringify(phone === '' ? { group } : { group, phone })],
      );
  }

  test('goes to each number of the register once, in batches, with reports of what arrived and what did not', async () => {
    await world.run('sms', channel());
    await world.tell('ISSUED', snapshot('A'));
    const rows = await until(
      () => world.ledger('sms'),
      (found) => found.length === 5 && found.every(({ state }) => state === 'DELIVERED' || state === 'FAILED'),
    );
    expect(rows.map(({ recipient, state, lastError }) => [recipient, state, lastError])).toEqual([
      ['a', 'DELIVERED', null],
      ['b', 'DELIVERED', null],
      ['c', 'FAILED', '关机或无法接通'],
      ['d', 'FAILED', '… 不是本网号码'],
      ['e', 'DELIVERED', null],
    ]);
    expect([...gateway.messages.values()].map(({ number }) => number).sort()).toEqual([
      '13900000001',
      '13900000002',
      '13900000005',
      '13900000009',
    ]);
    expect([...gateway.messages.values()][0]?.texts).toEqual([
      { language: 'zh-CN', text: '【烽火】暴雨黄色预警信号。注意防范山洪。' },
    ]);
    // A correction goes to whom it is meant for now; the end of it only to those who may have had it.
    await world.log.db.write.query(`UPDATE register_entry SET retired_at = '2000-01-01' WHERE id = 'b'`);
    await world.tell('CANCELLED', snapshot('A', { state: 'CANCELLED' }));
    const ended = await until(
      () => world.ledger('sms'),
      (found) => found.length === 10 && found.every(({ state }) => state !== 'QUEUED' && state !== 'SENT'),
    );
    const cancelled = ended.filter(({ kind }) => kind === 'CANCELLED');
    expect(cancelled.find(({ recipient }) => recipient === 'b')?.lastError).toBe(
      'the register has no number of it any more',
    );
    expect([...gateway.messages.values()].at(-1)?.texts[0]?.text).toBe('【烽火】解除：暴雨黄色预警信号');
  });

  test('serves its own groups, and leaves to another channel what the register gives that one', async () => {
    await world.log.db.write.query(`UPDATE register_entry SET fields = fields || '{"channel":"other"}' WHERE id = 'e'`);
    await world.run('sms', channel({ audiences: ['SCHOOL'] }));
    await world.tell('ISSUED', snapshot('A'));
    await until(
      () => statesOf('sms'),
      (found) => found.length > 0 && found.every((state) => state.endsWith('DELIVERED')),
    );
    expect((await world.ledger('sms')).map(({ recipient }) => recipient)).toEqual(['a']);
  });

  test('with a wrong key waits, and no number is in any error, event or row of the ledger', async () => {
    await world.run('sms', channel({ key: 'the key of somebody else' }));
    await world.tell('ISSUED', snapshot('A'));
    await until(
      () => world.ledger('sms'),
      (rows) => rows.some(({ attempts }) => attempts > 1),
    );
    const { rows } = await world.log.db.read.query('SELECT * FROM warning_delivery, warning_dispatch');
    const all = JSON.stringify([rows, world.errors.map(String), world.events, await rejected(), await world.ledger()]);
    expect(all).toContain('answered 401: is the key right?');
    expect(all).not.toContain('1390000');
  });
});

const readPublic = (secret: string): string => publicKeyOf(privateKeyOf(secret));
