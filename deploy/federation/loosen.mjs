import { Kind, visit } from 'graphql';

/**
 * The parts of one hub with every field nullable that may have to come from a part that does not answer: the fields of Query, and of each type that
 * several parts serve by its key all that is not the key. So an outage costs its own fields and never what stands around them.
 * @template {{ typeDefs: import('graphql').DocumentNode }} P @param {readonly P[]} parts @returns {P[]}
 */
export function loosen(parts) {
  const types = parts.flatMap(({ typeDefs }) => typeDefs.definitions.filter(isObject));
  const names = types.filter((type) => keysOf(type).length > 0).map(nameOf);
  const apart = new Set(['Query', ...names.filter((name, i) => names.indexOf(name) !== i)]);
  // Whoever implements an interface may not promise less than it does.
  const interfaces = new Set(
    types.filter((type) => apart.has(nameOf(type))).flatMap((type) => (type.interfaces ?? []).map(nameOf)),
  );
  const loosened = (type) =>
    apart.has(nameOf(type)) || interfaces.has(nameOf(type))
      ? { ...type, fields: type.fields?.map((field) => looseField(field, keysOf(type))) }
      : undefined;
  const ofObject = { ObjectTypeDefinition: loosened, ObjectTypeExtension: loosened, InterfaceTypeDefinition: loosened };
  return parts.map((part) => ({ ...part, typeDefs: visit(part.typeDefs, ofObject) }));
}

/** The fields of Query that are never null in the parts. @param {readonly { typeDefs: import('graphql').DocumentNode }[]} parts @returns {string[]} */
export const strictRoots = (parts) =>
  parts
    .flatMap(({ typeDefs }) => typeDefs.definitions.filter((node) => isObject(node) && nameOf(node) === 'Query'))
    .flatMap((type) => type.fields ?? [])
    .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
    .map(nameOf);

const isObject = ({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION || kind === Kind.OBJECT_TYPE_EXTENSION;
const nameOf = (node) => node.name.value;

/** The fields that a type's keys are made of. */
const keysOf = (type) =>
  (type.directives ?? [])
    .filter((directive) => nameOf(directive) === 'key')
    .flatMap(({ arguments: args = [] }) => args.filter((arg) => nameOf(arg) === 'fields'))
    .flatMap(({ value }) => (value.kind === Kind.STRING ? value.value.match(/\w+/g) : []));

const looseField = (field, keys) =>
  field.type.kind === Kind.NON_NULL_TYPE && !keys.includes(nameOf(field)) && nameOf(field) !== '_service'
    ? { ...field, type: field.type.type }
    : field;
