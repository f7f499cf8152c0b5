import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromAST,
} from 'graphql';
import { MAX_PAGE } from '../../prisma/store/keyset.js';
import { geometryWeight, seriesWeight, usualLength } from './weights.js';

/** How large an operation is, its fragments counted wherever they are spread. */
export interface Figures {
  /** Levels of fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields as executed once, not once an item. */
  readonly fields: number;
  /** Fields of the root. */
  readonly roots: number;
  /** About how many values the answer may hold: every field once for each item of the lists around it. */
  readonly cost: number;
}

/** Pages hold this much where `first` is not given. */
const USUAL_PAGE = 50;

const NOTHING: Figures = { depth: 0, aliases: 0, directives: 0, fields: 0, roots: 0, cost: 0 };

type Variables = Readonly<Record<string, unknown>>;

/** Measures an operation that need not be valid, in time proportional to the document's length, whatever its fragments multiply to. */
export function measure(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  variables: Variables = {},
): Figures {
  const root = schema.getRootType(operation.operation);
  const given = { ...defaultsOf(operation), ...variables };
  const figures = new Measuring(document, schema, given).selection(operation.selectionSet, root?.name, undefined);
  return { ...figures, directives: figures.directives + (operation.directives?.length ?? 0) };
}

class Measuring {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By name, and the page around where it is spread. */
  readonly #measured = new Map<string, Figures>();

  constructor(
    document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly variables: Variables,
  ) {
    this.#fragments = new Map(
      document.definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
    );
  }

  /** `page`: how many items the connection around it holds. */
  selection({ selections }: SelectionSetNode, typeName: string | undefined, page: number | undefined): Figures {
    let sum = NOTHING;
    for (const each of selections) {
      const inner =
        each.kind === Kind.FIELD
          ? this.#field(each, typeName, page)
          : each.kind === Kind.INLINE_FRAGMENT
            ? this.selection(each.selectionSet, each.typeCondition?.name.value ?? typeName, page)
            : this.#fragment(each.name.value, page);
      sum = {
        depth: Math.max(sum.depth, inner.depth),
        aliases: sum.aliases + inner.aliases,
        directives: sum.directives + inner.directives + (each.directives?.length ?? 0),
        fields: sum.fields + inner.fields,
        roots: sum.roots + inner.roots,
        cost: sum.cost + inner.cost,
      };
    }
    return sum;
  }

  #fragment(name: string, page: number | undefined): Figures {
    const key = `${name} ${page}`;
    const known = this.#measured.get(key);
    if (known) return known;
    // Found again while it is measured it spreads itself, which validation refuses.
    this.#measured.set(key, NOTHING);
    const fragment = this.#fragments.get(name);
    const figures = fragment ? this.selection(fragment.selectionSet, fragment.typeCondition.name.value, page) : NOTHING;
    this.#measured.set(key, figures);
    return figures;
  }

  #field(node: FieldNode, parent: string | undefined, page: number | undefined): Figures {
    const field = this.#definition(node.name.value, parent);
    const type = field && getNamedType(field.type);
    const asked = field && this.#pageOf(node, field);
    const isConnection = type?.name.endsWith('Connection') === true;
    const inner = node.selectionSet
      ? this.selection(
          node.selectionSet,
          isCompositeType(type) ? type.name : undefined,
          isConnection ? (asked ?? USUAL_PAGE) : undefined,
        )
      : NOTHING;
    const isList = field !== undefined && isListType(getNullableType(field.type));
    const series = field && type?.name === 'SeriesPoint' ? this.#series(node, field) : undefined;
    const items = isList
      ? (series?.points ?? this.#represented(node) ?? asked ?? page ?? usualLength(parent, field.name))
      : 1;
    const own = type?.name === 'GeoJSON' && isLeafType(type) ? geometryWeight(node.name.value) : 1;
    return {
      depth: 1 + inner.depth,
      aliases: (node.alias ? 1 : 0) + inner.aliases,
      directives: inner.directives,
      fields: 1 + inner.fields,
      roots: 1,
      cost: own + (series?.reading ?? 0) + items * inner.cost,
    };
  }

  /** How many entities a gateway names; undefined for any other field. */
  #represented({ arguments: given }: FieldNode): number | undefined {
    const value = given?.find(({ name }) => name.value === 'representations')?.value;
    if (value?.kind === Kind.LIST) return value.values.length;
    const named = value?.kind === Kind.VARIABLE ? this.variables[value.name.value] : undefined;
    return Array.isArray(named) ? named.length : undefined;
  }

  #definition(name: string, parent: string | undefined): GraphQLField<unknown, unknown> | undefined {
    const type = parent === undefined ? undefined : this.schema.getType(parent);
    return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
  }

  #series(node: FieldNode, field: GraphQLField<unknown, unknown>): ReturnType<typeof seriesWeight> {
    const said = (name: string): unknown => this.#argument(node, field, name);
    return seriesWeight({ from: said('from'), to: said('to'), everySeconds: said('everySeconds') });
  }

  /** What an argument says, as its type reads it; undefined where it is not given or cannot be read. */
  #argument(node: FieldNode, field: GraphQLField<unknown, unknown>, name: string): unknown {
    const type = field.args.find((each) => each.name === name)?.type;
    const value = node.arguments?.find((each) => each.name.value === name)?.value;
    const leaf = type && getNamedType(type);
    if (!value || !isLeafType(leaf)) return undefined;
    if (value.kind !== Kind.VARIABLE) return valueFromAST(value, leaf);
    try {
      return leaf.parseValue(this.variables[value.name.value]);
    } catch {
      return undefined;
    }
  }

  /** What `first` says, where the field has it; one that is out of bounds is refused by the resolver. */
  #pageOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined {
    if (!field.args.some(({ name }) => name === 'first')) return undefined;
    const value = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    const first =
      value?.kind === Kind.INT
        ? Number(value.value)
        : value?.kind === Kind.VARIABLE
          ? this.variables[value.name.value]
          : undefined;
    return typeof first === 'number' && first > 0 ? Math.min(first, MAX_PAGE) : USUAL_PAGE;
  }
}

const defaultsOf = ({ variableDefinitions }: OperationDefinitionNode): Variables =>
  Object.fromEntries(
    (variableDefinitions ?? []).flatMap(({ variable, defaultValue }): (readonly [string, unknown])[] => {
      if (defaultValue?.kind === Kind.INT) return [[variable.name.value, Number(defaultValue.value)]];
      return defaultValue?.kind === Kind.STRING ? [[variable.name.value, defaultValue.value]] : [];
    }),
  );
