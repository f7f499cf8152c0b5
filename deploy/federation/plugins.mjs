import { GraphQLError } from 'graphql';

/** What the gateway says where a part could not be asked, or answered with no GraphQL. */
const UNANSWERED = new Set(['SUBREQUEST_HTTP_ERROR', 'RESPONSE_VALIDATION_FAILED', 'GATEWAY_TIMEOUT', 'TIMEOUT_ERROR']);

/**
 * Where a part does not answer, its fields are SOURCE_UNAVAILABLE, as a hub says it of its own sources, with the part's name and nothing of its
 * address. Everything else that parts say passes.
 */
export function sayWhatIsUnavailable() {
  return {
    onSubgraphExecute({ subgraphName, executor, setExecutor }) {
      // Whatever a hub itself says has a code.
      const told = (error) => {
        const code = error?.extensions?.code;
        return code === undefined || UNANSWERED.has(code) ? unavailable(subgraphName, error) : error;
      };
      const rethrow = (error) => {
        throw told(error);
      };
      const toldAll = (result) => (result?.errors ? { ...result, errors: result.errors.map(told) } : result);
      setExecutor((request) => {
        try {
          const answer = executor(request);
          return answer instanceof Promise ? answer.catch(rethrow) : answer;
        } catch (error) {
          return rethrow(error);
        }
      });
      return ({ result, setResult }) =>
        setResult(result && Symbol.asyncIterator in result ? following(result, toldAll, rethrow) : toldAll(result));
    },
  };
}

function unavailable(subgraph, cause) {
  process.stderr.write(`${subgraph} does not answer: ${cause?.message}\n`);
  return new GraphQLError(`${subgraph} does not answer just now: try again`, {
    path: cause?.path,
    extensions: { code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: 5, subgraph },
  });
}

/** What is followed live, told as it comes; a return is passed on at once, also while the next is waited for. */
function following(results, toldAll, rethrow) {
  const source = results[Symbol.asyncIterator]();
  const next = () =>
    source.next().then(({ done, value }) => (done ? { done, value } : { done, value: toldAll(value) }), rethrow);
  const end = async (value) => (await source.return?.(value)) ?? { done: true, value };
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
}

/** The gateway's own words for a failure, and a hub's for the same (docs/limits.md). */
const CODES = new Map([
  ['GRAPHQL_PARSE_FAILED', 'BAD_INPUT'],
  ['GRAPHQL_VALIDATION_FAILED', 'BAD_INPUT'],
  ['BAD_USER_INPUT', 'BAD_INPUT'],
  ['INTERNAL_SERVER_ERROR', 'INTERNAL'],
]);

/** What the gateway itself refuses has a hub's codes, so that callers need to know one table alone. */
export function sayItAsHubsDo() {
  const said = (error) => {
    const { http: _http, ...extensions } = error.extensions ?? {};
    const code = CODES.get(extensions.code) ?? extensions.code ?? 'BAD_INPUT';
    return { ...(error.toJSON?.() ?? error), extensions: { ...extensions, code } };
  };
  return {
    onExecutionResult({ result, setResult }) {
      if (result?.errors) setResult({ ...result, errors: result.errors.map(said) });
    },
  };
}

/** Requests over HTTP whose body is announced to be longer are refused with 413, those that announce none with 411. @param {number} bytes */
export function limitBodies(bytes) {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      if (request.method !== 'POST') return;
      const announced = request.headers.get('content-length');
      if (announced !== null && Number(announced) <= bytes) return;
      endResponse(
        new fetchAPI.Response(null, { status: announced === null ? 411 : 413, headers: { connection: 'close' } }),
      );
    },
  };
}
