import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { clear } from './clear.js';
import { settings } from './config.js';
import { normalize } from './normalize.js';

const own = settings.parse({
  expectedEverySeconds: 60,
  zone: 'Asia/Shanghai',
  crs: 'GCJ02',
  key: 'k',
  callerFields: ['fj'],
});
const NOW = new Date('2026-07-01T08:00:00Z');
const text = (body: Uint8Array): string => Buffer.from(body).toString();

const phone = fc.stringMatching(/^1[3-9]\d{9}$/);
const name = fc.constantFrom('欧阳祁月', '祁连月', '阿依古丽·买买提', 'Nurbek Ali');
/** Ways to write the digits of a telephone. */
const WRITTEN: readonly ((digits: string) => string)[] = [
  (digits) => digits,
  (digits) => `${digits.slice(0, 3)}-${digits.slice(3, 7)}-${digits.slice(7)}`,
  (digits) => [...digits].join(' '),
  (digits) => `+86 ${digits}`,
  (digits) => [...digits].map((digit) => String.fromCharCode(0xff10 + Number(digit))).join(''),
  (digits) => [...digits].map((digit) => '零一二三四五六七八九'.charAt(Number(digit))).join(''),
  (digits) => [...digits].join('\u200b'),
];
const KEYS = [
  'BJDH',
  'bjrxm',
  'LXDH',
  'BJR_SFZH',
  'fj',
  'callerName',
  '联系电话',
  'unknown',
  'x',
  'SFDD',
  'BJNR',
  'JJDBH',
  'BJSJ',
  'GIS_X',
  'GXDWDM',
  'ajzt',
  'BJFSDM',
  'data',
  'rows',
  'GXSJ',
];

test('wherever and however a message holds the caller, nothing of it is left in what is read on', () => {
  const person = fc.record({ phone, name, written: fc.constantFrom(...WRITTEN) });
  fc.assert(
    fc.property(
      person.chain((who) => {
        const said = fc.constantFrom(
          who.phone,
          who.name,
          who.written(who.phone),
          `在路口，${who.name}，${who.written(who.phone)}速来`,
          12,
          null,
          '2026-07-01 15:00:00',
        );
        const { tree } = fc.letrec((tie) => ({
          tree: fc.oneof(
            { maxDepth: 4, withCrossShrink: true },
            said,
            fc.dictionary(fc.constantFrom(...KEYS), tie('tree'), { maxKeys: 8 }),
            fc.array(tie('tree'), { maxLength: 4 }),
          ),
        }));
        return fc.tuple(fc.constant(who), tree);
      }),
      ([who, tree]) => {
        // The name stands in a field of the caller: in free text alone nobody could know it for one.
        const message = {
          rows: [tree, { JJDBH: '1', BJSJ: '2026-07-01 15:00:00', BJNR: `${who.name} ${who.phone}` }],
          BJRXM: who.name,
        };
        const cleared = text(clear(Buffer.from(JSON.stringify(message)), own).body);
        const outcome = normalize(Buffer.from(JSON.stringify(message)), own, NOW, 'm');
        for (const left of [cleared, JSON.stringify(outcome)])
          for (const secret of [who.phone, who.name, who.written(who.phone), who.name.split(/[· ]/)[0] as string])
            expect(left).not.toContain(secret);
        // Clearing again changes nothing more.
        expect(text(clear(Buffer.from(cleared), own).body)).toBe(cleared);
      },
    ),
    { numRuns: 300 },
  );
});

test('of what cannot be read only length and keyed hash are left, the same for the same body', () => {
  const withheld = (body: string, key = 'k') => text(clear(Buffer.from(body), { ...own, key }).body);
  const broken = '{"BJDH":"13812345678"';
  expect(withheld(broken)).toMatch(/^not kept: 21 bytes, HMAC-SHA-256 [0-9a-f]{64}$/);
  expect(withheld(broken)).toBe(withheld(broken));
  expect(withheld(broken)).not.toBe(withheld(broken, 'another'));
});

test('the time that clearing takes grows with the body, not with its square', () => {
  const callers = (count: number): Buffer =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: count }, (_, n) => ({
          JJDBH: `65420211000020260701${String(n).padStart(4, '0')}`,
          BJSJ: '2026-07-01 15:00:00',
          BJNR: `第${n}号来电，两车追尾，联系电话139${String(10_000_000 + n)}，请速来处理`,
          BJRXM: `演${String.fromCodePoint(0x4e00 + n)}${String.fromCodePoint(0x5e00 + n)}`,
          BJDH: `139${String(10_000_000 + n)}`,
        })),
      ),
    );
  const shortest = (body: Buffer): number =>
    Math.min(
      ...Array.from({ length: 4 }, () => {
        const startedAt = performance.now();
        expect(text(clear(body, own).body)).not.toMatch(/139\d{8}/);
        return performance.now() - startedAt;
      }),
    );
  // Sixteen times the body: by its square it would be 256 times the work.
  expect(shortest(callers(3200)) / shortest(callers(200))).toBeLessThan(100);
});

test('characters that no database takes cost nothing but themselves', () => {
  const message = { JJDBH: '1', BJSJ: '2026-07-01 15:00:00', BJNR: 'a\0b\ud800c' };
  expect(JSON.parse(text(clear(Buffer.from(JSON.stringify(message)), own).body))).toMatchObject({ BJNR: 'ab\ufffdc' });
});
