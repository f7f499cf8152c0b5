import { finished } from 'node:stream/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sm2 } from 'sm-crypto-v2';
import { extract, pack } from 'tar-stream';
import { DecodeError } from './decode-error.js';
import { type BroadcastState, type Ebd, type Ebm, ebdIdOf, ebmIdOf, readEbd, serialOf, writeEbd } from './ebd.js';
import { packageName, readPackage, writePackage } from './ebd-package.js';
import { publicKeyOf, sign, verify } from './ebd-signature.js';
import { readTar, writeTar } from './tar.js';

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
/** Text as XML keeps it: trimmed, no control characters. */
const words = (minLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength: 60 })
    .map((text) => text.replaceAll(/[\p{Cc}\ufffe\uffff\p{Cs}]/gu, '').trim())
    .filter((text) => text.length >= minLength);
const time = fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
const ebm: fc.Arbitrary<Ebm> = fc.record({
  kind: fc.constant('EBM' as const),
  ebmId: digits(34),
  msgType: fc.constantFrom('1' as const, '2' as const),
  senderName: words(1),
  senderCode: digits(14),
  sentAt: time,
  eventType: fc.constantFrom('11A01', '11B03', '00000'),
  severity: fc.constantFrom('1' as const, '2' as const, '3' as const, '4' as const),
  startAt: time,
  endAt: time,
  languageCode: fc.constantFrom('zho', 'uig', 'kaz', 'eng'),
  title: words(1),
  description: words(0),
  areaCodes: fc.array(digits(12), { maxLength: 5 }),
});
const state: fc.Arbitrary<BroadcastState> = fc.record({
  ebmId: digits(34),
  stateCode: fc.constantFrom('0' as const, '2' as const, '3' as const, '4' as const, '5' as const),
  stateDesc: words(0),
  coverageRate: fc.option(fc.constantFrom(0, 0.5, 0.925, 1)),
});
const content: fc.Arbitrary<Ebd['content']> = fc.oneof(
  ebm,
  fc.record({ kind: fc.constant('EBDResponse' as const), resultCode: fc.constantFrom('1', '2'), resultDesc: words(0) }),
  fc.record({
    kind: fc.constantFrom('EBMStateResponse' as const, 'EBMBrdLog' as const),
    items: fc.array(state, { minLength: 1, maxLength: 4 }),
  }),
);
const ebd: fc.Arbitrary<Ebd> = fc.record({
  version: fc.constant('1'),
  ebdId: digits(36),
  source: digits(18),
  destinations: fc.array(digits(18), { maxLength: 3 }),
  time,
  related: fc.option(digits(36)),
  content,
});

const KEY = '2'.repeat(64);
const OTHER = '3'.repeat(64);
const one = (change: Partial<Ebd> = {}): Ebd => ({
  version: '1',
  ebdId: ebdIdOf('01', '6'.repeat(18), 7),
  source: '6'.repeat(18),
  destinations: [],
  time: new Date(1_780_000_000_000),
  related: null,
  content: { kind: 'EBDResponse', resultCode: '1', resultDesc: '已接收' },
  ...change,
});
const refusal = (read: () => unknown): string => {
  try {
    read();
  } catch (error) {
    if (error instanceof DecodeError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'taken';
};

describe('an EBD document', () => {
  test('is read as it was written, whatever the words hold', () => {
    fc.assert(
      fc.property(ebd, (given) => {
        expect(readEbd(Buffer.from(writeEbd(given)))).toEqual(given);
      }),
      { numRuns: 150 },
    );
  });

  test('has ids of source and serial, and only its own are known by it', () => {
    const id = ebdIdOf('01', '6'.repeat(18), 1_785_000_000_000_123);
    expect(id).toHaveLength(36);
    expect(serialOf(id, '6'.repeat(18))).toBe(1_785_000_000_000_123);
    expect(serialOf(ebmIdOf(id), '6'.repeat(18))).toBe(1_785_000_000_000_123);
    expect(serialOf(id, '7'.repeat(18))).toBeUndefined();
    expect(() => ebdIdOf('01', '6'.repeat(17), 1)).toThrow(RangeError);
  });

  test.each([
    ['<!DOCTYPE EBD [<!ENTITY a "b">]><EBD></EBD>', /^doctype/],
    ['<EBD><EBDVersion>1</EBDVersion>', /^truncated/],
    ['<Other/>', /^unsupported/],
    [writeEbd(one()).replace(/<EBDID>\d+</, '<EBDID>12<'), /^malformed: <EBDID>/],
    [writeEbd(one()).replace('EBDType>EBDResponse', 'EBDType>OMDRequest'), /^missing-field/],
    [writeEbd(one()).replaceAll(/EBDTime>[^<]+</g, 'EBDTime>yesterday<'), /^bad-time/],
    [`<EBD>${'<a>'.repeat(60_000)}`, /^(too-large|truncated|malformed)/],
  ])('that is none is refused: %.40s', (text, reason) => {
    expect(refusal(() => readEbd(Buffer.from(text)))).toMatch(reason);
  });
});

describe('a package', () => {
  test('signed by SM2 over SM3 is taken with that key alone, and any change is found', () => {
    const bytes = writePackage(one(), { privateKey: KEY, certificate: 'A1' });
    expect(readPackage(bytes, publicKeyOf(KEY))).toEqual({ ebd: one(), signature: 'valid' });
    expect(readPackage(bytes).signature).toBe('unchecked');
    expect(refusal(() => readPackage(bytes, publicKeyOf(OTHER)))).toMatch(/not the right one/);
    const [document, signature] = readTar(bytes) as [
      { name: string; bytes: Uint8Array },
      { name: string; bytes: Uint8Array },
    ];
    const forged = Buffer.from(Buffer.from(document.bytes).toString('utf8').replace('已接收', '已播发'));
    const changed = writeTar([{ name: document.name, bytes: forged }, signature], new Date());
    expect(refusal(() => readPackage(changed, publicKeyOf(KEY)))).toMatch(/not the right one/);
    expect(refusal(() => readPackage(writeTar([document], new Date()), publicKeyOf(KEY)))).toMatch(/not signed/);
    expect(readPackage(writePackage(one())).signature).toBe('none');
    expect(packageName(one().ebdId)).toMatch(/^EBDT_\d{36}\.tar$/);
    // The signature is one that the library itself takes, with the usual user id.
    const value = Buffer.from(sign(document.bytes, KEY), 'base64').toString('hex');
    expect(sm2.doVerifySignature(document.bytes, value, publicKeyOf(KEY), { hash: true, der: true })).toBe(true);
    expect(verify(document.bytes, 'AAAA', publicKeyOf(KEY))).toBe(false);
  });

  test('is a tar that others read, and reads theirs', async () => {
    const bytes = writePackage(one(), { privateKey: KEY, certificate: '' });
    const names: string[] = [];
    const reader = extract();
    reader.on('entry', (header, stream, next) => {
      names.push(`${header.name} ${header.size} ${header.type}`);
      stream.on('end', next).resume();
    });
    reader.end(bytes);
    await finished(reader);
    expect(names.map((name) => name.replaceAll(/\d{20,}|\d{3,}/g, '#'))).toEqual([
      'EBDB_#.xml # file',
      'EBDS_EBDB_#.xml # file',
    ]);
    const theirs = pack();
    theirs.entry({ name: `EBDB_${one().ebdId}.xml` }, writeEbd(one()));
    theirs.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of theirs) chunks.push(chunk as Buffer);
    expect(readPackage(Buffer.concat(chunks)).ebd).toEqual(one());
  });

  test.each([
    ['a path', { name: '../../etc/passwd', type: 'file' }, /not plain/],
    ['an absolute path', { name: '/etc/passwd', type: 'file' }, /not plain/],
    ['a link', { name: 'x.xml', type: 'symlink', linkname: '/etc/passwd' }, /plain file/],
    ['a folder', { name: 'x', type: 'directory' }, /plain file/],
  ])('with %s in its tar is refused', async (_what, header, reason) => {
    const made = pack();
    made.entry(header as Parameters<typeof made.entry>[0], header.type === 'file' ? 'x' : '', () => undefined);
    made.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of made) chunks.push(chunk as Buffer);
    expect(refusal(() => readPackage(Buffer.concat(chunks)))).toMatch(reason);
  });

  test('cannot be larger than it is: lengths beyond the archive, many files and odd numbers are refused', () => {
    const tar = Buffer.from(writeTar([{ name: 'a.xml', bytes: Buffer.alloc(600) }], new Date()));
    const claims = Buffer.from(tar);
    claims.write('77777777777', 124, 'latin1');
    claims.write('        ', 148, 'latin1');
    const sum = claims.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    claims.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    expect(refusal(() => readTar(claims))).toMatch(/truncated: a file/);
    expect(refusal(() => readTar(tar.subarray(0, 700)))).toMatch(/^truncated/);
    const many = writeTar(
      Array.from({ length: 9 }, (_, n) => ({ name: `f${n}.xml`, bytes: Buffer.alloc(1) })),
      new Date(),
    );
    expect(refusal(() => readTar(many))).toMatch(/more than 8/);
    expect(refusal(() => readTar(Buffer.alloc(2_000_000)))).toMatch(/^too-large/);
    expect(() => writeTar([{ name: '../x', bytes: Buffer.alloc(1) }], new Date())).toThrow(RangeError);
  });
});
