import { getOperationAST, Kind } from 'graphql';

const LINE = /^# Never null while all parts answer: (.*)$/m;

/** @param {string} supergraph @param {readonly string[]} fields of Query that are not null in the parts @returns the supergraph saying so */
export const withStrictRoots = (supergraph, fields) =>
  `# Never null while all parts answer: ${[...fields].sort().join(' ')}\n${supergraph}`;

/** The same fields, of what `withStrictRoots` made. @param {string} supergraph @returns {ReadonlySet<string>} */
export const strictRootsOf = (supergraph) => new Set(LINE.exec(supergraph)?.[1]?.split(' ').filter(Boolean));

/**
 * Where a part refuses a field that is never null in a hub, the whole answer is null, as a hub's is: callers written for a hub rely on it. Only what a
 * part that is away leaves out is null by itself.
 * @param {ReadonlySet<string>} strict
 */
export function refuseAsHubsDo(strict) {
  return {
    onExecute({ args }) {
      const operation = getOperationAST(args.document, args.operationName);
      if (operation?.operation !== 'query') return;
      return {
        onExecuteDone({ result, setResult }) {
          if (!result?.data || !result.errors) return;
          const names = rootFields(operation.selectionSet, args.document);
          const refused = [...names.keys()].find(
            (key) => result.data[key] === null && strict.has(names.get(key)) && refusal(result.errors, key),
          );
          if (refused !== undefined) setResult({ data: null, errors: [refusal(result.errors, refused)] });
        },
      };
    },
  };
}

/** What a part said of a field, as against what the gateway says of a part that is away. */
const refusal = (errors, key) =>
  errors.find(({ path, extensions }) => path?.[0] === key && extensions?.subgraph === undefined);

/** The fields of an operation by the key that each has in the answer, in its order. @returns {Map<string, string>} */
function rootFields({ selections }, document, names = new Map()) {
  for (const each of selections) {
    if (each.kind === Kind.FIELD) names.set((each.alias ?? each.name).value, each.name.value);
    else if (each.kind === Kind.INLINE_FRAGMENT) rootFields(each.selectionSet, document, names);
    else
      for (const { kind, name, selectionSet } of document.definitions)
        if (kind === Kind.FRAGMENT_DEFINITION && name.value === each.name.value)
          rootFields(selectionSet, document, names);
  }
  return names;
}
