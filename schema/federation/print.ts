import {
  astFromValue,
  type ConstDirectiveNode,
  type DefinitionNode,
  type FieldDefinitionNode,
  GraphQLBoolean,
  GraphQLList,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { type Directive, directivesOf } from './directives.js';

/**
 * A schema as text, with the directives that are noted on it, its types, their fields and values; `printSchema` leaves them out. `own` gives those
 * of the schema itself, from the names of all that are used.
 */
export function printWithDirectives(
  schema: GraphQLSchema,
  own: (used: ReadonlySet<string>) => readonly Directive[],
): string {
  const definitions = parse(printSchema(schema), { noLocation: true }).definitions.map((each) =>
    withDirectives(each, schema),
  );
  const used = new Set(directivesOf(schema).map(({ name }) => name));
  visit({ kind: Kind.DOCUMENT, definitions }, { Directive: ({ name }) => void used.add(name.value) });
  const directives = nodesOf(own(used));
  return print({
    kind: Kind.DOCUMENT,
    definitions: [{ kind: Kind.SCHEMA_EXTENSION, directives, operationTypes: [] }, ...definitions],
  });
}

function withDirectives(node: DefinitionNode, schema: GraphQLSchema): DefinitionNode {
  const type = 'name' in node && node.name ? schema.getType(node.name.value) : undefined;
  if (!type || node.kind === Kind.DIRECTIVE_DEFINITION) return node;
  const directives = [...(node.directives ?? []), ...nodesOf(directivesOf(type))] as ConstDirectiveNode[];
  return { ...node, directives, ...partsOf(node, type) } as DefinitionNode;
}

/** A type's fields or values, each with its own. */
function partsOf(node: DefinitionNode, type: GraphQLNamedType): Partial<Record<'fields' | 'values', unknown>> {
  const marked = (
    part: { name: { value: string }; directives?: readonly unknown[] },
    extended: Extended | undefined,
  ) => ({
    ...part,
    directives: [...(part.directives ?? []), ...nodesOf(extended ? directivesOf(extended) : [])],
  });
  if (isEnumType(type) && 'values' in node)
    return { values: node.values?.map((value) => marked(value, type.getValue(value.name.value) ?? undefined)) };
  if (!(isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) || !('fields' in node)) return {};
  const fields = type.getFields();
  return {
    fields: (node.fields as readonly FieldDefinitionNode[]).map((field) => marked(field, fields[field.name.value])),
  };
}

type Extended = Parameters<typeof directivesOf>[0];

const nodesOf = (directives: readonly Directive[]): ConstDirectiveNode[] =>
  directives.map(({ name, args = {} }) => ({
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: name },
    arguments: Object.entries(args).flatMap(([argument, value]) => {
      const node = astFromValue(value, typeOf(value));
      return node ? [{ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: argument }, value: node as never }] : [];
    }),
  }));

/** The federation's directives take texts, lists of texts and truth values. */
const typeOf = (value: unknown) =>
  Array.isArray(value) ? new GraphQLList(GraphQLString) : typeof value === 'boolean' ? GraphQLBoolean : GraphQLString;
