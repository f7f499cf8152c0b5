import { createHash } from 'node:crypto';
import { REGISTERS } from '../../model/registers.js';
import { withoutPersonalNumbers } from '../../resolvers/shared/printable.js';

/** Longer texts are kept as their digest and length: what they say is in the row that they made. */
const LONGEST_TEXT = 200;
const MOST_ITEMS = 50;
const DEEPEST = 8;
const MOST_CHARACTERS = 4000;
const REMOVED = '***';

/** Names of arguments and input fields that hold a secret, or lead to a person. */
const PRIVATE =
  /phone|mobile|contact|email|idNumber|secret|password|token|authorization|credential|apiKey|^key$|(leader|officer|keeper|manager|responsible|monitor|administrative|technical|patrol|person|caller|reporter|watcher)(s|Name|Names)?$/i;
const PERSONAL: ReadonlySet<string> = new Set(
  REGISTERS.flatMap(({ fields }) => fields.flatMap((field) => (field.personal ? [field.name] : []))),
);
/** Root fields of registers whose entries are people: their very name is one. */
const OF_PEOPLE: ReadonlySet<string> = new Set(
  REGISTERS.filter(({ fields }) => fields.some(({ name, personal }) => name === 'phone' && personal)).flatMap(
    ({ type, plural }) => [`save${type}`, plural],
  ),
);
const NAMING = /^(name|text)$/;

type Judge = (name: string) => boolean;
const judgeOf = (rootField: string): Judge =>
  OF_PEOPLE.has(rootField)
    ? (name) => PRIVATE.test(name) || PERSONAL.has(name) || NAMING.test(name)
    : (name) => PRIVATE.test(name) || PERSONAL.has(name);

/** What PostgreSQL's JSON does not take: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /\0|\p{Surrogate}/gu;

/** A text as it may be stored: without NUL and half characters, cut at `most`. */
export const storable = (text: string, most = LONGEST_TEXT): string =>
  text.replace(UNSTORABLE, '\ufffd').slice(0, most);

/**
 * A root field's arguments as the audit keeps them: no personal data by name, no mobile or identity numbers in texts, no secrets; long texts as digest
 * and length, long lists cut. At most 4,000 characters of JSON in all, else a digest of the whole.
 */
export function keptVariables(
  rootField: string,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> | null {
  const kept = keptObject(args, 0, judgeOf(rootField));
  if (Object.keys(kept).length === 0) return null;
  const text = JSON.stringify(kept);
  return text.length <= MOST_CHARACTERS ? kept : digest(text);
}

function keptObject(value: object, depth: number, isPrivate: Judge): Record<string, unknown> {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  const kept = entries
    .slice(0, MOST_ITEMS)
    .map(
      ([name, each]) =>
        [storable(name), each != null && isPrivate(name) ? REMOVED : keptValue(each, depth, isPrivate)] as const,
    );
  return Object.fromEntries(entries.length > MOST_ITEMS ? [...kept, ['…', entries.length]] : kept);
}

function keptValue(value: unknown, depth: number, isPrivate: Judge): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (typeof value === 'string') return keptText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null)
    return typeof value === 'number' || typeof value === 'boolean' ? value : null;
  if (depth >= DEEPEST) return '…';
  if (!Array.isArray(value)) return keptObject(value, depth + 1, isPrivate);
  const kept = value.slice(0, MOST_ITEMS).map((each) => keptValue(each, depth + 1, isPrivate));
  return value.length > MOST_ITEMS ? [...kept, { '…': value.length }] : kept;
}

const keptText = (text: string): unknown =>
  text.length > LONGEST_TEXT ? digest(text) : withoutPersonalNumbers(storable(text));

const digest = (text: string): Record<string, unknown> => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  length: text.length,
});
