import { describe, expect, test } from '@jest/globals';
import { canonicalJson, cutText } from './canonical.js';

const double = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

describe('canonical JSON', () => {
  // RFC 8785 §3.2.3: by UTF-16 code units, so the emoji (D83D…) comes before U+FB33, which its code point does not.
  test('has members in the order of their UTF-16 code units, as the RFC’s own example', () => {
    const example = JSON.parse(
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
    );
    const order = [...canonicalJson(example).matchAll(/:"(\w+)/g)].map(([, first]) => first);
    expect(order).toEqual(['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew']);
  });

  test('has the literals, escapes and numbers of RFC 8785 §3.2.2', () => {
    const example = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  // Of RFC 8785 appendix B.
  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['41b3de4355555556', '333333333.3333334'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
  ])('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  test.each([
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    ['\ud83d'],
    ['\ude00x'],
    [{ '\udead': 1 }],
    [[undefined]],
  ])('does not say what JSON cannot: %j', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

test('a text is cut to what can be signed and kept, wherever the cut falls', () => {
  for (const most of [1, 2, 3, 4]) {
    const cut = cutText('😀\0😀', most);
    expect(cut).toHaveLength(most);
    expect(() => canonicalJson(cut)).not.toThrow();
    expect(cut).not.toContain('\0');
  }
  expect(cutText('😀 一', 9)).toBe('😀 一');
});
