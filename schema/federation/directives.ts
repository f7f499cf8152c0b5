import {
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import type { HubContext } from '../../resolvers/context.js';

/** A directive as the federation plugin notes it on a type, a field or the schema itself. */
export interface Directive {
  readonly name: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

interface Extended {
  extensions: Readonly<Record<string, unknown>>;
}

/** The directives of one name, or all, in the order in which they were said. */
export function directivesOf({ extensions }: Extended, name?: string): readonly Directive[] {
  const all = (extensions.directives ?? []) as readonly Directive[];
  return name === undefined ? all : all.filter((each) => each.name === name);
}

/** Adds a directive to what was said already. */
export function mark(element: Extended, directive: Directive): void {
  element.extensions = { ...element.extensions, directives: [...directivesOf(element), directive] };
}

export type ResolveReference = (
  reference: Readonly<Record<string, unknown>>,
  context: HubContext,
  info: Parameters<GraphQLFieldResolver<unknown, HubContext>>[3],
) => unknown;

/** One way of naming an entity. */
export interface Key {
  /** As written, e.g. "sku variation { id }". */
  readonly text: string;
  readonly selection: SelectionSetNode;
  /** Whether this subgraph finds it by that. */
  readonly resolvable: boolean;
}

/** A type that other subgraphs may refer to. */
export interface Entity {
  readonly type: GraphQLObjectType;
  readonly keys: readonly Key[];
  readonly resolveReference: ResolveReference;
}

/** What of a schema can be found again by a key, by the type's name. */
export function entitiesOf(schema: GraphQLSchema): ReadonlyMap<string, Entity> {
  const entities = new Map<string, Entity>();
  for (const type of Object.values(schema.getTypeMap())) {
    const keys = keysOf(type).filter(({ resolvable }) => resolvable);
    const { apollo } = type.extensions as { apollo?: { subgraph?: { resolveReference?: ResolveReference } } };
    const resolveReference = apollo?.subgraph?.resolveReference;
    if (!isObjectType(type) || keys.length === 0 || !resolveReference) continue;
    entities.set(type.name, { type, keys, resolveReference });
  }
  return entities;
}

/** What names one of a type, in the order in which it was said; none for what is no entity. */
export const keysOf = (type: GraphQLNamedType): readonly Key[] =>
  directivesOf(type, 'key').map(({ args }) => {
    const text = String(args?.fields);
    const [operation] = parse(`{ ${text} }`).definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no key: ${text}`);
    return { text, selection: operation.selectionSet, resolvable: args?.resolvable !== false };
  });
