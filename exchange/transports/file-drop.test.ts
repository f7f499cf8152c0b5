import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openZip } from '../../connectors/shared/codecs/zip.js';
import { Refusal } from '../../model/exchange.js';
import { CITY, Desk, type End, ends, PREFECTURE, receiptOf, Sender } from '../../tests/support/drop-ends.js';
import { tempFolders } from '../../tests/support/temp-folder.js';

const folders = tempFolders();
afterAll(() => folders.clear());
const never = new AbortController().signal;
const START = new Date('2026-11-26T00:10:00.000Z');
const WARNING = '65420041600000_20261126080000_11B06_BLUE_Alert.xml';

let root: string;
let now: Date;
let city: End;
let prefecture: End;
let sender: Sender;
let desk: Desk;
beforeEach(() => {
  root = folders.make();
  now = START;
  ({ city, prefecture } = ends({ kind: 'folder', path: root }, () => now));
  sender = new Sender(CITY, PREFECTURE);
  desk = new Desk();
});
const inside = (folder: string): string[] =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).sort() : [];
const later = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1000);
};
const seqs = (): number[] => desk.taken.map(({ seq }) => seq);
const take = (): Promise<boolean> => prefecture.drop.fetch(desk, never);
/** What the city's sender would do with the answers it has. */
const home = new Desk();

describe('a road of files', () => {
  test('carries bundles in the order of their seq, and answers each with an ack and its receipt', async () => {
    const [first, second] = [sender.next(), sender.next([], 'heartbeat')];
    for (const bundle of [second, first])
      expect(await city.drop.send(bundle, 0, never)).toEqual({ outcome: 'taken', receipts: [] });
    const stems = [
      '20261126080001_65420041600000_000000001_warning',
      '20261126080002_65420041600000_000000002_heartbeat',
    ].map((rest) => `65420241600000_${rest}`) as [string, string];
    expect(inside('up')).toEqual(stems.flatMap((stem) => [`${stem}.sig`, `${stem}.zip`]));
    const zip = openZip(readFileSync(join(root, 'up', `${stems[0]}.zip`)));
    expect([zip.names, Buffer.from(zip.read('bundle.json') ?? []).toString()]).toEqual([['bundle.json'], first.body]);

    expect(await take()).toBe(false);
    expect(seqs()).toEqual([1, 2]);
    expect([inside('up'), inside('pref/bad')]).toEqual([[], []]);
    expect(inside('pref/done')).toEqual(
      stems.flatMap((stem) => ['sig', 'zip'].map((end) => `20261126T001000000Z_${stem}.${end}`)),
    );
    expect(inside('up-answers')).toEqual(
      [
        ...stems.map((stem) => `${stem}.ack.xml`),
        ...[1, 2].map((n) => `65420041600000_65420241600000_00000000${n}-00000000${n}.receipts.json`),
      ].sort(),
    );

    const office = new Desk();
    await city.drop.fetch(office, never);
    expect(office.heard.map(({ seq, state }) => [seq, state])).toEqual([
      [1, 'RECEIVED'],
      [2, 'RECEIVED'],
    ]);
    expect(city.reports).toEqual(
      stems.map((of) => ({ what: 'ack', of, accepted: true, status: '0', errorCode: null, note: null })),
    );
    expect([inside('up-answers'), inside('city/done').length]).toEqual([[], 4]);
  });

  test('reads nothing before its signature is there, and no file that is still being written', async () => {
    await city.drop.send(sender.next(), 0, never);
    const [sig = '', zip = ''] = inside('up');
    renameSync(join(root, 'up', sig), join(root, 'up', `.${sig}.part`));
    await take();
    expect(seqs()).toEqual([]);
    renameSync(join(root, 'up', `.${sig}.part`), join(root, 'up', sig));
    renameSync(join(root, 'up', zip), join(root, 'up', `.${zip}.part`));
    await take();
    expect([seqs(), inside('up').length]).toEqual([[], 2]);
    renameSync(join(root, 'up', `.${zip}.part`), join(root, 'up', zip));
    await take();
    expect(seqs()).toEqual([1]);
  });

  test('waits for a missing bundle, asks for it after the set time, and takes all once it is sent again', async () => {
    const [first, second, third] = [sender.next(), sender.next(), sender.next()];
    for (const bundle of [first, second, third]) await city.drop.send(bundle, 0, never);
    for (const name of inside('up')) if (name.includes('_000000001_')) rmSync(join(root, 'up', name));
    await take();
    later(299);
    await take();
    expect([seqs(), inside('up').length, inside('up-answers')]).toEqual([[], 4, []]);
    later(1);
    await take();
    const request = '65420041600000_65420241600000_000000001.bundles.gap.json';
    expect(inside('up-answers')).toEqual([request]);
    expect(JSON.parse(readFileSync(join(root, 'up-answers', request), 'utf8'))).toMatchObject({
      what: 'bundles',
      expected: 1,
    });

    await city.drop.fetch(home, never);
    expect(city.reports).toEqual([{ what: 'gap', asked: 'us', of: 'bundles', expected: 1 }]);
    const fourth = sender.next();
    const refused = { outcome: 'refused', code: 'SEQ_GAP', expected: 1, reason: expect.stringContaining('bundle 1') };
    expect(await city.drop.send(fourth, 0, never)).toEqual(refused);
    for (const bundle of [first, second, third, fourth])
      expect(await city.drop.send(bundle, 0, never)).toMatchObject({ outcome: 'taken' });
    await take();
    expect([seqs(), inside('up'), inside('pref/bad')]).toEqual([[1, 2, 3, 4], [], []]);
  });

  test('puts aside what is refused with its reason, tells the sender, and goes on with the next', async () => {
    const first = sender.next();
    await city.drop.send(first, 0, never);
    const sig = inside('up').find((name) => name.endsWith('.sig')) ?? '';
    writeFileSync(join(root, 'up', sig), 'seal..of another text');
    await take();
    const stem = sig.replace(/\.sig$/, '');
    expect(inside('pref/bad')).toEqual(['sig', 'zip', 'zip.txt'].map((end) => `20261126T001000000Z_${stem}.${end}`));
    expect(readFileSync(join(root, 'pref/bad', `20261126T001000000Z_${stem}.zip.txt`), 'utf8')).toBe(
      'BAD_SIGNATURE: the seal is of another text\n',
    );
    expect(prefecture.reports).toEqual([
      {
        what: 'put-aside',
        file: `${stem}.zip`,
        code: 'BAD_SIGNATURE',
        reason: 'the seal is of another text',
        by: 'reception',
      },
    ]);

    await city.drop.fetch(home, never);
    const answer = {
      outcome: 'refused',
      code: 'BAD_SIGNATURE',
      reason: 'the seal is of another text',
      expected: undefined,
    };
    expect(await city.drop.send(first, 0, never)).toEqual(answer);
    expect(await city.drop.send(first, 0, never)).toMatchObject({ outcome: 'taken' });
    await take();
    expect(seqs()).toEqual([1]);
  });

  test('leaves a bundle that cannot be taken yet where it is, and puts it aside when patience ends', async () => {
    await city.drop.send(sender.next(), 0, never);
    for (const hours of [0, 71]) {
      later(hours * 3600);
      desk.refuse = new Refusal('UNKNOWN_KEY', 'the key k-9 is not pinned');
      await take();
      expect([inside('up').length, inside('pref/bad')]).toEqual([2, []]);
    }
    later(3600);
    desk.refuse = new Refusal('UNKNOWN_KEY', 'the key k-9 is not pinned');
    await take();
    expect([inside('up'), inside('pref/bad').length]).toEqual([[], 3]);
  });

  test('takes a bundle again whose files could not be moved before the end, and gives the same receipt', async () => {
    await city.drop.send(sender.next(), 0, never);
    const before = inside('up').map((name) => [name, readFileSync(join(root, 'up', name))] as const);
    await take();
    const [receipt = ''] = inside('up-answers').filter((name) => name.endsWith('.receipts.json'));
    const said = readFileSync(join(root, 'up-answers', receipt), 'utf8');
    for (const [name, bytes] of before) writeFileSync(join(root, 'up', name), bytes);
    await take();
    expect([seqs(), inside('up'), inside('pref/bad'), inside('pref/done').length]).toEqual([[1], [], [], 4]);
    expect([inside('up-answers').length, readFileSync(join(root, 'up-answers', receipt), 'utf8')]).toEqual([2, said]);
    // Of one of them only the signature was left.
    writeFileSync(join(root, 'up', before[0]?.[0] ?? ''), 'seal');
    await take();
    expect(inside('up').length).toBe(1);
    await take();
    expect(inside('up')).toEqual([]);
  });

  test('keeps receipts in order, asks for one that is missing, and refuses a forged one', async () => {
    const bundle = JSON.parse(sender.next().body);
    const receipts = [1, 2, 3].map((n) => receiptOf(bundle, n, 'x', 'APPLIED'));
    await prefecture.drop.sendReceipts(receipts.slice(1), 0, never);
    const office = new Desk();
    await city.drop.fetch(office, never);
    later(300);
    await city.drop.fetch(office, never);
    expect([office.heard, inside('up-answers').length]).toEqual([[], 1]);
    expect(inside('down-answers')).toEqual(['65420241600000_65420041600000_000000001.receipts.gap.json']);
    await prefecture.drop.fetch(desk, never);
    expect(await prefecture.drop.sendReceipts(receipts.slice(2), 0, never)).toMatchObject({
      code: 'SEQ_GAP',
      expected: 1,
    });
    await prefecture.drop.sendReceipts(receipts, 0, never);
    await city.drop.fetch(office, never);
    expect([office.heard.map(({ number }) => number), inside('up-answers')]).toEqual([[1, 2, 3], []]);

    for (const [nth, text] of ['{', '[]', '[{"body":"{}","signature":"x"}]'].entries())
      writeFileSync(
        join(root, 'up-answers', `65420041600000_65420241600000_00000001${nth}-000000019.receipts.json`),
        text,
      );
    await city.drop.fetch(office, never);
    expect(
      city.reports.filter(({ what }) => what === 'put-aside').map((report) => 'code' in report && report.code),
    ).toEqual(['BAD_SHAPE', 'BAD_SHAPE', 'BAD_SIGNATURE']);
  });

  test('drops warnings as 12379 platforms take them, and reads what these answer', async () => {
    const { city: office } = ends({ kind: 'folder', path: root }, () => now, { folders: { warnings: 'to-12379' } });
    const xml =
      '<?xml version="1.0" encoding="UTF-8"?>\n<alert><identifier>65420041600000_20261126080000</identifier></alert>\n';
    const attached = [
      { name: WARNING, type: 'application/xml', text: xml },
      { name: '预警 1.cap', type: 'application/cap+xml', text: '<alert/>' },
    ];
    await office.drop.send(sender.next(attached), 0, never);
    expect(inside('to-12379')).toEqual([WARNING.replace('.xml', '.zip')]);
    const zip = openZip(readFileSync(join(root, 'to-12379', WARNING.replace('.xml', '.zip'))));
    expect([zip.names, Buffer.from(zip.read(WARNING) ?? []).toString()]).toEqual([[WARNING], xml]);
    await take();
    const answers = inside('up-answers').filter((name) => name.includes('_AI-1_'));
    expect(answers).toEqual([
      '65420041600000_202611260800000000000_654200-AMP_654202-OTH_20261126081000000_AI-1_0.xml',
    ]);

    const platform = '65420041600000_202611260800000000000_654200-AMP_654202-OTH_20261126081204000_AI-1_1.xml';
    const refusal =
      '<?xml version="1.0" encoding="GBK"?><msg><data><rows><status>1</status><error_code>E102</error_code><note>type</note></rows></data></msg>';
    writeFileSync(join(root, 'up-answers', platform), refusal);
    writeFileSync(join(root, 'up-answers', platform.replace('204000', '205000')), '<!DOCTYPE msg><msg/>');
    await office.drop.fetch(new Desk(), never);
    expect(office.reports.slice(0, 3)).toEqual([
      { what: 'ack', of: '65420041600000_20261126080000', accepted: true, status: '0', errorCode: null, note: null },
      {
        what: 'ack',
        of: '65420041600000_20261126080000',
        accepted: false,
        status: '1',
        errorCode: 'E102',
        note: 'type',
      },
      expect.objectContaining({ what: 'put-aside', code: 'BAD_SHAPE' }),
    ]);
  });

  test('deletes only what has been in done longer than is set', async () => {
    await city.drop.send(sender.next(), 0, never);
    await city.drop.send({ ...sender.next(), signature: 'no seal' }, 0, never);
    await take();
    writeFileSync(join(root, 'pref/done', 'a list of the office.txt'), 'x');
    later(190 * 86_400 - 1);
    await take();
    expect([inside('pref/done').length, inside('pref/bad').length]).toEqual([3, 3]);
    later(3600);
    await take();
    expect([inside('pref/done'), inside('pref/bad').length]).toEqual([['a list of the office.txt'], 3]);
  });

  test('follows no link and takes nothing of others', async () => {
    const outside = folders.make();
    await city.drop.send(sender.next(), 0, never);
    const [sig = '', zip = ''] = inside('up');
    renameSync(join(root, 'up', zip), join(outside, 'secret.zip'));
    symlinkSync(join(outside, 'secret.zip'), join(root, 'up', zip));
    for (const other of [sig.replace(/^65420241600000/, '65400041600000'), 'readme.zip', 'readme.sig', `..${sig}`])
      writeFileSync(join(root, 'up', other), 'x');
    await take();
    await take();
    expect([seqs(), readdirSync(outside), inside('pref/bad')]).toEqual([[], ['secret.zip'], []]);
    expect(inside('up').length).toBe(5);
    rmSync(join(root, 'pref'), { recursive: true });
    symlinkSync(outside, join(root, 'pref'));
    await city.drop.send(new Sender(CITY, PREFECTURE).next(), 0, never);
    await expect(prefecture.drop.fetch(desk, never)).rejects.toThrow(/leads out of it/);
    rmSync(root, { recursive: true });
    await expect(prefecture.drop.fetch(desk, never)).rejects.toThrow(/cannot be used \(ENOENT\)/);
    mkdirSync(root);
  });
});
