import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { composeServices } from '@theguild/federation-composition';
import { Kind, parse } from 'graphql';
import { countySdl } from './county-sdl.mjs';
import { loosen, strictRoots } from './loosen.mjs';
import { withStrictRoots } from './strict-roots.mjs';

/**
 * @typedef {{ name: string, url: string, sdl?: string, code?: string, timeoutMs?: number }} Part
 * @typedef {{ supergraph: string, parts: Part[], counties: boolean }} Settings paths are absolute
 */

/** The header in which a gateway proves to a hub that it is one; see docs/federation.md. */
export const GATEWAY_HEADER = 'x-hub-gateway';
const ASK_MS = 10_000;
const NO_KEY =
  'GATEWAY_KEY is not set: parts tell their schema and their entities to a key with the permission GATEWAY alone (README.md says how to make it) 未设置 GATEWAY_KEY';
const MAX_SDL_CHARACTERS = 5_000_000;
/** A subgraph's name becomes an enum value of the supergraph, a county's also a field. */
const NAME = /^[a-z][a-z0-9-]*$/;

/** @param {string} path of a settings file @returns {Promise<Settings>} @throws where a part lacks its name or address, or two have the same */
export async function readSettings(path) {
  const folder = dirname(resolve(path));
  const { supergraph = 'supergraph.graphql', sdl, subgraphs, counties } = await readJson(path);
  if (Array.isArray(subgraphs) === Array.isArray(counties))
    throw new Error(`${path}: name either "subgraphs" or "counties", a list`);
  const parts = (subgraphs ?? counties).map((/** @type {Part} */ part) => {
    if (!NAME.test(part.name ?? '')) throw new Error(`${path}: "name" of a part must match ${NAME}: ${part.name}`);
    if (!URL.canParse(part.url ?? '')) throw new Error(`${path}: ${part.name} has no "url"`);
    if (counties && !/^\d{6}$/.test(part.code ?? ''))
      throw new Error(`${path}: ${part.name} has no "code" of six digits`);
    const text = part.sdl ?? sdl;
    return { ...part, ...(text === undefined ? {} : { sdl: resolve(folder, text) }) };
  });
  const names = parts.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw new Error(`${path}: two parts are called ${twice}`);
  if (counties && parts.some(({ sdl: text }) => text === undefined)) throw new Error(`${path}: counties need "sdl"`);
  return { supergraph: resolve(folder, supergraph), parts, counties: Boolean(counties) };
}

/** @param {string} path */
async function readJson(path) {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new Error(
      error.code === 'ENOENT'
        ? `${path}: no such file; begin with a copy of subgraphs.example.json or counties.example.json 文件不存在，可由示例复制`
        : error.message,
    );
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is no JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * The supergraph that settings name, as compose.mjs wrote it, read to be served.
 * @param {Settings} settings @param {string} path of them @param {string} [key] the gateway's
 * @returns {Promise<string>} @throws where it was composed of other parts than the settings name, or parts would refuse the gateway
 */
export async function readSupergraph({ supergraph, parts, counties }, path, key) {
  const again = `npm run compose -- ${path}`;
  const text = await readFile(supergraph, 'utf8').catch((error) => {
    throw new Error(error.code === 'ENOENT' ? `${supergraph} is not made yet: ${again}` : error.message);
  });
  const composed = partsOf(text);
  const named = parts.map(({ name, url }) => `${name} ${url}`).sort();
  if (named.join() !== composed.join())
    throw new Error(
      `${supergraph} was composed of ${composed.join(', ')}, but ${path} (FEDERATION) names ${named.join(', ')}: name the settings that it was made of, or ${again}`,
    );
  if (!counties && !key) throw new Error(NO_KEY);
  return text;
}

/** @param {string} supergraph @returns {string[]} "name url" of each part, sorted */
function partsOf(supergraph) {
  const { definitions } = parse(supergraph, { noLocation: true });
  const graphs = definitions.flatMap((node) =>
    node.kind === Kind.ENUM_TYPE_DEFINITION && node.name.value === 'join__Graph' ? (node.values ?? []) : [],
  );
  const said = (/** @type {import('graphql').EnumValueDefinitionNode} */ { directives = [] }) =>
    directives.flatMap(({ arguments: args = [] }) =>
      args.flatMap(({ value }) => (value.kind === Kind.STRING ? [value.value] : [])),
    );
  return graphs.map((graph) => said(graph).join(' ')).sort();
}

/** The text of a part: of its file, else as the running subgraph says it. @param {Part} part @param {string} [key] the gateway's */
export async function sdlOf({ name, url, sdl }, key) {
  if (sdl !== undefined)
    return readFile(sdl, 'utf8').catch((error) => {
      throw new Error(`${name}: its "sdl" cannot be read: ${error.message}`);
    });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key ? { [GATEWAY_HEADER]: key } : {}) },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
    signal: AbortSignal.timeout(ASK_MS),
  }).catch((error) => {
    throw new Error(`${name} does not answer at ${url}: ${error.cause?.message ?? error.message}; is it running?`);
  });
  const { data, errors } = await response.json().catch(() => ({}));
  const text = data?._service?.sdl;
  if (typeof text !== 'string' || text.length > MAX_SDL_CHARACTERS)
    throw new Error(
      `${name} at ${url} gives no schema: ${key ? (errors?.[0]?.message ?? `HTTP ${response.status}`) : NO_KEY}`,
    );
  return text;
}

/**
 * Composes parts into a supergraph.
 * @param {readonly (Part & { text: string })[]} parts with their SDL
 * @param {boolean} [counties] whole hubs, each beneath a field of its own, in place of subgraphs of one hub
 * @returns {{ supergraph: string, faults: string[] }} faults: why it does not compose, a sentence each, with the part at fault; then no supergraph
 */
export function compose(parts, counties = false) {
  const faults = [];
  const read = parts.flatMap(({ name, url, text }) => {
    try {
      return [{ name, url, typeDefs: parse(counties ? countySdl(text, name) : text, { noLocation: true }) }];
    } catch (error) {
      faults.push(`${name}: ${error instanceof Error ? error.message : error}`);
      return [];
    }
  });
  if (faults.length > 0) return { supergraph: '', faults };
  const { supergraphSdl, errors } = composeServices(counties ? read : loosen(read));
  if (errors)
    return {
      supergraph: '',
      faults: errors.map(({ message, extensions }) => `${message}${extensions?.code ? ` (${extensions.code})` : ''}`),
    };
  return { supergraph: counties ? supergraphSdl : withStrictRoots(supergraphSdl, strictRoots(read)), faults };
}
