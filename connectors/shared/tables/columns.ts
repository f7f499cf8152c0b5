import { booleanOf, CellFault, type CellTime, choiceOf, numberOf, textOf, timeOf } from './cells.js';

/** What a column means to the reader of a cell. */
export interface CellContext {
  /** Of times without one. */
  readonly zone: string;
}

/** One column of a table that people fill in: what it is called, what it may hold, and what a template says of it. */
export interface Column<T = unknown> {
  /** As the template prints it, in Chinese. */
  readonly header: string;
  readonly aliases: readonly string[];
  readonly required: boolean;
  readonly type: 'text' | 'number' | 'integer' | 'date-time' | 'date' | 'boolean' | 'one-of';
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** The labels of a one-of, in the order of the drop-down. */
  readonly choices?: readonly string[];
  readonly example: string;
  readonly note: string;
  /** Never called with an empty cell. Throws CellFault. */
  readonly parse: (cell: string, context: CellContext) => T;
}

export type Columns = Readonly<Record<string, Column>>;
type Present<C> = C extends Column<infer T> ? T : never;
/** The values of one row: null where an optional cell is empty or its column absent. */
export type Values<C extends Columns> = {
  readonly [K in keyof C]: C[K]['required'] extends true ? Present<C[K]> : Present<C[K]> | null;
};

interface Told {
  readonly aliases?: readonly string[];
  readonly example: string;
  readonly note?: string;
}
interface Bounds {
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
}
type Made<T, R extends boolean> = Column<T> & { readonly required: R };

function make<T, R extends boolean>(
  header: string,
  required: R,
  type: Column['type'],
  { aliases = [], example, note = '' }: Told,
  parse: Column<T>['parse'],
  more: Bounds & Pick<Column, 'choices'> = {},
): Made<T, R> {
  return { header, required, type, aliases, example, note, parse, ...more };
}

/** The makers of required columns: an empty cell is a fault. */
export const needed = makers(true);
/** The makers of columns that may be empty or left out. */
export const optional = makers(false);

function makers<R extends boolean>(required: R) {
  const number = (integer: boolean) => (header: string, told: Told & Bounds) => {
    const { unit, min, max } = told;
    const bounds = { ...(unit && { unit }), ...(min !== undefined && { min }), ...(max !== undefined && { max }) };
    const parse = (cell: string): number => bounded(numberOf(cell, unit), cell, integer, bounds);
    return make(header, required, integer ? 'integer' : 'number', told, parse, bounds);
  };
  return {
    text: (header: string, told: Told & { readonly maxLength?: number }) =>
      make(header, required, 'text', told, (cell) => textOf(cell, told.maxLength ?? 500)),
    number: number(false),
    integer: number(true),
    dateTime: (header: string, told: Told) =>
      make<CellTime, R>(header, required, 'date-time', told, (cell, { zone }) => timeOf(cell, zone)),
    /** Midnight of the day in the feed's zone. */
    date: (header: string, told: Told) =>
      make<CellTime, R>(header, required, 'date', told, (cell, { zone }) => timeOf(cell, zone)),
    boolean: (header: string, told: Told) =>
      make(header, required, 'boolean', told, booleanOf, { choices: ['是', '否'] }),
    /** `choices`: label → code, in the order of the drop-down. */
    oneOf: <T extends string>(header: string, choices: Readonly<Record<string, T>>, told: Told) =>
      make<T, R>(header, required, 'one-of', told, (cell) => choiceOf(cell, choices), {
        choices: Object.keys(choices),
      }),
    /** A text that `parse` understands; it throws CellFault where it does not. */
    parsed: <T>(header: string, parse: (cell: string) => T, told: Told) =>
      make<T, R>(header, required, 'text', told, (cell) => parse(cell)),
  };
}

function bounded(value: number, cell: string, integer: boolean, { min, max, unit = '' }: Bounds): number {
  const low = min ?? Number.NEGATIVE_INFINITY;
  const high = max ?? Number.POSITIVE_INFINITY;
  if (value >= low && value <= high && (!integer || Number.isSafeInteger(value))) return value;
  const whole = integer ? ['a whole number', '整数'] : ['a number', '数字'];
  const range = min === undefined && max === undefined ? '' : ` ${min ?? '…'}–${max ?? '…'} ${unit}`.trimEnd();
  throw new CellFault({
    reason: 'out-of-range',
    en: `${cell} is not ${whole[0]}${range}`,
    zh: `${cell} 不是${whole[1]}${range}`,
    adviceEn: `write ${whole[0]}${range}`,
    adviceZh: `请填${whole[1]}${range}`,
  });
}

/** A table that people fill in, as far as a template tells of it. */
export interface TableForm<C extends Columns = Columns> {
  /** Over the columns; the template's file is named for the feed. */
  readonly title: { readonly en: string; readonly zh: string };
  readonly columns: C;
  /** What else who fills it in has to know, a sentence each, in Chinese. */
  readonly notes?: readonly string[];
}
