import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import { HubError } from '../model/errors.js';

/** "Did you mean …" would list names to those who may not see them. */
const withoutSuggestions = (message: string): string => message.replace(/ Did you mean .*\?$/s, '');

/**
 * The public face of an error. A HubError keeps its code and details; what is wrong with the request itself is BAD_INPUT;
 * everything else becomes INTERNAL with a request id, under which `onError` gets the real cause.
 */
export function maskError(error: unknown, onError: (cause: unknown, requestId: string) => void): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : undefined;
  const cause = graphqlError ? graphqlError.originalError : error;
  const where = { nodes: graphqlError?.nodes ?? null, path: graphqlError?.path ?? null };
  if (cause instanceof HubError)
    return new GraphQLError(cause.publicMessage, { ...where, extensions: { code: cause.code, ...cause.details } });
  if (graphqlError && (!cause || cause instanceof GraphQLError)) return formatError(graphqlError);
  const requestId = randomUUID();
  onError(cause, requestId);
  return new GraphQLError('internal error', { ...where, extensions: { code: 'INTERNAL', requestId } });
}

/** GraphQL's own complaint about a request (syntax, validation, variables), without suggestions. */
export function formatError(error: GraphQLError): GraphQLError {
  const { code } = error.extensions;
  const { http } = error.extensions as { http?: unknown };
  return new GraphQLError(withoutSuggestions(error.message), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: {
      ...(http ? { http } : {}),
      code: typeof code === 'string' && CODES.has(code) ? code : 'BAD_INPUT',
      ...retryOf(error),
    },
  });
}

const CODES = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'TOO_COMPLEX',
  'RATE_LIMITED',
  'BAD_INPUT',
]);
const retryOf = (error: GraphQLError): Record<string, unknown> =>
  error.extensions.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.extensions.retryAfterSeconds };
