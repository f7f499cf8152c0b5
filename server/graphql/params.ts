import { HubError } from '../../model/errors.js';
import type { QueryLimits } from '../limits/settings.js';

/** What a caller sends on any transport, its shape checked. */
export interface Params {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
  /** Of a registered operation, in place of its text. */
  readonly documentId?: string;
}

const NAMES: readonly string[] = ['query', 'operationName', 'variables', 'extensions', 'documentId', 'id', 'type'];

/** Checks the parameters of one operation; BAD_INPUT says what is wrong, TOO_COMPLEX which limit they pass. */
export function checkParams(given: unknown, limits: QueryLimits): Params {
  if (Array.isArray(given)) throw bad('one operation a request: arrays of them are not taken');
  if (!isMap(given)) throw bad('a JSON object with a "query"');
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name) && given[name] != null);
  if (unknown !== undefined) throw bad(`no such parameter: ${unknown.slice(0, 40)}`);
  // Over WebSocket a query must be there: an empty one is none.
  const query = optional(given.query, isText, 'query: a string') || undefined;
  const documentId = optional(given.documentId, isText, 'documentId: a string');
  const operationName = optional(given.operationName, isText, 'operationName: a string');
  const variables = optional(given.variables, isMap, 'variables: an object');
  const extensions = optional(given.extensions, isMap, 'extensions: an object');
  if (query !== undefined && query.length > limits.characters)
    throw tooLarge('characters of the query', query.length, limits.characters);
  for (const part of [variables, extensions]) if (part) checkSize(part, limits);
  return {
    ...(query === undefined ? {} : { query }),
    ...(documentId === undefined ? {} : { documentId }),
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables ? { variables } : {}),
    ...(extensions ? { extensions } : {}),
  };
}

/** The parameters in a URL, those of JSON still as text. */
export function paramsOfUrl(url: string): unknown {
  const search = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const json = (name: string): unknown => {
    const text = search.get(name);
    if (!text) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw bad(`${name}: no JSON`);
    }
  };
  const text = (name: string): string | undefined => search.get(name) || undefined;
  return {
    query: text('query'),
    documentId: text('documentId'),
    operationName: text('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** Without recursion: how deep it goes is what is asked. */
function checkSize(value: unknown, { variableDepth, variableValues }: QueryLimits): void {
  const open: [unknown, number][] = [[value, 0]];
  let values = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [each, depth] = next;
    if (typeof each !== 'object' || each === null) {
      values += 1;
      if (values > variableValues) throw tooLarge('values in the variables', values, variableValues);
      continue;
    }
    if (depth > variableDepth) throw tooLarge('levels of the variables', depth, variableDepth);
    for (const inner of Object.values(each)) open.push([inner, depth + 1]);
  }
}

export const tooLarge = (what: string, figure: number, limit: number): HubError =>
  new HubError(
    'TOO_COMPLEX',
    `${what}: ${figure === Number.POSITIVE_INFINITY ? 'endless' : figure}, at most ${limit}`,
    {
      limit,
      ...(Number.isFinite(figure) ? { figure } : {}),
    },
  );

const bad = (what: string): HubError => new HubError('BAD_INPUT', what);
const isText = (value: unknown): value is string => typeof value === 'string';
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function optional<T>(value: unknown, is: (value: unknown) => value is T, what: string): T | undefined {
  if (value === undefined || value === null) return undefined;
  if (!is(value)) throw bad(what);
  return value;
}
