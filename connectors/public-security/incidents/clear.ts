import { DecodeError } from '../../shared/codecs/decode-error.js';
import { isJsonObject, readJson } from '../../shared/codecs/json-text.js';
import { digitsOf, MASK, TextMask } from '../../shared/mask-text.js';
import { type Cleared, withhold } from '../../shared/withheld.js';
import { FIELD_NAMES, type FieldName, MAX_BYTES, NAMES, type Settings } from './config.js';

/** Objects of the message may stand in lists under these names. */
const CONTAINERS = ['DATA', 'DATAS', 'ROWS', 'LIST', 'ITEMS', 'RECORDS', 'RESULT', 'BODY', 'JJDB', 'INCIDENTS', '数据'];
/** Fields of the caller, by what their names hold: BJDH, BJRXM, BJRLXDH, LXDH, BJRSFZH, DHYHXM, 联系电话, callerName … */
const CALLER =
  /BJR|BJDH|DH$|DHHM|XM$|SFZ|ZJHM|LXR|LXFS|DHYH|SJH|NAME|PHONE|MOBILE|TEL|CALLER|IDCARD|姓名|电话|手机|联系|身份证|证件|报警人/;
/** Of these, what is only dropped: the caller's address is often the incident's own. */
const NO_WORDS = /(DZ|DD|XB|DM|BH|ADDRESS|SEX)$/;
const MOBILE = /^(86)?1[3-9]\d{9}$/;

/** How a name compares: half width, capitals, without what stands between its letters. */
const nameOf = (key: string): string =>
  key
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\p{P}\p{Cf}]/gu, '');

/**
 * A message with only what the hub takes of it: fields without a meaning here are gone, the caller's above all, and what the
 * caller's fields held, and any telephone or identity number, is masked in the texts that stay. A body that is not JSON in UTF-8,
 * or holds a key twice, cannot be cleared and is withheld whole. Clearing twice changes nothing more.
 */
export function clear(body: Uint8Array, settings: Settings): Cleared {
  let value: unknown;
  try {
    value = readJson(body, { maxBytes: MAX_BYTES, maxDepth: 8 });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return withhold(body, settings.key, error.reason, error.message);
  }
  const meanings = meaningsOf(settings);
  const told = callerOf(value, meanings);
  return { body: Buffer.from(JSON.stringify(kept(value, meanings, told) ?? null)) };
}

/** Where a name leads: to a field, or to the caller. What leads nowhere is dropped. */
type Meanings = ReadonlyMap<string, FieldName | 'caller'>;

function meaningsOf({ names, callerFields }: Settings): Meanings {
  const found = new Map<string, FieldName | 'caller'>();
  for (const field of FIELD_NAMES)
    for (const name of [...NAMES[field], ...(names[field] ?? [])]) found.set(nameOf(name), field);
  for (const name of callerFields) found.set(nameOf(name), 'caller');
  return found;
}

/** Tells of a key the field that it stands for, if any. */
export function fieldNames(settings: Settings): (key: string) => FieldName | undefined {
  const meanings = meaningsOf(settings);
  return (key) => {
    const meaning = meanings.get(nameOf(key));
    return meaning === 'caller' ? undefined : meaning;
  };
}

/** The lists of a message, under whichever of the usual names. */
export const isContainer = (key: string): boolean => CONTAINERS.includes(nameOf(key));

/** What the caller's fields of a message hold, to be found again in what stays. */
interface Caller {
  readonly texts: TextMask;
  /** Long enough to tell a code from a word that only looks like it. */
  readonly codes: TextMask;
}

/** All that the caller's fields of a message hold, however deep. */
function callerOf(value: unknown, meanings: Meanings): Caller {
  const texts: string[] = [];
  const walk = (each: unknown, caller: boolean): void => {
    if (Array.isArray(each)) for (const item of each) walk(item, caller);
    else if (isJsonObject(each))
      for (const [key, item] of Object.entries(each)) {
        const name = nameOf(key);
        const meaning = meanings.get(name);
        walk(
          item,
          caller || meaning === 'caller' || (meaning === undefined && CALLER.test(name) && !NO_WORDS.test(name)),
        );
      }
    else if (caller && (typeof each === 'string' || typeof each === 'number')) texts.push(String(each));
  };
  walk(value, false);
  const parts = texts.flatMap((text) => [text, ...text.split(/[\s,，、;；/|()（）]+/), ...text.split(/[·•・.]/)]);
  const words = [...new Set(parts)].filter(isWord);
  const numbers = [...new Set(parts.map(digitsOf))].filter(({ length }) => length >= 7);
  const names = words.filter((word) => [...word].length >= 4 && /\D/.test(word));
  return { texts: new TextMask(words), codes: new TextMask([...numbers, ...names]) };
}

/** A name or a number; one character, a few digits or a whole sentence would mask what is none. */
const isWord = (text: string): boolean => [...text].length >= (/^\d+$/.test(text) ? 5 : 2) && [...text].length <= 60;

function kept(value: unknown, meanings: Meanings, caller: Caller): unknown {
  // What is no object stays as a mark, so that it can be refused in its place.
  if (Array.isArray(value)) return value.map((each) => kept(each, meanings, caller) ?? MASK);
  if (!isJsonObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const meaning = meanings.get(nameOf(key));
    if (meaning === 'caller') return [];
    if (meaning !== undefined) return [[key, fieldKept(meaning, each, caller)]];
    const inner = isContainer(key) ? kept(each, meanings, caller) : undefined;
    return inner === undefined ? [] : [[key, inner]];
  });
  return Object.fromEntries(entries);
}

const CODE = /^[\w./-]{1,64}$/;
const TIME = /^[\d\s:./年月日时分秒TZ+-]{8,40}$/;
const NUMBER = /^[+-]?\d{1,3}(\.\d{0,12})?$/;

/** A field's value in the form that the field has, or the mask: nothing else can hide there. */
function fieldKept(field: FieldName, value: unknown, caller: Caller): unknown {
  if (value === null || value === '') return value;
  if (typeof value !== 'string' && typeof value !== 'number') return MASK;
  // A NUL or half a character would be refused by the database, and its whole batch with it.
  const text = Buffer.from(String(value).trim().replaceAll('\0', '')).toString();
  if (field === 'address' || field === 'content') return caller.texts.mask(text);
  if (field === 'state') return [...text].length <= 20 ? caller.texts.mask(text) : MASK;
  const form = field.endsWith('At') ? TIME : field === 'x' || field === 'y' ? NUMBER : CODE;
  const personal = MOBILE.test(digitsOf(text)) || caller.codes.finds(text);
  return form.test(text) && !personal ? value : MASK;
}
