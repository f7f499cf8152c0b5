import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import {
  ackFileName,
  read12379Ack,
  readAckFileName,
  write12379Ack,
} from '../../connectors/shared/codecs/alert-12379-ack.js';
import { Refusal } from '../../model/exchange.js';
import { fileDropSettings } from './file-drop-settings.js';
import { unpackBundle } from './file-drop-unzip.js';
import { zipOf } from './file-drop-zip.js';

const START = new Date('2026-11-26T00:10:00.000Z');
const WARNING = '65420041600000_20261126080000_11B06_BLUE_Alert.xml';

describe('an archive', () => {
  const limits = fileDropSettings.parse({ place: { kind: 'folder', path: '/' } }).limits;
  const body = JSON.stringify({ items: [{ attachments: [{ name: 'a.xml', type: 'x', text: '<a/>' }] }] });
  const bundle = { name: 'bundle.json', text: body };
  const at = START;
  const refused = async (zip: Buffer, own = limits): Promise<string> => {
    try {
      await unpackBundle(zip, own);
      return 'taken';
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return `${error.code} ${error.reason}`;
    }
  };

  test('is taken with what was signed and nothing else', async () => {
    expect((await unpackBundle(await zipOf([bundle, { name: 'a.xml', text: '<a/>' }], at), limits)).body).toBe(body);
    const others = [
      { name: 'a.xml', text: '<b/>' },
      { name: 'b.xml', text: '<a/>' },
      { name: 'readme.txt', text: 'x' },
    ];
    for (const other of others)
      expect(await refused(await zipOf([bundle, other], at))).toMatch(/^BAD_SHAPE .*not among what was signed/);
    expect(await refused(await zipOf([{ name: 'a.xml', text: '<a/>' }], at))).toMatch(/^BAD_SHAPE no bundle\.json/);
  });

  test('is read beyond that only as far as whoever takes it says, so that what is too large for a bundle is known by its signature', async () => {
    const long = JSON.stringify({ text: 'x'.repeat(1_000_001) });
    const zip = await zipOf([{ name: 'bundle.json', text: long }], at);
    expect((await unpackBundle(zip, limits, 2_000_000)).body).toBe(long);
    await expect(unpackBundle(zip, limits, 1_000_010)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect((await unpackBundle(await zipOf([{ name: 'bundle.json', text: 'no JSON' }], at), limits)).body).toBe(
      'no JSON',
    );
  });

  test('is refused for names, links, archives inside and whatever is cut, before anything is unpacked', async () => {
    const names = [
      '../up.xml',
      '/etc/passwd',
      'C:\\x',
      'sub/a.xml',
      'a\0.xml',
      'CON',
      'nul.txt',
      '预警.xml',
      '.hidden',
      'x'.repeat(201),
      '',
    ];
    for (const name of names) expect(await refused(rawZip([{ name, data: 'x' }]))).toMatch(/^BAD_SHAPE/);
    expect(await refused(rawZip([{ name: Buffer.from([0xd4, 0xa4, 0x2e, 0x78]), data: 'x' }]))).toMatch(/^BAD_SHAPE/);
    expect(
      await refused(
        rawZip([
          { name: 'bundle.json', data: body },
          { name: 'Bundle.JSON', data: body },
        ]),
      ),
    ).toMatch(/two files named/);
    expect(await refused(rawZip([{ name: 'a', data: '/etc/passwd', mode: 0o120777 }]))).toMatch(/a link or a device/);
    expect(await refused(rawZip([{ name: 'a.zip', data: 'x' }]))).toMatch(/an archive itself/);
    expect(await refused(rawZip([{ name: 'a', data: await zipOf([bundle], at) }]))).toMatch(/an archive itself/);
    expect(await refused(rawZip([{ name: 'a', data: 'x', flags: 1 }]))).toMatch(/^BAD_SHAPE/);
    expect(
      await refused(
        rawZip([
          { name: 'a', data: 'x', offset: 0 },
          { name: 'b', data: 'x', offset: 0 },
        ]),
      ),
    ).toMatch(/overlap/);
    const whole = await zipOf([bundle], at);
    for (let length = 0; length < whole.length; length += 7)
      expect(await refused(whole.subarray(0, length))).toMatch(/^BAD_SHAPE/);
    for (let place = 0; place < whole.length; place++) {
      const bent = Buffer.from(whole);
      bent[place] = (bent[place] ?? 0) ^ 0xff;
      expect(await refused(bent)).toMatch(/^(BAD_SHAPE|TOO_LARGE|taken)/);
    }
  });

  test('is refused for sizes, numbers and ratios, as it says them and as they are', async () => {
    const zeros = Buffer.alloc(1_000_000);
    const tight = { ...limits, ratio: 10_000, unpackedBytes: 1_000_000 };
    expect(await refused(rawZip([{ name: 'a', data: zeros }]))).toMatch(/^TOO_LARGE .*200 times/);
    expect(
      await refused(
        rawZip([
          { name: 'a', data: zeros },
          { name: 'b', data: zeros },
        ]),
        tight,
      ),
    ).toMatch(/^TOO_LARGE .*1000000 bytes/);
    expect(await refused(rawZip([{ name: 'a', data: zeros, says: 10 }]))).toMatch(/^BAD_SHAPE/);
    expect(await refused(Buffer.alloc(limits.zipBytes + 1))).toMatch(/^TOO_LARGE/);
    const many = Array.from({ length: 300 }, (_, nth) => ({ name: `f${nth}`, data: 'x' }));
    expect(await refused(rawZip(many))).toMatch(/^TOO_LARGE 300 files/);
    const long = JSON.stringify({ text: Array.from({ length: 120_000 }, (_, nth) => nth * 7919) });
    expect(await refused(await zipOf([{ name: 'bundle.json', text: long.padEnd(1_000_001) }], at))).toMatch(
      /^TOO_LARGE bundle\.json/,
    );
  });
});

describe('an ack of a 12379 platform', () => {
  test('is read back as it was written, and its name as platforms give it', () => {
    const ack = { status: '1', errorCode: 'E<1>', note: '区域编码错误 & 其他' };
    expect(read12379Ack(Buffer.from(write12379Ack(ack)))).toEqual({ accepted: false, ...ack });
    const name = '33060441600000_201611041522000000000_330600-AMP_330600-OTH_20161104171200074_AI-1_0.xml';
    const read = readAckFileName(name);
    expect(read).toEqual({
      identifier: '33060441600000_20161104152200',
      from: '330600',
      to: '330600',
      at: new Date('2016-11-04T09:12:00.074Z'),
      accepted: true,
    });
    expect(read && ackFileName(read)).toBe(name);
    expect(readAckFileName(WARNING)).toBeUndefined();
  });

  test('counts as refused where any row is, and is no ack without one', () => {
    const rows = (...all: string[]): Buffer =>
      Buffer.from(`<msg><data>${all.map((row) => `<rows>${row}</rows>`).join('')}</data></msg>`);
    expect(read12379Ack(rows('<status>0</status>', '<status>7</status><note>n</note>'))).toMatchObject({
      accepted: false,
      status: '7',
      note: 'n',
    });
    for (const bad of [rows(), rows('<note>x</note>'), Buffer.from('<ack/>'), Buffer.from('')])
      expect(() => read12379Ack(bad)).toThrow();
  });
});

interface RawEntry {
  readonly name: string | Buffer;
  readonly data: string | Buffer;
  readonly mode?: number;
  readonly flags?: number;
  readonly offset?: number;
  /** The unpacked size that the directory claims. */
  readonly says?: number;
}

/** An archive as an attacker writes it: nothing is checked. */
function rawZip(entries: readonly RawEntry[]): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, data, mode = 0o100644, flags = 0, offset: own, says } of entries) {
    const [called, plain] = [Buffer.from(name), Buffer.from(data)];
    const packed = deflateRawSync(plain);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50);
    local.writeUInt16LE(8, 8);
    local.writeUInt32LE(packed.length, 18);
    local.writeUInt32LE(plain.length, 22);
    local.writeUInt16LE(called.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50);
    central.writeUInt16LE((3 << 8) | 20, 4);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(says ?? plain.length, 24);
    central.writeUInt16LE(called.length, 28);
    central.writeUInt32LE((mode << 16) >>> 0, 38);
    central.writeUInt32LE(own ?? offset, 42);
    files.push(local, called, packed);
    directory.push(central, called);
    offset += 30 + called.length + packed.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, listed, end]);
}
