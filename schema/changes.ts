import { type Change, CriticalityLevel, DiffRule, diff } from '@graphql-inspector/core';
import {
  buildASTSchema,
  type ConstDirectiveNode,
  type DocumentNode,
  GraphQLDeprecatedDirective,
  type GraphQLSchema,
  getDirectiveValues,
  Kind,
  parse,
  printSchema,
  visit,
} from 'graphql';

/** `retired`: what went as its deprecation had said that it would. */
export type ChangeLevel = 'breaking' | 'dangerous' | 'safe' | 'retired';

export interface SchemaChange {
  readonly level: ChangeLevel;
  /** The coordinate: "Warning.headline", "Query.warnings.first", "WarningState.DRAFT". */
  readonly where: string;
  readonly what: string;
  readonly why: string;
  /** What the author is to do; empty where there is nothing to do. */
  readonly todo: string;
}

/** Something deprecated; `goesAfter` (YYYY-MM-DD) is undefined where its reason does not say so in the policy's words. */
export interface Deprecation {
  readonly where: string;
  readonly reason: string;
  readonly goesAfter?: string;
}

const GOES_AFTER = /\bGoes after (\d{4}-\d{2}-\d{2})\./;
const DIRECTIVES = /@(?!deprecated)/;

/**
 * What changed since a released schema, the worst first; descriptions do not count. Whatever was deprecated in the release, was to go
 * after a date before `today` (YYYY-MM-DD) and is gone, is `retired`, and with it the types that only it led to.
 */
export async function changesSince(released: string, current: GraphQLSchema, today: string): Promise<SchemaChange[]> {
  const before = parse(released);
  const kept = new Set(coordinates(parse(printSchema(current))).keys());
  const retired = deprecations(before).filter(
    ({ where, goesAfter }) => goesAfter !== undefined && goesAfter < today && !kept.has(where),
  );
  const rules = [DiffRule.ignoreDescriptionChanges, DiffRule.safeUnreachable, DiffRule.simplifyChanges];
  const found = await diff(without(before, new Set(retired.map(({ where }) => where))), current, rules);
  const changes = [
    ...found.filter(({ path }) => !DIRECTIVES.test(path ?? '')).map(told),
    ...retired.map(({ where, goesAfter }): SchemaChange => {
      const why = `it was deprecated in the release, to go after ${goesAfter}`;
      return { level: 'retired', where, what: `'${where}' was removed`, why, todo: 'Say it in CHANGELOG.md.' };
    }),
  ];
  return changes.sort((a, b) => rank(a) - rank(b) || (a.where < b.where ? -1 : 1));
}

/** Everything that a schema calls deprecated. */
export function deprecations(schema: DocumentNode): Deprecation[] {
  return [...coordinates(schema)].flatMap(([where, node]) => {
    const reason = getDirectiveValues(GraphQLDeprecatedDirective, node)?.reason;
    if (typeof reason !== 'string') return [];
    const goesAfter = GOES_AFTER.exec(reason)?.[1];
    return [goesAfter === undefined ? { where, reason } : { where, reason, goesAfter }];
  });
}

const LEVELS: readonly ChangeLevel[] = ['breaking', 'dangerous', 'retired', 'safe'];
const rank = ({ level }: SchemaChange): number => LEVELS.indexOf(level);

function told({ criticality, path = '', message, type }: Change): SchemaChange {
  const level = (
    {
      [CriticalityLevel.Breaking]: 'breaking',
      [CriticalityLevel.Dangerous]: 'dangerous',
      [CriticalityLevel.NonBreaking]: 'safe',
    } as const
  )[criticality.level];
  const why = criticality.reason ?? (level === 'breaking' ? 'operations that were right become wrong' : '');
  return { level, where: path.replace('.@deprecated', ''), what: message, why, todo: todo(level, String(type)) };
}

/** By the inspector's word for a kind of change: FIELD_REMOVED, FIELD_ARGUMENT_ADDED, INPUT_FIELD_TYPE_CHANGED … */
function todo(level: ChangeLevel, type: string): string {
  if (level === 'safe') return '';
  if (level === 'dangerous')
    return type === 'ENUM_VALUE_ADDED' || type.startsWith('UNION_MEMBER')
      ? 'Say it in CHANGELOG.md: clients need a case for what they do not know.'
      : 'Prefer something new beside it; where it must be, say it in CHANGELOG.md.';
  if (type.endsWith('_ADDED')) return 'Make it nullable or give it a default.';
  if (type.endsWith('_REMOVED'))
    return 'Keep it and deprecate it first (docs/schema-changes.md); it may go once its date has passed.';
  return 'Keep it as it was, add the new one beside it under another name, and deprecate this one (docs/schema-changes.md).';
}

type Deprecable = { readonly directives?: readonly ConstDirectiveNode[] };

/** Every field, argument, input field and enum value of a schema by its coordinate. */
function coordinates(schema: DocumentNode): Map<string, Deprecable> {
  const found = new Map<string, Deprecable>();
  for (const definition of schema.definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    const owner = definition.name.value;
    if ('values' in definition)
      for (const value of definition.values ?? []) found.set(`${owner}.${value.name.value}`, value);
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      found.set(`${owner}.${field.name.value}`, field);
      if (field.kind !== Kind.FIELD_DEFINITION) continue;
      for (const arg of field.arguments ?? []) found.set(`${owner}.${field.name.value}.${arg.name.value}`, arg);
    }
  }
  return found;
}

/** The schema without some of its fields, arguments and values. */
function without(schema: DocumentNode, gone: ReadonlySet<string>): GraphQLSchema {
  const nodes = new Set([...coordinates(schema)].flatMap(([where, node]) => (gone.has(where) ? [node] : [])));
  return buildASTSchema(visit(schema, { enter: (node) => (nodes.has(node as Deprecable) ? null : undefined) }));
}
