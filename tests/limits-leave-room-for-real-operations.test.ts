import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  getIntrospectionQuery,
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type ValidationContext,
  validate,
} from 'graphql';
import { buildSchema } from '../schema/index.js';
import { measure } from '../server/graphql/measure.js';
import { limitsSettings } from '../server/limits/settings.js';
import { packageRoot } from '../server/root.js';
import { type RealOperation, realOperations } from './support/real-operations.js';

const schema = buildSchema();
const { query: limits } = limitsSettings.parse({});
const operations = realOperations().filter(({ document }) => validate(schema, document).length === 0);

function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  return count;
}

/** Where an operation asks for series by variables: a day, by ten minutes. */
const USUAL = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z', everySeconds: 600 };

const figuresOf = ({ document, operation, text }: RealOperation) => {
  const figures = measure(document, operation, schema, USUAL);
  return {
    characters: text.length,
    tokens: tokensOf(text),
    operations: document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length,
    rootFields: figures.roots,
    mutations: operation.operation === 'mutation' ? figures.roots : 0,
    ...figures,
  };
};

const figures = operations.map(figuresOf);
type Limit =
  | 'characters'
  | 'tokens'
  | 'operations'
  | 'depth'
  | 'aliases'
  | 'directives'
  | 'fields'
  | 'rootFields'
  | 'mutations'
  | 'cost';
const LIMITS: readonly Limit[] = [
  'characters',
  'tokens',
  'operations',
  'depth',
  'aliases',
  'directives',
  'fields',
  'rootFields',
  'mutations',
  'cost',
];
const largest = (what: Limit): number => Math.max(...figures.map((each) => each[what]));

test('there are operations to measure: those of the tests, the pages, the demo and GraphiQL', () => {
  expect(operations.length).toBeGreaterThan(150);
  const places = new Set(operations.map(({ place }) => place.split('/')[0]));
  expect([...places]).toEqual(expect.arrayContaining(['tests', 'docs', 'server', 'README.md']));
});

test.each(LIMITS)('%s: no real operation comes near its limit', (what) => {
  expect(limits[what] / largest(what)).toBeGreaterThanOrEqual(2);
});

test('docs/limits.md tells these limits, and figures that are still about right', () => {
  const page = readFileSync(join(packageRoot(), 'docs', 'limits.md'), 'utf8');
  for (const what of LIMITS) {
    const [, measured = '', limit = ''] =
      new RegExp(`^\\| \`${what}\` \\|[^|]*\\| ([\\d,]+) \\| ([\\d,]+) \\|`, 'm').exec(page) ?? [];
    expect([what, Number(limit.replaceAll(',', ''))]).toEqual([what, limits[what]]);
    const ratio = largest(what) / Number(measured.replaceAll(',', ''));
    expect([what, ratio > 0.5 && ratio < 2]).toEqual([what, true]);
  }
});

test('the whole schema can be asked for by whoever may', () => {
  const text = getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true, specifiedByUrl: true });
  const document = parse(text);
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (!operation) throw new Error('no operation');
  const { depth, fields, cost } = figuresOf({ place: '', text, document, operation });
  expect(depth).toBeLessThanOrEqual(limits.depth);
  expect(fields).toBeLessThanOrEqual(limits.fields);
  expect(cost).toBeLessThanOrEqual(limits.cost);
});

test('graphql-armor counts the same aliases, directives and levels', () => {
  const require = createRequire(import.meta.url);
  type Rule = (options: unknown) => (context: ValidationContext) => object;
  const rules: readonly ['aliases' | 'directives' | 'depth', Rule][] = [
    ['aliases', (require('@escape.tech/graphql-armor-max-aliases') as { maxAliasesRule: Rule }).maxAliasesRule],
    [
      'directives',
      (require('@escape.tech/graphql-armor-max-directives') as { maxDirectivesRule: Rule }).maxDirectivesRule,
    ],
    ['depth', (require('@escape.tech/graphql-armor-max-depth') as { maxDepthRule: Rule }).maxDepthRule],
  ];
  const fragments = `{ ...a ...a } fragment a on Query { x: departments { ...b code @include(if: true) } } fragment b on Department { y: code y2: name }`;
  const document = parse(fragments);
  const cases = [
    ...operations,
    { place: '', text: fragments, document, operation: document.definitions[0] as RealOperation['operation'] },
  ];
  for (const { document: each, operation, text } of cases) {
    if (each.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length > 1) continue;
    const ours = measure(each, operation, schema);
    for (const [what, rule] of rules) {
      let counted = -1;
      const options = {
        n: 1000,
        allowList: [],
        flattenFragments: true,
        ignoreIntrospection: false,
        onAccept: [(_: unknown, { n }: { n: number }) => (counted = n)],
      };
      validate(schema, each, [rule(options)]);
      expect([what, text, counted]).toEqual([what, text, ours[what]]);
    }
  }
});
