import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { ERROR_CODES, HubError } from '../model/errors.js';

/** What a caller sent is repeated to them only so far. */
const MOST_CHARACTERS = 300;

const RETRY_AFTER_SECONDS = 1;

/** "Did you mean …" would list names to those who may not see them. */
const withoutSuggestions = (message: string): string => {
  const told = message.replace(/ Did you mean .*\?$/s, '');
  return told.length > MOST_CHARACTERS ? `${told.slice(0, MOST_CHARACTERS)}…` : told;
};

/** A resolver's answer that its type cannot hold: the hub's fault, though GraphQL words it like a request's. */
const isBadAnswer = ({ path, message }: GraphQLError): boolean =>
  path !== undefined && / cannot represent /.test(message);

/** What masking needs to know of the world around the schema. */
export interface Masking {
  /** Gets the real cause of what callers see a request id of. */
  readonly onError: (cause: unknown, requestId: string) => void;
  /** True for what comes of a store that cannot serve just now: the same request may succeed later. */
  readonly isUnavailable: (cause: unknown) => boolean;
}

/**
 * The public face of an error. A HubError keeps its code and details; what is wrong with the request itself is BAD_INPUT;
 * what a store cannot serve just now is SOURCE_UNAVAILABLE and everything else INTERNAL, both with a request id, under which `onError` gets
 * the real cause. Masking twice changes nothing.
 */
export function maskError(error: unknown, { onError, isUnavailable }: Masking): GraphQLError {
  const graphqlError = error instanceof GraphQLError ? error : undefined;
  const cause = graphqlError ? graphqlError.originalError : error;
  const where = { nodes: graphqlError?.nodes ?? null, path: graphqlError?.path ?? null };
  if (cause instanceof HubError)
    return new GraphQLError(cause.publicMessage, { ...where, extensions: { ...cause.details, code: cause.code } });
  if (graphqlError && (!cause || cause instanceof GraphQLError) && !isBadAnswer(graphqlError))
    return formatError(graphqlError);
  const requestId = randomUUID();
  onError(cause ?? error, requestId);
  if (cause && !(cause instanceof GraphQLError) && isUnavailable(cause))
    return new GraphQLError('the hub cannot serve this just now: try again', {
      ...where,
      extensions: { code: 'SOURCE_UNAVAILABLE', retryAfterSeconds: RETRY_AFTER_SECONDS, requestId },
    });
  return new GraphQLError('internal error', { ...where, extensions: { code: 'INTERNAL', requestId } });
}

/** GraphQL's own complaint about a request (syntax, validation, variables), without suggestions; or one masked before. */
export function formatError(error: GraphQLError): GraphQLError {
  return new GraphQLError(withoutSuggestions(error.message), {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    path: error.path ?? null,
    extensions: ours(error.extensions),
  });
}

/** Extensions with a code of the hub's table were made by the hub; of others only the HTTP status is kept, which yoga reads. */
function ours(extensions: GraphQLErrorExtensions): GraphQLErrorExtensions {
  const { code, http } = extensions;
  if (typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)) return extensions;
  return { ...(http ? { http } : {}), code: 'BAD_INPUT' };
}
