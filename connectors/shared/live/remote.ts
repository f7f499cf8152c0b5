import type { LiveNoun } from '../../../model/live.js';
import type { FeedContext } from '../../connector.js';
import { DecodeError } from '../codecs/decode-error.js';
import { readJson } from '../codecs/json-text.js';
import { callGraphql } from '../transports/graphql-remote.js';
import { FetchError, fetchBytes } from '../transports/http-poll.js';
import { type ItemAnswers, readItems } from './items.js';
import type { LiveSettings } from './settings.js';

export type CallContext = Pick<FeedContext, 'signal' | 'outbound'>;

/** One request to the department's service for all of `codes`. Throws FetchError where there is no answer to read. */
export function askRemote(
  noun: LiveNoun,
  settings: LiveSettings,
  codes: readonly string[],
  context: CallContext,
): Promise<ItemAnswers> {
  return settings.transport === 'http'
    ? askHttp(noun, settings, codes, context)
    : askGraphql(noun, settings, codes, context);
}

async function askGraphql(
  noun: LiveNoun,
  settings: LiveSettings,
  codes: readonly string[],
  context: CallContext,
): Promise<ItemAnswers> {
  const { query = '', variable, ...call } = { ...settings, url: urlFor(settings, []) };
  const { data, errors } = await callGraphql(context, { ...call, query, variables: { [variable]: codes } });
  return readItems(noun, settings, codes, data, errors) ?? noList(settings, errors[0]?.message);
}

const MAX_DEPTH = 30;

async function askHttp(
  noun: LiveNoun,
  settings: LiveSettings,
  codes: readonly string[],
  { signal, outbound }: CallContext,
): Promise<ItemAnswers> {
  const { headers, timeoutMs, maxBytes } = settings;
  const url = urlFor(settings, codes);
  const allow = [new URL(url).origin];
  const limits = { timeoutMs, maxBytes, signal, outbound, allow };
  const fetched = await fetchBytes(url, { ...limits, headers: { ...headers, accept: 'application/json' } });
  if (fetched.unchanged) throw new FetchError('status', `${new URL(url).origin} answered without a body`);
  return readItems(noun, settings, codes, jsonOf(fetched.bytes, settings)) ?? noList(settings);
}

function jsonOf(bytes: Uint8Array, { url, maxBytes }: LiveSettings): unknown {
  try {
    return readJson(bytes, { maxBytes, maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FetchError('unreachable', `${new URL(url).origin} answered no JSON: the answer ${error.message}`);
  }
}

function noList({ url, items = 'the top' }: LiveSettings, message = `there is no list at ${items}`): never {
  throw new FetchError('unreachable', `${new URL(url).origin} answered without items: ${message}`);
}

function urlFor({ url, separator, key = '' }: LiveSettings, codes: readonly string[]): string {
  const list = codes.map((code) => encodeURIComponent(code)).join(encodeURIComponent(separator));
  // Functions, for a key may hold what replacements take for patterns.
  return url.replaceAll('{codes}', () => list).replaceAll('{key}', () => encodeURIComponent(key));
}

/** Longer addresses are refused by many servers. */
const LONGEST_URL = 8000;

/** The codes in as few requests as the limits allow. */
export function batchesOf(settings: LiveSettings, codes: readonly string[]): string[][] {
  const batches: string[][] = [];
  let last: string[] | undefined;
  for (const code of codes) {
    const fits =
      last &&
      last.length < settings.maxCodesPerRequest &&
      (settings.transport !== 'http' || urlFor(settings, [...last, code]).length <= LONGEST_URL);
    if (last && fits) last.push(code);
    else {
      last = [code];
      batches.push(last);
    }
  }
  return batches;
}
