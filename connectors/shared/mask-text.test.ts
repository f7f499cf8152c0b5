import { describe, expect, test } from '@jest/globals';
import { maskText } from './mask-text.js';

describe('numbers that may be a telephone, an identity or a card are taken out', () => {
  test.each([
    ['a mobile number', '有人打架，电话13812345678，速来', '有人打架，电话***，速来'],
    ['with blanks', '联系 138 1234 5678 。', '联系 *** 。'],
    ['with strokes and a country code', '(+86-138-1234-5678)', '(+***)'],
    ['full width', '１３８１２３４５６７８', '***'],
    ['full width with ideographic blanks', '１３８　１２３４　５６７８', '***'],
    ['circled', '①③⑧①②③④⑤⑥⑦⑧', '***'],
    ['Arabic-Indic', '١٣٨١٢٣٤٥٦٧٨', '***'],
    ['in Chinese numerals', '幺三八一二三四五六七八', '***'],
    ['numerals mixed', '1三8一2345六78', '***'],
    ['with zero-width characters', '138\u200b1234\u200b5678', '***'],
    ['with keycap marks', [...'13812345678'].map((digit) => `${digit}\ufe0f\u20e3`).join(''), '***\ufe0f\u20e3'],
    ['over two lines', '138\n1234\n5678', '***'],
    ['a landline', '0992-8722110', '***'],
    ['a local landline', '家里8722110', '家里***'],
    ['an identity number', '身份证654202199001011234', '身份证***'],
    ['an identity number with X', '65420219900101123X', '***X'],
    ['hidden after a date', '2026-07-01 13812345678', '***'],
  ])('%s', (_name, text, masked) => {
    expect(maskText(text)).toBe(masked);
    expect(maskText(masked)).toBe(masked);
  });
});

test('what is no such number stays', () => {
  for (const text of [
    '乌鲁木齐南路120号3单元502室',
    'G30线K3456+700处两车追尾',
    '2026年07月01日15时30分',
    '2026-07-01 15:30:00 起火',
    '20260701',
    '119 出动3车15人',
    '海拔1850米，过火面积12.5亩',
  ])
    expect(maskText(text)).toBe(text);
});

test('the words given are taken out however they are spaced, and names that the text introduces', () => {
  expect(maskText('张 三说其妻被困；张三丰路', ['张三'])).toBe('***说其妻被困；***丰路');
  expect(maskText('阿依古丽·买买提 在门口，阿依古丽买买提', ['阿依古丽·买买提'])).toBe('*** 在门口，***');
  expect(maskText('ＺＨＡＮＧ San', ['Zhang San'])).toBe('***');
  expect(maskText('报警人：李四称对方逃逸')).toBe('报警人：***对方逃逸');
  expect(maskText('联系人买买提·艾力在路口')).toMatch(/^联系人\*\*\*/);
  expect(maskText('联系人李四，速来')).toBe('联系人***，速来');
  expect(maskText('报警人称有人打架')).toBe('报警人称有人打架');
  expect(maskText('王女士被困电梯')).toBe('某女士被困电梯');
});

test('a long text takes no longer than its length', () => {
  const text = '1-'.repeat(50_000);
  expect(maskText(text)).toBe('***-');
});
