import type { RegisterCode, RegisterField, SingleField } from './register.js';

/* Short ways to write a field of a register: name, English, 中文 (the column's header), an example, and what else holds. */

type Plus = {
  readonly required?: true;
  readonly personal?: true;
  readonly ofPerson?: true;
  readonly atLeast?: string;
  readonly aliases?: readonly string[];
};
type Range = Plus & { readonly unit?: string; readonly min?: number; readonly max?: number };

const label = (name: string, en: string, zh: string, example: string) => ({ name, en, zh, example });

export const text = (name: string, en: string, zh: string, example: string, plus: Plus = {}): SingleField => ({
  type: 'text',
  ...label(name, en, zh, example),
  ...plus,
});
export const texts = (name: string, en: string, zh: string, example: string, plus: Plus = {}): RegisterField => ({
  type: 'texts',
  ...label(name, en, zh, example),
  ...plus,
});
/** A person's own number, hence personal data. */
export const personalPhone = (name: string, en: string, zh: string): SingleField => ({
  type: 'text',
  ...label(name, en, zh, '13900000000'),
  phone: true,
  personal: true,
});
/** A number of an office. */
export const officePhone = (name: string, en: string, zh: string): SingleField => ({
  type: 'text',
  ...label(name, en, zh, '0992-0000000'),
  phone: true,
});
/** At least 0 unless `min` says otherwise. */
export const number = (name: string, en: string, zh: string, example: string, plus: Range = {}): SingleField => ({
  type: 'number',
  ...label(name, en, zh, example),
  min: 0,
  ...plus,
});
/** At least 0 unless `min` says otherwise. */
export const integer = (name: string, en: string, zh: string, example: string, plus: Range = {}): SingleField => ({
  type: 'integer',
  ...label(name, en, zh, example),
  min: 0,
  ...plus,
});
export const yesNo = (name: string, en: string, zh: string, plus: Plus = {}): SingleField => ({
  type: 'boolean',
  ...label(name, en, zh, '是'),
  ...plus,
});
export const date = (name: string, en: string, zh: string, example: string, plus: Plus = {}): SingleField => ({
  type: 'date',
  ...label(name, en, zh, example),
  ...plus,
});
export const instant = (name: string, en: string, zh: string, example: string, plus: Plus = {}): SingleField => ({
  type: 'date-time',
  ...label(name, en, zh, example),
  ...plus,
});
export const oneOf = (
  name: string,
  en: string,
  zh: string,
  values: readonly RegisterCode[],
  plus: Plus & { readonly nested?: true } = {},
): SingleField => ({ type: 'one-of', ...label(name, en, zh, values[0]?.zh ?? ''), values, ...plus });

/** Codes written as [code, 中文, English]. */
export const codes = (...rows: readonly (readonly [string, string, string])[]): RegisterCode[] =>
  rows.map(([code, zh, en]) => ({ code, zh, en }));

/** A list of small things: `part` is the GraphQL type of one. */
export const parts = (
  name: string,
  [en, zh, example]: readonly [en: string, zh: string, example: string],
  part: string,
  fields: readonly SingleField[],
): RegisterField => ({ type: 'parts', ...label(name, en, zh, example), part, parts: fields });
