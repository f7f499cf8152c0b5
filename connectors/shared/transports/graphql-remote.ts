import { type DocumentNode, Kind, OperationTypeNode, parse } from 'graphql';
import { z } from 'zod';
import type { FeedContext } from '../../connector.js';
import { DecodeError } from '../codecs/decode-error.js';
import { isJsonObject, readJson } from '../codecs/json-text.js';
import { FetchError, fetchBytes, nameOf } from './http-poll.js';

/** One operation on a department's own GraphQL service, and what it may cost. */
export interface GraphqlCall {
  readonly url: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole exchange, the last byte included. */
  readonly timeoutMs: number;
  /** Of the answer, after decompression. */
  readonly maxBytes: number;
}

/** One error of an answer; `path` leads to what is missing for it. The message is one line, and short. */
export interface RemoteError {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

export interface GraphqlAnswer {
  readonly data: Readonly<Record<string, unknown>>;
  /** Errors beside data: what they lead to is null, the rest stands. */
  readonly errors: readonly RemoteError[];
  /** The answer as it came. */
  readonly bytes: Uint8Array;
}

/** Settings: the text of one query; a mutation or subscription is refused, for a feed only reads. */
export const graphqlQuery = z
  .string()
  .max(20_000)
  .superRefine((text, context) => {
    const fault = faultOf(text);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  });

function faultOf(text: string): string | undefined {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: 5000 });
  } catch (error) {
    return `is no GraphQL: ${(error as Error).message}`;
  }
  const operations = document.definitions.flatMap((each) => (each.kind === Kind.OPERATION_DEFINITION ? [each] : []));
  const fits = operations.length === 1 && operations[0]?.operation === OperationTypeNode.QUERY;
  return fits ? undefined : 'must hold exactly one operation, a query';
}

type CallContext = Pick<FeedContext, 'signal' | 'outbound'>;

const MAX_DEPTH = 30;
const MAX_ERRORS = 1000;
const MAX_MESSAGE = 200;

/**
 * POSTs one operation and resolves with the answer's data and its partial errors. Throws FetchError
 * where there is none: not reached in time, too long, not 2xx, no GraphQL answer, or errors without data.
 */
export async function callGraphql({ signal, outbound }: CallContext, call: GraphqlCall): Promise<GraphqlAnswer> {
  const { url, query, variables = {}, headers, timeoutMs, maxBytes } = call;
  const fetched = await fetchBytes(url, {
    body: JSON.stringify({ query, variables }),
    headers: { ...headers, accept: 'application/json', 'content-type': 'application/json' },
    ...{ timeoutMs, maxBytes, signal, outbound },
    allow: [new URL(url).origin],
  });
  if (fetched.unchanged) throw new FetchError('status', `${nameOf(new URL(url))} answered without a body`);
  return { ...read(fetched.bytes, nameOf(new URL(url)), maxBytes), bytes: fetched.bytes };
}

/**
 * The answer to one operation as it came, for a feed that copies it: whole, or a FetchError. Errors beside data count as a broken
 * link too, for a copy with holes would pass for the whole.
 */
export async function pollGraphql(context: CallContext, call: GraphqlCall): Promise<Uint8Array> {
  const { bytes, errors } = await callGraphql(context, call);
  if (errors[0]) throw new FetchError('status', `${nameOf(new URL(call.url))} answered with errors: ${say(errors)}`);
  return bytes;
}

function read(bytes: Uint8Array, name: string, maxBytes: number): Omit<GraphqlAnswer, 'bytes'> {
  let answer: unknown;
  try {
    answer = readJson(bytes, { maxBytes, maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FetchError('unreachable', `${name} answered no GraphQL: the answer ${error.message}`);
  }
  const { data, errors } = isJsonObject(answer) ? answer : {};
  const found = (Array.isArray(errors) ? (errors as unknown[]) : []).slice(0, MAX_ERRORS).map(errorOf);
  if (isJsonObject(data)) return { data, errors: found };
  if (found.length > 0) throw new FetchError('status', `${name} answered with errors: ${say(found)}`);
  throw new FetchError('unreachable', `${name} answered no GraphQL: there is neither data nor errors`);
}

function errorOf(error: unknown): RemoteError {
  const { message, path } = isJsonObject(error) ? error : {};
  const steps = (Array.isArray(path) ? (path as unknown[]) : []).filter(
    (step): step is string | number => typeof step === 'string' || typeof step === 'number',
  );
  const text = typeof message === 'string' ? message : 'no message';
  return { message: text.replace(/[\p{Cc}\s]+/gu, ' ').slice(0, MAX_MESSAGE), path: steps };
}

const say = (errors: readonly RemoteError[]): string =>
  `${errors[0]?.message}${errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''}`;
