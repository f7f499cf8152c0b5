import { Kind, parse, print, visit } from 'graphql';

/** What a whole hub's queries are beneath its county's field. */
export const HUB_TYPE = 'CountyHub';
const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@shareable"])`;

/** The field of Query that leads to a county's hub. @param {string} name of the county, e.g. "wusu" */
export const countyField = (name) => name.replace(/-(.)/g, (_all, letter) => letter.toUpperCase());

/** How a county's field of Subscription is called, e.g. "wusuWarningChanged". @param {string} name @param {string} field */
export const countySubscription = (name, field) =>
  `${countyField(name)}${field.charAt(0).toUpperCase()}${field.slice(1)}`;

/**
 * A hub's public schema as the part of a graph of many counties: what it answers stands beneath one nullable field, what it tells live under names of
 * its own, mutations are left out. Types are the same in all counties but are no entities: nothing of one county is ever asked of another.
 * @param {string} text the public schema @param {string} name of the county
 */
export function countySdl(text, name) {
  const document = visit(parse(text, { noLocation: true }), {
    ObjectTypeDefinition: (node) => {
      const type = node.name.value;
      if (type === 'Mutation') return null;
      if (type === 'Subscription') return { ...node, fields: node.fields?.map((field) => renamed(field, name)) };
      const directives = [...(node.directives ?? []), shareable];
      return { ...node, ...(type === 'Query' ? { name: { kind: Kind.NAME, value: HUB_TYPE } } : {}), directives };
    },
  });
  const root = `type Query { """The hub of ${name}; null with an error while it does not answer. 该县市平台；不可用时为空。""" ${countyField(name)}: ${HUB_TYPE} }`;
  return `${LINK}\n${root}\n${print(document)}`;
}

const shareable = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'shareable' } };

const renamed = (field, name) => ({
  ...field,
  name: { kind: Kind.NAME, value: countySubscription(name, field.name.value) },
});
