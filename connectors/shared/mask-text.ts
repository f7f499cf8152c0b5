/** What stands in a text where something was taken out. */
export const MASK = '***';

/** From so many digits on a run may be a telephone or identity number: local numbers have seven. */
const FEWEST_DIGITS = 7;
const CHINESE_DIGITS = '〇零一二三四五六七八九';
/** What people put between digits, or between the characters of a name. */
const BETWEEN = /^[\s\p{P}\p{Cf}\p{M}]$/u;
const SENTENCE_END = /^[。；;！!？?（）()【】《》:："“”]$/u;
const MOST_BETWEEN = 3;
/** "2026-07-01 15", "2026.7.1", "20260701", "2026年" is broken by its word already. */
const DATE = /^(19|20)\d\d([-/.]?)(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])(\s+\d{1,2})?$/;
const NAME = String.raw`\p{Script=Han}{2,8}[·•・]\p{Script=Han}{2,8}|\p{Script=Han}{2,3}`;
/** Without a colon the next word may as well be a verb: there only what begins with a common surname counts. */
const SURNAMES =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤';
/** "报警人：张三", "联系人李四", "我叫王五": two or three characters, longer ones with the dot between their parts. */
const INTRODUCED = new RegExp(
  `((?:报警|报案|联系|来电|当事|举报|求助)人(?:姓名)?(?:[是叫为:：]\\s*)|我叫|姓名[是为:：]?\\s*)(?:${NAME})|((?:报警|报案|联系|来电|当事|举报|求助)人\\s*)(?:\\p{Script=Han}{2,8}[·•・]\\p{Script=Han}{2,8}|[${SURNAMES}]\\p{Script=Han}{1,2})`,
  'gu',
);
const TITLED = /\p{Script=Han}(?=(?:先生|女士|小姐)(?!\p{Script=Han}{0,1}[店楼路巷]))/gu;

interface Glyph {
  readonly original: string;
  /** One comparable form: full-width as half-width, digits of every script as 0–9, small letters. */
  readonly plain: string;
}

/**
 * A text without telephone, identity or card numbers, and without `words`. Any run of seven or more digits goes, however they are
 * written (full width, other scripts, Chinese numerals) and whatever stands between them, dates apart; so do names that the text
 * itself introduces. Rather too much is taken out than too little. Doing it twice changes nothing more.
 */
export function maskText(text: string, words: readonly string[] = []): string {
  const glyphs = [...text].map((original): Glyph => ({ original, plain: plainOf(original) }));
  const hidden = new Set([...digitRuns(glyphs), ...occurrences(glyphs, words)]);
  let shown = '';
  for (const [i, { original }] of glyphs.entries())
    if (!hidden.has(i)) shown += original;
    else if (!hidden.has(i - 1)) shown += MASK;
  return shown
    .replace(INTRODUCED, (_all, before = '', other = '') => `${before as string}${other as string}${MASK}`)
    .replace(TITLED, '某');
}

/** The digits of a value, whatever stands between them. */
export const digitsOf = (text: string): string => [...text].map(plainOf).join('').replaceAll(/\D/g, '');

function plainOf(character: string): string {
  const plain = character.normalize('NFKC').toLowerCase();
  if (character === '幺') return '1';
  const chinese = CHINESE_DIGITS.indexOf(plain);
  if (chinese >= 0) return String(Math.max(0, chinese - 1));
  if (/^\p{Nd}$/u.test(plain)) return digitOf(plain);
  return plain;
}

/** Decimal digits of a script stand in a row from its zero on. */
function digitOf(character: string): string {
  const code = character.codePointAt(0) as number;
  let zero = code;
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}

/** The places of all digits, and of what stands between them, in runs that are too long to be anything harmless. */
function digitRuns(glyphs: readonly Glyph[]): number[] {
  const found: number[] = [];
  let run: number[] = [];
  const close = (): void => {
    const digits = run.map((i) => glyphs[i]?.plain ?? '').join('');
    const [first = 0, last = 0] = [run[0], run.at(-1)];
    const whole = glyphs
      .slice(first, last + 1)
      .map(({ plain }) => plain)
      .join('');
    if (digits.length >= FEWEST_DIGITS && !DATE.test(whole)) found.push(...range(first, last));
    run = [];
  };
  for (const [i, { plain }] of glyphs.entries()) {
    if (/^\d+$/.test(plain)) run.push(i);
    else if (run.length > 0 && (i - (run.at(-1) ?? 0) > MOST_BETWEEN || !isBetween(plain))) close();
  }
  close();
  return found;
}

const isBetween = (plain: string): boolean =>
  (plain === '' || [...plain].every((each) => BETWEEN.test(each))) && !SENTENCE_END.test(plain);

/** The places where a word stands, also with blanks or dots between its characters. */
function occurrences(glyphs: readonly Glyph[], words: readonly string[]): number[] {
  const places: number[] = [];
  let plain = '';
  for (const [i, glyph] of glyphs.entries()) {
    if (isFiller(glyph.plain)) continue;
    for (let unit = 0; unit < glyph.plain.length; unit += 1) places.push(i);
    plain += glyph.plain;
  }
  return words.flatMap((word) => {
    const needle = [...word]
      .map(plainOf)
      .filter((each) => !isFiller(each))
      .join('');
    const found: number[] = [];
    if (needle.length < 2) return found;
    for (let at = plain.indexOf(needle); at >= 0; at = plain.indexOf(needle, at + 1))
      found.push(...range(places[at] ?? 0, places[at + needle.length - 1] ?? 0));
    return found;
  });
}

const isFiller = (plain: string): boolean => [...plain].every((each) => BETWEEN.test(each));

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
