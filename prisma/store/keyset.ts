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

/** The sort key inside a cursor that has `length` parts; anything else is BAD_INPUT. */
export function decodeKey(cursor: string | null | undefined, length: number): string[] | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === length && key.every((part) => typeof part === 'string'))
      return key as string[];
  } catch {
    // Falls through to the one answer for all that is no cursor.
  }
  throw new HubError('BAD_INPUT', 'after: this is no cursor of this list');
}

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
    let next = 0;
    this.#conditions.push(`(${condition.replaceAll('?', () => this.bind(values[next++]))})`);
    return this;
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
