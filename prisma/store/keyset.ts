import { HubError } from '../../model/errors.js';
import type { Page } from '../../model/rows.js';

/** The most that one page of any list holds. */
export const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

/** What is asked of a list: how many after which place. */
export interface PageRequest {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** The size of a page; more than the limit, or nothing, is BAD_INPUT. */
export function pageSize({ first }: PageRequest): number {
  if (first === null || first === undefined) return DEFAULT_PAGE;
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE)
    throw new HubError('BAD_INPUT', `first must be 1 to ${MAX_PAGE}`);
  return first;
}

export const encodeKey = (...key: readonly string[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** What one part of a sort key must look like: cursors come back from outside. */
const PARTS = {
  text: (part: string) => part.length <= MAX_TEXT && !part.includes('\0'),
  number: (part: string) => /^\d{1,15}$/.test(part),
  time: (part: string) => isoOf(part) === part,
} as const;
const MAX_TEXT = 500;
const isoOf = (text: string): string | undefined => {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};

/** The sort key inside a cursor, its parts being of these kinds; anything else is BAD_INPUT. */
export function decodeKey(
  cursor: string | null | undefined,
  ...kinds: readonly (keyof typeof PARTS)[]
): string[] | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const key = parseKey(cursor);
  if (Array.isArray(key) && key.length === kinds.length && kinds.every((kind, i) => isPart(kind, key[i]))) return key;
  throw new HubError('BAD_INPUT', 'after: this is no cursor of this list');
}

const isPart = (kind: keyof typeof PARTS, part: unknown): boolean => typeof part === 'string' && PARTS[kind](part);

function parseKey(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Rows to read at a time: where some are left out after reading, enough that a small page of a long list takes few statements. */
export const chunkSize = (size: number, sifted: boolean): number => (sifted ? Math.max(size + 1, 500) : size + 1);

/** Cuts rows read with one more than the page's size. */
export function toPage<T>(rows: readonly T[], size: number, cursorOf: (item: T) => string): Page<T> {
  return { items: rows.slice(0, size), cursorOf, more: rows.length > size };
}

/** Collects WHERE conditions and their parameters. */
export class Where {
  readonly values: unknown[] = [];
  readonly #conditions: string[] = [];

  /** Adds a condition in which each `?` stands for the next value. */
  and(condition: string, ...values: readonly unknown[]): this {
    this.#conditions.push(`(${this.placed(condition, ...values)})`);
    return this;
  }

  /** The condition with its values bound, for use elsewhere in the statement. */
  placed(condition: string, ...values: readonly unknown[]): string {
    let next = 0;
    return condition.replaceAll('?', () => this.bind(values[next++]));
  }

  /** The placeholder of a new parameter. */
  bind(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get sql(): string {
    return this.#conditions.length > 0 ? `WHERE ${this.#conditions.join(' AND ')}` : '';
  }
}
