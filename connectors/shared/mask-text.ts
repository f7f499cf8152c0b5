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
  readonly isDigits: boolean;
  /** May stand between digits, or within a word. */
  readonly isFiller: boolean;
  readonly endsRun: boolean;
}

/**
 * Takes telephone, identity and card numbers out of texts, and the words it was made with. Any run of seven or more digits goes,
 * however they are written (full width, other scripts, Chinese numerals) and whatever stands between them, dates apart; so do names
 * that a text itself introduces. Rather too much is taken out than too little; doing it twice changes nothing more. The time grows
 * with the text, not with the number of words.
 */
export class TextMask {
  readonly #words: WordIndex;
  /** Texts of one message use the same characters over and over. */
  readonly #known = new Map<string, Glyph>();

  constructor(words: readonly string[] = []) {
    this.#words = new WordIndex(words);
  }

  mask(text: string): string {
    const glyphs = this.#read(text);
    const hidden = new Set([...digitRuns(glyphs), ...this.#words.placesIn(glyphs)]);
    let shown = '';
    for (const [i, { original }] of glyphs.entries())
      if (!hidden.has(i)) shown += original;
      else if (!hidden.has(i - 1)) shown += MASK;
    return shown
      .replace(INTRODUCED, (_all, before = '', other = '') => `${before as string}${other as string}${MASK}`)
      .replace(TITLED, '某');
  }

  /** Whether one of the words stands in a text, however spaced. */
  finds(text: string): boolean {
    return this.#words.placesIn(this.#read(text)).length > 0;
  }

  #read(text: string): Glyph[] {
    const glyphs: Glyph[] = [];
    for (const character of text) {
      const glyph = this.#known.get(character) ?? glyphOf(character);
      this.#known.set(character, glyph);
      glyphs.push(glyph);
    }
    return glyphs;
  }
}

/** One text without its numbers. */
export const maskText = (text: string, words: readonly string[] = []): string => new TextMask(words).mask(text);

/** The digits of a value, whatever stands between them. */
export const digitsOf = (text: string): string => [...text].map(plainOf).join('').replaceAll(/\D/g, '');

function glyphOf(original: string): Glyph {
  const plain = plainOf(original);
  const isFiller = [...plain].every((each) => BETWEEN.test(each));
  const isDigits = /^\d+$/.test(plain);
  return { original, plain, isDigits, isFiller, endsRun: !isDigits && (!isFiller || SENTENCE_END.test(plain)) };
}

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
    if (digits.length >= FEWEST_DIGITS) {
      const whole = glyphs.slice(first, last + 1).map(({ plain }) => plain);
      if (!DATE.test(whole.join(''))) for (let i = first; i <= last; i += 1) found.push(i);
    }
    run = [];
  };
  for (const [i, { isDigits, endsRun }] of glyphs.entries()) {
    if (isDigits) run.push(i);
    else if (run.length > 0 && (endsRun || i - (run.at(-1) ?? 0) > MOST_BETWEEN)) close();
  }
  close();
  return found;
}

/** Words by their length, without blanks and dots, to be looked up at each place of a text. */
class WordIndex {
  readonly #byLength = new Map<number, Set<string>>();

  constructor(words: readonly string[]) {
    for (const word of words) {
      const needle = [...word]
        .map(glyphOf)
        .map(({ plain, isFiller }) => (isFiller ? '' : plain))
        .join('');
      if (needle.length < 2) continue;
      const same = this.#byLength.get(needle.length) ?? new Set();
      this.#byLength.set(needle.length, same.add(needle));
    }
  }

  /** The places of all glyphs that belong to a word, or stand within it. */
  placesIn(glyphs: readonly Glyph[]): number[] {
    if (this.#byLength.size === 0) return [];
    const units: number[] = [];
    let plain = '';
    for (const [i, glyph] of glyphs.entries()) {
      if (glyph.isFiller) continue;
      for (let unit = 0; unit < glyph.plain.length; unit += 1) units.push(i);
      plain += glyph.plain;
    }
    const found: number[] = [];
    for (let at = 0; at < plain.length; at += 1)
      for (const [length, words] of this.#byLength) {
        if (at + length > plain.length || !words.has(plain.slice(at, at + length))) continue;
        for (let i = units[at] ?? 0; i <= (units[at + length - 1] ?? 0); i += 1) found.push(i);
      }
    return found;
  }
}
