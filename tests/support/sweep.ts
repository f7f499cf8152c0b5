import {
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** Arguments to give where a field requires some, by its name; a field that requires others is left out. */
export type Arguments = Readonly<Record<string, string>>;

const FIELD_ARGUMENTS: Arguments = { series: '(from: "2026-05-31T00:00:00Z", to: "2026-06-02T00:00:00Z")' };

export interface SweepOptions {
  readonly schema: GraphQLSchema;
  /** Levels below a root field; `edges` and `node` count for none. */
  readonly depth: number;
  /** Arguments of root fields that need some. */
  readonly args: Arguments;
  /** Names of fields to leave out: one that is refused would empty all around it, and blind the sweep. */
  readonly except: readonly string[];
}

/** A selection of everything that a type has, `depth` levels down, for queries that ask for all there is. */
function everything(options: SweepOptions, type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const own = isObjectType(named) || isInterfaceType(named) ? Object.values(named.getFields()) : [];
  const fields = own.flatMap((field) => one(options, field, depth));
  const more = isAbstractType(named)
    ? options.schema.getPossibleTypes(named).map((each) => `... on ${each.name} ${everything(options, each, depth)}`)
    : [];
  return `{ __typename ${[...fields, ...more].join(' ')} }`;
}

function one(options: SweepOptions, field: GraphQLField<unknown, unknown>, depth: number): string[] {
  if (options.except.includes(field.name)) return [];
  const given = FIELD_ARGUMENTS[field.name] ?? '';
  if (field.args.some(isRequiredArgument) && !given) return [];
  const leaf = isLeafType(getNamedType(field.type));
  if (leaf) return [`${named(field)}${given}`];
  // Levels that only wrap (edges, node) cost nothing.
  const next = field.name === 'edges' || field.name === 'node' ? depth : depth - 1;
  return next < 0 ? [] : [`${named(field)}${given} ${everything(options, field.type, next)}`];
}

/** The same field of two types may have types that do not merge: each is asked under a name of its own. */
const named = (field: GraphQLField<unknown, unknown>): string =>
  `${field.name}_${String(field.type).replaceAll('[', 'L').replaceAll('!', 'N').replaceAll(/\W/g, '')}: ${field.name}`;

/** One query for each root field, asking all that it can give. */
export function sweep(options: SweepOptions): string[] {
  const { schema, args, depth } = options;
  return Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) => {
    const given = args[field.name] ?? '';
    if (field.args.some(isRequiredArgument) && !given) return [];
    return [`{ ${field.name}${given} ${everything(options, field.type, depth)} }`];
  });
}
