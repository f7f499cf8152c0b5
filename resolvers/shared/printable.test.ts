import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { printable, withoutPersonalNumbers } from './printable.js';

const of = (text: string): string => printable(Buffer.from(text));

test('readable text stays as it is, in any language', () => {
  expect(of('水位 12.3 m\n😀 \ufffd')).toBe('水位 12.3 m\n😀 \ufffd');
});

test('control, direction and zero-width characters are shown, not obeyed', () => {
  expect(of('a\0b\x1b[31m\r')).toBe('a\\x00b\\x1b[31m\\x0d');
  expect(of('a\u202eb')).toBe('a\\xe2\\x80\\xaeb');
  expect(of('\ufeff<alert/>')).toBe('\\xef\\xbb\\xbf<alert/>');
});

test('bytes that are no UTF-8 are shown one by one, and the reading goes on behind them', () => {
  expect(printable(Uint8Array.of(0x41, 0xce, 0xda, 0x42))).toBe('A\\xce\\xdaB');
  expect(printable(Uint8Array.of(0xe6, 0xb0))).toBe('\\xe6\\xb0');
  expect(printable(Uint8Array.of(0xed, 0xa0, 0x80))).toBe('\\xed\\xa0\\x80');
});

test('long pieces are cut between characters, and say so with their whole size', () => {
  expect(of('x'.repeat(2000))).toBe('x'.repeat(2000));
  expect(of('x'.repeat(2001))).toBe(`${'x'.repeat(2000)}… (cut; 2001 bytes in all)`);
  expect(of(`${'x'.repeat(1999)}😀`)).toBe(`${'x'.repeat(1999)}… (cut; 2003 bytes in all)`);
  expect(printable(Buffer.from('short'), 90_000)).toBe('short… (cut; 90000 bytes in all)');
});

test('whatever the bytes, the text is bounded and free of control characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4000 }), (raw) => {
      const text = printable(raw);
      expect(text.length).toBeLessThan(2050);
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('numbers that lead to a person are masked, other numbers are not', () => {
  const text = '责任人手机:13900000000，身份证65420219900307987X；电话0992-8722119，编码65420200001310000001';
  expect(withoutPersonalNumbers(text)).toBe('责任人手机:***，身份证***；电话0992-8722119，编码65420200001310000001');
});
