import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createSchema, createYoga, type YogaInitialContext } from 'graphql-yoga';
import { Outbound } from '../../outbound.js';
import { callGraphql, type GraphqlCall, graphqlQuery, pollGraphql } from './graphql-remote.js';
import { FetchError } from './http-poll.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** A department's real service: one area whose figures fail. */
function service(): Promise<string> {
  const yoga = createYoga({
    logging: false,
    maskedErrors: false,
    schema: createSchema<YogaInitialContext>({
      typeDefs: 'type Query { areas(codes: [String!]!): [Area!]! key: String! } type Area { code: String! free: Int }',
      resolvers: {
        Query: {
          areas: (_root, { codes }: { codes: string[] }) => codes.map((code) => ({ code })),
          key: (_root, _args, { request }: YogaInitialContext) => request.headers.get('authorization') ?? 'none',
        },
        Area: {
          free: ({ code }: { code: string }) => {
            if (code === 'B') throw new Error('the gate of B\nis broken');
            return 7;
          },
        },
      },
    }),
  });
  return serve((request, response) => void yoga(request, response));
}

const context = { signal: new AbortController().signal, outbound: new Outbound(['127.0.0.1:*']) };
const limits = { timeoutMs: 5000, maxBytes: 100_000 };
const areas = (url: string, codes: string[]): GraphqlCall => ({
  ...{ url, ...limits },
  query: 'query ($codes: [String!]!) { areas(codes: $codes) { code free } }',
  variables: { codes },
});
const failure = (promise: Promise<unknown>): Promise<FetchError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof FetchError ? error : Promise.reject(error)),
  );

describe('a department’s own GraphQL service', () => {
  test('answers with data and, beside it, what failed and where', async () => {
    const { data, errors } = await callGraphql(context, areas(await service(), ['A', 'B']));
    expect(data).toEqual({
      areas: [
        { code: 'A', free: 7 },
        { code: 'B', free: null },
      ],
    });
    expect(errors).toEqual([{ message: 'the gate of B is broken', path: ['areas', 1, 'free'] }]);
  });

  test('is polled whole: the bytes as they came, and an answer with holes is a broken link', async () => {
    const url = await service();
    const bytes = await pollGraphql(context, areas(url, ['A']));
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ data: { areas: [{ code: 'A', free: 7 }] } });
    const { message } = await failure(pollGraphql(context, areas(url, ['A', 'B', 'B'])));
    expect(message).toMatch(/answered with errors: the gate of B is broken \(and 1 more\)$/);
  });

  test('gets the feed’s credentials', async () => {
    const call = { url: await service(), ...limits, query: '{ key }', headers: { authorization: 'Bearer k' } };
    expect((await callGraphql(context, call)).data).toEqual({ key: 'Bearer k' });
  });

  test('says what is wrong with the query, in one line', async () => {
    const { message } = await failure(callGraphql(context, { url: await service(), ...limits, query: '{ nothing }' }));
    expect(message).toMatch(/answered with errors: Cannot query field "nothing"/);
  });
});

describe('what is no answer throws, within its limits', () => {
  test.each([
    ['not JSON', '<html>', /answered no GraphQL: the answer is not JSON/],
    ['neither data nor errors', '{"areas":[]}', /neither data nor errors/],
    ['data that is no object', '{"data":[1]}', /neither data nor errors/],
    ['an array', '[]', /neither data nor errors/],
    ['over-deep', `{"data":${'['.repeat(50)}${']'.repeat(50)}}`, /nested deeper/],
    ['errors of no shape', '{"errors":[7]}', /answered with errors: no message/],
    ['too long', `{"data":{"x":"${'x'.repeat(200_000)}"}}`, /longer than 100000 bytes/],
  ])('%s', async (_name, body, expected) => {
    const url = await serve((_request, response) => response.end(body));
    expect((await failure(callGraphql(context, areas(url, [])))).message).toMatch(expected);
  });

  test('an address outside the allow-list is not called', async () => {
    const outbound = new Outbound(['10.0.0.1:80']);
    const { failure: kind } = await failure(callGraphql({ ...context, outbound }, areas(await service(), [])));
    expect(kind).toBe('refused');
  });
});

test.each([
  ['query ($codes: [String!]!) { areas(codes: $codes) { code } }', true],
  ['mutation { open }', false],
  ['query A { a } query B { b }', false],
  ['fragment F on Area { code }', false],
  ['{ areas', false],
])('settings take %j: %s', (text, taken) => {
  expect(graphqlQuery.safeParse(text).success).toBe(taken);
});
