import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from 'graphql';
import type { Graph, Viewer } from './graph.js';

/** What a viewer gets of a field: shown, empty, refused, or the thing itself is not there for them. */
export type Cell = '+' | '0' | 'x' | '-';
/** By "Type.field", then by the viewer's name. */
export type Matrix = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

/** A way from a root field to an object of a type: "warnings > edges > node". */
interface Door {
  readonly path: readonly string[];
  readonly type: string;
}

const MAX_PATH = 6;

/** The shortest ways to each object type, those through root fields that need no more than `args` gives; nearest first. */
export function doorsOf(schema: GraphQLSchema, args: Readonly<Record<string, string>>): Map<string, Door[]> {
  const found = new Map<string, Door[]>();
  let layer: Door[] = [{ path: [], type: schema.getQueryType()?.name ?? '' }];
  for (let depth = 0; depth < MAX_PATH; depth += 1) {
    const next: Door[] = [];
    for (const { path, type } of layer) {
      const of = schema.getType(type);
      if (!isObjectType(of) && !isInterfaceType(of)) continue;
      for (const field of Object.values(of.getFields())) {
        const given = path.length === 0 ? (args[field.name] ?? '') : '';
        if (field.args.some(isRequiredArgument) && !given) continue;
        const named = getNamedType(field.type);
        if (isLeafType(named)) continue;
        const targets = isObjectType(named)
          ? [named]
          : isUnionType(named) || isInterfaceType(named)
            ? schema.getPossibleTypes(named)
            : [];
        for (const target of targets) {
          const step = `${field.name}${given}${targets.length > 1 || !isObjectType(named) ? ` on ${target.name}` : ''}`;
          const known = found.get(target.name) ?? [];
          if (known.length >= 8) continue;
          const door = { path: [...path, step], type: target.name };
          found.set(target.name, [...known, door]);
          next.push(door);
        }
      }
    }
    layer = next;
  }
  return found;
}

/** The query that goes through a door and selects `fields` there. */
export function through({ path }: Door, fields: string): string {
  return path.reduceRight((inner, step) => {
    const [field, on] = step.split(' on ');
    return on ? `{ ${field} { ... on ${on} ${inner} } }` : `{ ${field} ${inner} }`;
  }, `{ __typename ${fields} }`);
}

/** The first object at the end of a door in an answer; undefined where there is none. */
export function at({ path }: Door, data: unknown): Record<string, unknown> | undefined {
  let now: unknown[] = [data];
  for (const step of path) {
    const name = (step.split(' on ')[0] as string).replace(/\(.*$/s, '');
    now = now
      .flatMap((each) => (each as Record<string, unknown> | null)?.[name] ?? [])
      .filter((each) => typeof each === 'object' && Object.keys(each as object).length > 0);
  }
  return now.find((each) => Object.keys(each as object).length > 0) as Record<string, unknown> | undefined;
}

const selection = (field: GraphQLField<unknown, unknown>): string =>
  isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** What a viewer gets of every field of one type, by the door given: fields that are refused are asked for no more. */
export async function rowOf(
  graph: Graph,
  type: GraphQLObjectType,
  door: Door,
  viewer: Viewer,
  given: Readonly<Record<string, string>>,
): Promise<Map<string, Cell>> {
  const cells = new Map<string, Cell>();
  let fields = Object.values(type.getFields()).filter(
    (field) => !field.args.some(isRequiredArgument) || given[field.name],
  );
  for (;;) {
    const text = fields.map((field) => `${field.name}${given[field.name] ?? ''}${selection(field)}`).join(' ');
    const { data, errors = [] } = await graph.answer(through(door, text), {}, viewer);
    const refused = new Set(
      errors.flatMap(({ path = [], extensions }) => {
        const last = path.at(-1);
        return /FORBIDDEN|UNAUTHENTICATED/.test(String(extensions.code)) && fields.some(({ name }) => name === last)
          ? [String(last)]
          : [];
      }),
    );
    const isDoor = [...refused].some(
      (name) => door.path.some((step) => step.startsWith(name)) && errors[0]?.path?.length === 1,
    );
    if (refused.size > 0 && !isDoor) {
      for (const name of refused) cells.set(name, 'x');
      fields = fields.filter(({ name }) => !refused.has(name));
      continue;
    }
    const found = at(door, data);
    const absent: Cell = errors.some(({ extensions }) => /FORBIDDEN|UNAUTHENTICATED/.test(String(extensions.code)))
      ? 'x'
      : '-';
    for (const { name } of fields) cells.set(name, !found ? absent : isEmpty(found[name]) ? '0' : '+');
    return cells;
  }
}

/** Something of a type, to call a mutation with. */
export function sample(type: GraphQLInputType): string {
  if (isNonNullType(type)) return sample(type.ofType);
  if (isListType(type)) return `[${sample(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? '';
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${required.map((field) => `${field.name}: ${sample(field.type)}`).join(', ')} }`;
  }
  const samples: Record<string, string> = {
    Int: '1',
    Float: '1',
    Boolean: 'true',
    DateTime: '"2026-06-02T00:00:00Z"',
    GeoJSON: '{ type: "Point", coordinates: [84, 44] }',
  };
  return samples[type.name] ?? '"x"';
}

/** Whether a viewer may call a mutation, or query that needs arguments, at all: what its arguments name does not exist. */
export async function calls(
  graph: Graph,
  operation: 'mutation' | 'query',
  field: GraphQLField<unknown, unknown>,
  viewer: Viewer,
): Promise<Cell> {
  const required = field.args.filter(isRequiredArgument);
  const args = required.length > 0 ? `(${required.map((arg) => `${arg.name}: ${sample(arg.type)}`).join(', ')})` : '';
  const { errors = [] } = await graph.answer(`${operation} { ${field.name}${args}${selection(field)} }`, {}, viewer);
  return errors.some(({ extensions }) => /FORBIDDEN|UNAUTHENTICATED/.test(String(extensions.code))) ? 'x' : '+';
}
