import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { createSchema, createYoga } from 'graphql-yoga';
import { packageRoot } from '../server/root.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, FEED_KEY, startHub, until } from './support/running-hub.js';

const page = readFileSync(join(packageRoot(), 'docs', 'live-pass-through.md'), 'utf8');
const block = (kind: string): string => {
  const found = new RegExp(`\`\`\`${kind}\n([^]*?)\`\`\``).exec(page)?.[1];
  if (!found) throw new Error(`the page has no block of ${kind}`);
  return found;
};

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The page's ticket office: its schema, with what the page's answer shows. */
async function ticketOffice(state: { hanging: boolean }): Promise<string> {
  const first = {
    id: 'JQ-001',
    gate: { open: false, sign: '暴雨停运' },
    sold: 5200,
    capacity: 6000,
    at: '2026-07-01 15:55:00',
  };
  const areas = (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => (id === 'JQ-001' ? first : null));
  const yoga = createYoga({
    logging: false,
    schema: createSchema({ typeDefs: block('graphql sdl'), resolvers: { Query: { areas } } }),
  });
  const server: Server = createServer((request, response) => {
    if (request.headers.authorization !== FEED_KEY) response.writeHead(401).end();
    else if (!state.hanging) void yoga(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

const AREAS = `
  tourism/visitor-flow: { expectedEverySeconds: 600, zone: UTC, crs: WGS84, key: { generated: x },
    areas: [{ code: JQ-001, name: 大峡谷 }, { code: JQ-002, name: 森林公园 }] }
`;
const settings = (url: string): string =>
  block('yaml')
    .replace(/url: \S+/, `url: ${url}`)
    .replace('{ env: TICKET_OFFICE }', '{ generated: x }')
    .replace(/^/gm, '  ');

interface Answer {
  data: { scenicAreas: { edges: { node: { live: { ageSeconds: number } | null } }[] } };
  errors?: unknown[];
}

/** A hub by the page's settings, and the page's query to it. */
async function open(state: { hanging: boolean }): Promise<() => Promise<Answer>> {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const hub = await startHub(database.url, AREAS + settings(await ticketOffice(state)));
  ends.push(() => hub.stop());
  return async () => {
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ query: block('graphql') }),
    });
    return (await response.json()) as Answer;
  };
}

test('the page’s settings, alone, join the page’s service into the page’s answer', async () => {
  const ask = await open({ hanging: false });
  const answer = await until(ask, ({ data }) => data.scenicAreas.edges.length === 2);
  expect(answer.errors).toBeUndefined();
  for (const { node } of answer.data.scenicAreas.edges)
    if (node.live) node.live.ageSeconds = Math.floor(node.live.ageSeconds);
  expect(answer.data).toEqual(JSON.parse(block('json')));
});

test('the page’s error is what a service that never answered gives', async () => {
  const ask = await open({ hanging: true });
  const { errors } = await until(ask, ({ data }) => data.scenicAreas.edges.length === 2);
  const { message, ...rest } = JSON.parse(block('json error')) as { message: string };
  // Why it did not answer is said in other words each time; whose answer it is, always in the same.
  const begin = message.slice(0, message.indexOf(':') + 1);
  expect(errors?.[0]).toMatchObject({
    ...rest,
    message: expect.stringMatching(new RegExp(`^${begin} .*(time|2000 ms)`)),
  });
});

test.each([
  [
    'answersFor: scenic-service',
    'answersFor: weather',
    /hub\.yaml:\d+: feeds\.tourism\/ticket-office\.answersFor: one of scenic-service/,
  ],
  ['{ env: TICKET_OFFICE }', 'Bearer 123', /headers\.authorization: a credential is named, never written/],
  ['bookedToday: sold', 'booked: sold', /feeds\.tourism\/ticket-office\.fields/],
  ['query ($ids', 'mutation ($ids', /exactly one operation, a query/],
])('a mistake in them is said with its place: %s → %s', async (right, wrong, expected) => {
  const feeds =
    AREAS +
    block('yaml').replace(right, wrong).replace('{ env: TICKET_OFFICE }', '{ generated: x }').replace(/^/gm, '  ');
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  await expect(startHub(database.url, feeds)).rejects.toThrow(expected);
});

test('the same holds for the feed that the hub has code for', async () => {
  const own = block('yaml')
    .replace('tourism/ticket-office', 'tourism/scenic-service')
    .replace(/\n {2}(answersFor|title): .*/g, '')
    .replace('{ env: TICKET_OFFICE }', 'Bearer 123')
    .replace(/^/gm, '  ');
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  await expect(startHub(database.url, AREAS + own)).rejects.toThrow(
    /feeds\.tourism\/scenic-service\.headers\.authorization: a credential is named, never written/,
  );
});
