import { describe, expect, test } from '@jest/globals';
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { buildSchema } from '../../schema/index.js';
import { measure } from '../../server/graphql/measure.js';
import { LENGTHS, usualLength } from '../../server/graphql/weights.js';
import { limitsSettings } from '../../server/limits/settings.js';

const schema = buildSchema();
const { query: limits } = limitsSettings.parse({});

describe('cost is of what an answer may really hold', () => {
  const costOf = (text: string, variables = {}): number => {
    const document = parse(text);
    expect(validate(schema, document)).toEqual([]);
    return measure(document, document.definitions[0] as OperationDefinitionNode, schema, variables).cost;
  };
  const DAY = 'from: "2026-06-01T00:00:00Z", to: "2026-06-02T00:00:00Z"';
  const WEEK = 'from: "2026-06-01T00:00:00Z", to: "2026-06-08T00:00:00Z"';
  const series = (args: string, head = ''): string =>
    `query Series${head} { station(id: "x") { datastreams { series(${args}) { at value } } } }`;
  const aliases = (count: number, field: string): string =>
    Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ');

  test('a series by its time and its buckets', () => {
    expect(costOf(series(`${DAY}, everySeconds: 3600`))).toBe(2 + 5 * (1 + 20 + 24 + 24 * 2));
    expect(costOf(series(DAY))).toBe(2 + 5 * (1 + 20 + 720 * 2));
    expect(costOf(series(WEEK))).toBe(2 + 5 * (1 + 20 + 5040 * 2));
    // Longer than the resolver gives, backwards, not a time: refused there.
    expect(costOf(series('from: "2026-06-02T00:00:00Z", to: "2026-06-01T00:00:00Z"'))).toBe(2 + 5 * (1 + 20 + 2));
    expect(costOf(series('from: "1990-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z", everySeconds: 0'))).toBe(
      2 + 5 * (1 + 20 + 10_000 * 2),
    );
  });

  test('a series by variables and their defaults; the longest where they are not known', () => {
    const head = '($from: DateTime!, $to: DateTime = "2026-06-02T00:00:00Z", $every: Int = 3600)';
    const text = series('from: $from, to: $to, everySeconds: $every', head.replace('DateTime =', 'DateTime! ='));
    expect(costOf(text, { from: '2026-06-01T00:00:00Z' })).toBe(2 + 5 * (1 + 20 + 24 + 24 * 2));
    expect(costOf(text, { from: '2026-06-01T08:00:00+08:00', every: 7200 })).toBe(2 + 5 * (1 + 20 + 24 + 12 * 2));
    expect(costOf(text, { from: '2026-06-01T00:00:00Z', every: null })).toBe(2 + 5 * (1 + 20 + 720 * 2));
    for (const from of [undefined, null, 5, {}, 'yesterday'])
      expect(costOf(text, { from })).toBeGreaterThan(limits.cost);
  });

  test.each([
    [
      'series of many stations',
      `{ stations(first: 200) { edges { node { datastreams { series(${DAY}) { value } } } } } }`,
    ],
    [
      'a year in one bucket, of many stations',
      '{ stations(first: 200) { edges { node { datastreams { series(from: "2025-06-01T00:00:00Z", to: "2026-06-01T00:00:00Z", everySeconds: 31536000) { mean } } } } } }',
    ],
    ['ever the same series', `{ station(id: "x") { datastreams { ${aliases(5, `series(${WEEK}) { at value }`)} } } }`],
    ['outlines of many warnings', `{ ${aliases(20, 'warnings(first: 200) { edges { node { area } } }')} }`],
    ['history of history', `{ shelters(first: 200) { edges { node { history { history { history { code } } } } } } }`],
    [
      'fires, their hotspots, their fires',
      '{ fires(first: 200) { edges { node { hotspots { fire { hotspots { id } } } } } } }',
    ],
    [
      'stations of enterprises of stations',
      '{ enterprises(first: 200) { edges { node { stations { datastreams { property unit } } } } } }',
    ],
  ])('%s is refused, whoever asks', (_name, text) => {
    expect(costOf(text)).toBeGreaterThan(limits.cost);
  });

  test('lists that the schema says to hold a hundred or more are priced as more than a few, and every price is of a list', () => {
    const lists = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.values(type.getFields())
            .filter((each) => isListType(getNullableType(each.type)) && isCompositeType(getNamedType(each.type)))
            .map(({ name, description }) => ({ type: type.name, name, description }))
        : [],
    );
    const long = lists.filter(
      ({ name, description }) =>
        name !== 'series' && Number(/at most (\d{3,})/.exec(description ?? '')?.[1] ?? 0) >= 100,
    );
    expect(long.length).toBeGreaterThan(20);
    expect(long.filter(({ type, name }) => usualLength(type, name) < 10)).toEqual([]);
    const names = new Set(lists.flatMap(({ type, name }) => [name, `${type}.${name}`]));
    expect(Object.keys(LENGTHS).filter((each) => !names.has(each))).toEqual([]);
  });
});
