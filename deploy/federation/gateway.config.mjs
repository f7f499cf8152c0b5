import { readFileSync } from 'node:fs';
import { defineConfig, HTTPTransport } from '@graphql-hive/gateway';
import { parse } from 'graphql';
import { GATEWAY_HEADER, readSettings, readSupergraph } from './composition.mjs';
import { countyTransport } from './county-transport.mjs';
import { limitBodies, sayItAsHubsDo, sayWhatIsUnavailable } from './plugins.mjs';
import { refuseAsHubsDo, strictRootsOf } from './strict-roots.mjs';

const { env } = process;
const path = env.FEDERATION ?? 'subgraphs.json';
const { parts, counties, text } = await begin();

/** As those of a hub (docs/limits.md), which counts again what reaches it. */
const MAX_TOKENS = 2000;
const MAX_DEPTH = 18;
const MAX_BODY_BYTES = 256 * 1024;
/** Unless the settings say otherwise of a part. */
const ANSWERS_WITHIN_MS = 10_000;

const limits = new Map(parts.map(({ name, timeoutMs }) => [name, timeoutMs]));

/** What is wrong with the settings is said in a sentence; the gateway would show the place in this code. */
async function begin() {
  try {
    const settings = await readSettings(path);
    return { ...settings, text: await readSupergraph(settings, path, env.GATEWAY_KEY) };
  } catch (error) {
    process.stderr.write(`the gateway does not start: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}

/** A caller's credential, however the caller came: it stands in connection_init or in the header. */
const credentialOf = ({ request, context }) =>
  context.connectionParams?.authorization ??
  context.connectionParams?.Authorization ??
  request.headers.get('authorization');

/** The caller's address behind those it came by, for the budgets that hubs keep by address. */
const wayOf = ({ request, context }) =>
  [request.headers.get('x-forwarded-for'), context.req?.socket.remoteAddress].filter(Boolean).join(', ');

export const gatewayConfig = defineConfig({
  // Read once: a file that changes under a gateway would end everybody's subscriptions, whenever it is written.
  supergraph: parse(text),
  host: env.HOST ?? '127.0.0.1',
  port: Number(env.PORT ?? 4100),
  propagateHeaders: {
    fromClientToSubgraphs: (from) => ({
      authorization: credentialOf(from),
      'x-forwarded-for': wayOf(from),
      ...(env.GATEWAY_KEY && !counties ? { [GATEWAY_HEADER]: env.GATEWAY_KEY } : {}),
    }),
  },
  // What is followed live has no end.
  upstreamTimeout: ({ subgraphName, executionRequest }) =>
    executionRequest?.operationType === 'subscription' ? undefined : (limits.get(subgraphName) ?? ANSWERS_WITHIN_MS),
  ...(counties
    ? {
        transports: {
          http: HTTPTransport,
          county: countyTransport(parts, readFileSync(parts[0]?.sdl ?? '', 'utf8')),
        },
        transportEntries: { '*': { kind: 'county' } },
      }
    : {}),
  maxTokens: MAX_TOKENS,
  maxDepth: MAX_DEPTH,
  blockFieldSuggestions: true,
  disableIntrospection: env.INTROSPECTION === 'true' ? undefined : { disableIf: () => true },
  graphiql: env.INTROSPECTION === 'true',
  landingPage: false,
  batching: false,
  cors: false,
  subgraphErrors: false,
  plugins: () => [
    limitBodies(MAX_BODY_BYTES),
    sayWhatIsUnavailable(),
    sayItAsHubsDo(),
    refuseAsHubsDo(strictRootsOf(text)),
  ],
  logging: env.LOG_LEVEL ?? 'warn',
});
