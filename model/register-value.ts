import type { RejectReason } from './record.js';
import type { RegisterField, RegisterPart, RegisterValue, SingleField, SingleValue } from './register.js';
import { parseTime } from './time.js';

/** A checked value, nothing, or what is wrong with it in one sentence. */
export type ReadValue = { readonly value: RegisterValue | null } | { readonly fault: readonly [RejectReason, string] };

const MAX_TEXT = 500;
const MAX_TEXTS = 50;
const MAX_PARTS = 50;
const CONTROL = /\p{Cc}/u;
const NUMBER = /^[+-]?(\d+(\.\d+)?|\.\d+)$/;
const PHONE = /^[+\d][\d\s()转,，、/-]{2,39}$/;
const YES = ['true', '是', '有', 'yes', 'y', '1', '√'];
const NO = ['false', '否', '无', 'no', 'n', '0', '×'];

const fault = (reason: RejectReason, detail: string): ReadValue => ({ fault: [reason, detail] });
const shown = (given: unknown): string => JSON.stringify(String(given).slice(0, 60));

/**
 * Reads what a caller, a cell or a message says of a field: numbers, dates and yes/no also as text, codes also by their Chinese
 * or English name. `zone`: of instants that name none. Blank text is null.
 */
export function readValue(field: RegisterField, given: unknown, zone: string): ReadValue {
  if (given === null || given === undefined || (typeof given === 'string' && given.trim() === ''))
    return { value: null };
  switch (field.type) {
    case 'text':
    case 'reference':
      return readText(field, given);
    case 'texts':
      return readTexts(given);
    case 'parts':
      return readParts(field, given, zone);
    case 'number':
    case 'integer':
      return readNumber(field, given);
    case 'boolean':
      return readBoolean(given);
    case 'one-of':
      return readCode(field, given);
    case 'date':
      return readDate(given);
    case 'date-time':
      return readInstant(given, zone);
  }
}

function readText(field: RegisterField, given: unknown): ReadValue {
  if (typeof given !== 'string' && typeof given !== 'number') return fault('malformed', 'is not text');
  const text = String(given).trim();
  const limit = field.type === 'reference' ? 64 : field.type === 'text' ? (field.maxLength ?? MAX_TEXT) : MAX_TEXT;
  if (text.length > limit) return fault('too-large', `has ${text.length} characters: at most ${limit}`);
  if (CONTROL.test(text.replaceAll(/[\r\n\t]/g, ''))) return fault('malformed', 'holds control characters');
  if (field.type === 'text' && field.phone && !PHONE.test(text))
    // The number itself is not repeated: it may be someone's own.
    return fault('malformed', 'is no telephone number: digits, "-" and blanks');
  return { value: text };
}

function readTexts(given: unknown): ReadValue {
  const parts = Array.isArray(given) ? (given as unknown[]) : String(given).split(/[、,，;；\n]/);
  if (!parts.every((part) => typeof part === 'string')) return fault('malformed', 'is not a list of texts');
  const texts = [...new Set(parts.map((part) => (part as string).trim()).filter((part) => part !== ''))];
  if (texts.length > MAX_TEXTS) return fault('too-large', `has ${texts.length} parts: at most ${MAX_TEXTS}`);
  if (texts.some((each) => each.length > MAX_TEXT || CONTROL.test(each)))
    return fault('malformed', `has a part with control characters or of more than ${MAX_TEXT} characters`);
  return { value: texts.length > 0 ? texts : null };
}

/** All of them or none: a list without one of its parts says something else than the source did. */
function readParts(field: RegisterField & { type: 'parts' }, given: unknown, zone: string): ReadValue {
  const list = typeof given === 'string' ? cellParts(field, given) : given;
  if (!Array.isArray(list)) return fault('malformed', `is no list: write ${field.example}`);
  if (list.length > MAX_PARTS) return fault('too-large', `has ${list.length} parts: at most ${MAX_PARTS}`);
  const read: RegisterPart[] = [];
  for (const [at, each] of (list as unknown[]).entries()) {
    const part = readPart(field.parts, each, zone);
    if ('fault' in part) return fault(part.fault[0], `part ${at + 1}: ${part.fault[1]}`);
    read.push(part.part);
  }
  return { value: read.length > 0 ? read : null };
}

type ReadPart = { readonly part: RegisterPart } | { readonly fault: readonly [RejectReason, string] };

function readPart(fields: readonly SingleField[], given: unknown, zone: string): ReadPart {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { fault: ['malformed', 'is no object of fields'] };
  const stranger = Object.keys(given).find((key) => !fields.some(({ name }) => name === key));
  if (stranger !== undefined) return { fault: ['unsupported', `${shown(stranger)} is no field of it`] };
  const part: Record<string, SingleValue> = {};
  for (const field of fields) {
    const read = readValue(field, (given as Readonly<Record<string, unknown>>)[field.name], zone);
    if ('fault' in read) return { fault: [read.fault[0], `${field.name} ${read.fault[1]}`] };
    if (read.value !== null) part[field.name] = read.value as SingleValue;
    else if (field.required) return { fault: ['missing-field', `${field.name} is needed`] };
  }
  return { part };
}

/** A cell's parts: ";" or a new line between them, "|" between their values. */
function cellParts({ parts }: RegisterField & { type: 'parts' }, cell: string): unknown[] {
  const lines = cell.split(/[;；\n]/).filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const values = line.split(/[|｜]/);
    // A value too many has a key that is no field, and is refused as such.
    return Object.fromEntries(values.map((value, at) => [parts[at]?.name ?? `value ${at + 1}`, value.trim()]));
  });
}

function readNumber(field: RegisterField & { type: 'number' | 'integer' }, given: unknown): ReadValue {
  const text = String(given)
    .trim()
    .replaceAll(/[,，\s]/g, '');
  const value = typeof given === 'number' ? given : NUMBER.test(text) ? Number(text) : Number.NaN;
  if (typeof given === 'boolean' || !Number.isFinite(value))
    return fault('not-a-number', `${shown(given)} is no number: write digits such as ${field.example}`);
  if (field.type === 'integer' && !Number.isSafeInteger(value))
    return fault('not-a-number', `${shown(given)} is no whole number`);
  const { min = -Infinity, max = Infinity } = field;
  if (value < min || value > max)
    return fault('out-of-range', `${value} cannot be true: ${min}${max === Infinity ? ' or more' : ` to ${max}`} can`);
  return { value };
}

function readBoolean(given: unknown): ReadValue {
  const text = String(given).trim().toLowerCase();
  if (YES.includes(text)) return { value: true };
  if (NO.includes(text)) return { value: false };
  return fault('unknown-code', `${shown(given)} is neither 是 nor 否`);
}

function readCode(field: RegisterField & { type: 'one-of' }, given: unknown): ReadValue {
  const text = String(given).trim().toLowerCase();
  const found = field.values.find(({ code, zh, en }) => [code, zh, en].some((each) => each.toLowerCase() === text));
  if (found) return { value: found.code };
  const some = field.values.slice(0, 12).map(({ code, zh }) => `${zh} (${code})`);
  return fault('unknown-code', `${shown(given)} is none of ${some.join(', ')}${field.values.length > 12 ? ' …' : ''}`);
}

/** "2026/5/1", "2026年5月1日" and "20260501" as "2026-05-01". */
const dashed = (text: string): string =>
  text
    .trim()
    .replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
    .replace(/^(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?/, '$1-$2-$3')
    .replace(/^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)/, (_all, y: string, m: string, d: string) =>
      [y, m.padStart(2, '0'), d.padStart(2, '0')].join('-'),
    );

function readDate(given: unknown): ReadValue {
  const text = given instanceof Date ? isoOf(given).slice(0, 10) : dashed(String(given));
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseTime(text, 'UTC') : undefined;
  return instant ? { value: text } : fault('bad-time', `${shown(given)} is no date: write 2026-05-01`);
}

function readInstant(given: unknown, zone: string): ReadValue {
  const text = dashed(String(given)).replace(/([T ])(\d):/, '$10$2:');
  const instant = given instanceof Date ? given : parseTime(text, zone);
  if (instant && !Number.isNaN(instant.getTime())) return { value: instant.toISOString() };
  return fault('bad-time', `${shown(given)} is no time: write 2026-05-01 08:00`);
}

const isoOf = (time: Date): string => (Number.isNaN(time.getTime()) ? '' : time.toISOString());
