import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import type { Hub } from '../../server/hub.js';
import { makeKeys } from '../support/api-keys.js';
import { migratedDatabase } from '../support/database.js';
import { RawSocket } from '../support/raw-socket.js';
import { startHub, subscribers, until } from '../support/running-hub.js';

let hub: Hub;
let key: string;
let databaseUrl: string;
const ends: (() => Promise<unknown> | unknown)[] = [];
const FOLLOW = { query: 'subscription { feedStateChanged { id } }' };
const TYPENAME = { query: '{ __typename }' };
const FRIEND = 'https://map.example';

beforeAll(async () => {
  const database = await migratedDatabase();
  databaseUrl = database.url;
  ends.push(() => database.drop());
  hub = await startHub(
    database.url,
    '',
    {},
    `  cors: { origins: ["${FRIEND}"] }\n  trustedProxies: [127.0.0.1]\n  limits: { sockets: 8 }`,
  );
  ends.push(() => hub.stop());
  [key = ''] = await makeKeys(database.url, {});
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

/** From an address of its own, so that no test uses up another's. */
let place = 0;
const from = (): { headers: Record<string, string> } => {
  place += 1;
  return { headers: { 'x-forwarded-for': `203.0.113.${place}` } };
};
const open = (options: Parameters<typeof RawSocket.open>[1] = {}): Promise<RawSocket> =>
  RawSocket.open(hub.url, { ...from(), ...options });
const acknowledged = (): Promise<RawSocket> => RawSocket.acknowledged(hub.url, key, from());
const INIT = { type: 'connection_init' };

/** By hand: client libraries give up by themselves where the server does not name the protocol that they asked for. */
async function closeCodeOf(protocol: string): Promise<number> {
  const { hostname, port } = new URL(hub.url);
  const socket = createConnection(Number(port), hostname);
  socket.write(
    `GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
      `sec-websocket-key: ${randomBytes(16).toString('base64')}\r\n${protocol ? `sec-websocket-protocol: ${protocol}\r\n` : ''}\r\n`,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    const all = Buffer.concat(chunks);
    const frame = all.subarray(all.indexOf('\r\n\r\n') + 4);
    // A close frame: what kind, how long, then the code.
    if (frame.length >= 4 && frame[0] === 0x88) return frame.readUInt16BE(2);
  }
  throw new Error('the socket ended without a close frame');
}

describe('the handshake of graphql-transport-ws', () => {
  test.each([
    ['graphql-ws', 4406],
    ['mqtt', 4406],
    ['', 4406],
    // The control: this one is spoken, so nothing is closed until its init is too late.
    ['graphql-transport-ws', 4408],
  ])('of the sub-protocol "%s" is closed with %i', async (protocol, code) => {
    expect(await closeCodeOf(protocol)).toBe(code);
  });

  test('an operation before the acknowledgement: 4401', async () => {
    const socket = await open();
    socket.subscribe('1', TYPENAME);
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('two inits: 4429', async () => {
    const socket = await open();
    socket.send(INIT);
    socket.send(INIT);
    expect((await socket.closed).code).toBe(4429);
  });

  test('an id that is in use: 4409; one that is free again is taken', async () => {
    const socket = await acknowledged();
    socket.subscribe('1', TYPENAME);
    await socket.next(({ type }) => type === 'complete');
    socket.subscribe('1', FOLLOW);
    socket.subscribe('1', TYPENAME);
    expect((await socket.closed).code).toBe(4409);
  });

  test.each([
    ['no JSON', '{'],
    ['no message', '"connection_init"'],
    ['an array', '[]'],
    ['a type that is none', '{"type":"start","id":"1"}'],
    ['a type that only servers send', '{"type":"connection_ack"}'],
    ['a result', '{"type":"next","id":"1","payload":{"data":{}}}'],
    ['an operation without an id', '{"type":"subscribe","payload":{"query":"{ __typename }"}}'],
    ['an operation with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ __typename }"}}'],
    ['an operation without a payload', '{"type":"subscribe","id":"1"}'],
    ['a query that is a number', '{"type":"subscribe","id":"1","payload":{"query":5}}'],
    ['variables that are a text', '{"type":"subscribe","id":"1","payload":{"query":"{ __typename }","variables":"x"}}'],
    ['a payload of init that is a text', '{"type":"connection_init","payload":"x"}'],
  ])('%s: 4400', async (_name, message) => {
    const socket = await acknowledged();
    socket.send(message);
    expect((await socket.closed).code).toBe(4400);
  });

  test('a binary message: 4400; a message larger than 256 kB: 1009', async () => {
    const binary = await acknowledged();
    binary.socket.send(Buffer.from(JSON.stringify({ id: '1', type: 'subscribe', payload: TYPENAME })));
    expect((await binary.closed).code).toBe(4400);
    const large = await acknowledged();
    large.subscribe('1', { query: `{ __typename } #${'x'.repeat(300_000)}` });
    expect((await large.closed).code).toBe(1009);
  });

  test('a ping is answered, before and after the acknowledgement, and with what it carries', async () => {
    const socket = await open();
    socket.send({ type: 'ping', payload: { a: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { a: 1 } });
    socket.send(INIT);
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.send({ type: 'pong' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.end();
  });

  test('a query ends with complete; a subscription that the client completes ends without a word', async () => {
    const socket = await acknowledged();
    socket.subscribe('q', TYPENAME);
    expect(await socket.next()).toEqual({ id: 'q', type: 'next', payload: { data: { __typename: 'Query' } } });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
    socket.subscribe('s', FOLLOW);
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    socket.send({ id: 's', type: 'complete' });
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
    // Of an operation that is not there: passed over.
    socket.send({ id: 'none', type: 'complete' });
    socket.subscribe('after', TYPENAME);
    expect(await socket.next()).toMatchObject({ id: 'after', type: 'next' });
    socket.end();
  });
});

describe('one operation that is wrong ends itself, not the socket', () => {
  test.each([
    ['a syntax error', { query: '{' }, 'BAD_INPUT'],
    ['a field that is none', { query: '{ nothing }' }, 'BAD_INPUT'],
    [
      'an operation that is not named right',
      { query: 'query a { __typename } query b { __typename }', operationName: 'c' },
      'BAD_INPUT',
    ],
    [
      'variables too deep',
      { query: '{ __typename }', variables: JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`) as unknown },
      'TOO_COMPLEX',
    ],
    ['a subscription of what is not followed', { query: 'subscription { nothing { id } }' }, 'BAD_INPUT'],
  ])('%s', async (_name, payload, code) => {
    const socket = await acknowledged();
    socket.subscribe('live', FOLLOW);
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    socket.subscribe('wrong', payload);
    expect(await socket.next(({ id }) => id === 'wrong')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code } }],
    });
    socket.subscribe('right', TYPENAME);
    expect(await socket.next(({ id }) => id === 'right')).toMatchObject({ type: 'next' });
    expect(await subscribers(hub.url)).toBe(1);
    socket.end();
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
  });
});

/** The HTTP status that a socket is refused with. */
async function refusedWith(headers: Record<string, string>, path = '/graphql'): Promise<number | undefined> {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
  const [response] = (await Promise.race([
    once(socket, 'unexpected-response').then(([_request, answer]) => [answer]),
    once(socket, 'open').then(() => [undefined]),
  ])) as [{ statusCode: number } | undefined];
  socket.on('error', () => {});
  socket.terminate();
  return response?.statusCode;
}

describe('who may open a socket', () => {
  test('pages of the hub’s own origin and of those the settings name; programs, which name none', async () => {
    const { host } = new URL(hub.url);
    const tried = [
      'https://evil.example',
      'null',
      `http://${host}.evil.example`,
      'file://',
      'not an origin',
      FRIEND,
      `http://${host}`,
    ];
    const statuses = [];
    for (const origin of tried) statuses.push(await refusedWith({ ...from().headers, origin }));
    expect(statuses).toEqual([403, 403, 403, 403, 403, undefined, undefined]);
    expect(await refusedWith(from().headers)).toBeUndefined();
  });

  test('on no other path', async () => {
    expect(await refusedWith(from().headers, '/')).toBe(404);
  });

  test('a credential in the address is no credential', async () => {
    const socket = new WebSocket(
      `${hub.url.replace('http', 'ws')}/graphql?token=${key}`,
      'graphql-transport-ws',
      from(),
    );
    await once(socket, 'open');
    socket.send(JSON.stringify(INIT));
    expect((await once(socket, 'close'))[0]).toBe(4401);
  });

  test('a credential in the init that is not the header’s: 4401', async () => {
    const socket = await open({ headers: { ...from().headers, authorization: `Bearer ${key}` } });
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer another' } });
    expect((await socket.closed).code).toBe(4401);
  });

  test('one address has so many and no more, and a place that is left is free again', async () => {
    const { headers } = from();
    const sockets = await Promise.all(Array.from({ length: 8 }, () => RawSocket.open(hub.url, { headers })));
    for (const socket of sockets) socket.send(INIT);
    expect(await refusedWith(headers)).toBe(429);
    expect(await refusedWith(from().headers)).toBeUndefined();
    sockets[0]?.end();
    await until(
      () => refusedWith(headers).then((status) => ({ status })),
      ({ status }) => status === undefined,
    );
    for (const socket of sockets) socket.end();
  });

  test('one key has so many and no more, from however many addresses', async () => {
    const [own] = await makeKeys(databaseUrl, {});
    const sockets = [];
    for (let n = 0; n < 8; n += 1) sockets.push(await RawSocket.acknowledged(hub.url, own, from()));
    const one = await open();
    one.send({ ...INIT, payload: { authorization: `Bearer ${own}` } });
    expect(await one.closed).toEqual({ code: 1013, reason: 'too many open sockets: close some' });
    for (const socket of sockets) socket.end();
  });
});

describe('what one socket may do', () => {
  test('100 operations live at once, the next is refused and the rest go on', async () => {
    const socket = await acknowledged();
    for (let n = 0; n < 101; n += 1) socket.subscribe(String(n), FOLLOW);
    expect(await socket.next(({ type }) => type === 'error')).toMatchObject({
      id: '100',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }],
    });
    await until(
      () => subscribers(hub.url),
      (count) => count === 100,
    );
    socket.end();
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
  });

  test('2,000 messages in ten seconds; whoever sends more is closed', async () => {
    const socket = await acknowledged();
    for (let n = 0; n < 2100; n += 1) socket.send('{"type":"pong"}');
    expect((await socket.closed).code).toBe(1008);
  });

  test('a reader that does not read is closed once a megabyte waits for it', async () => {
    const socket = await acknowledged();
    socket.subscribe('live', FOLLOW);
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    socket.socket.pause();
    // Each answer repeats what it was asked, so that a few thousand of them fill what the system holds, and then the hub’s megabyte.
    const payload = {
      query: `{ ${Array.from({ length: 18 }, (_, n) => `${'a'.repeat(900)}${n}: __typename`).join(' ')} }`,
    };
    for (let n = 0; n < 900; n += 1) socket.subscribe(String(n), payload);
    // What it follows ends with it, before it reads again.
    await until(
      () => subscribers(hub.url),
      (count) => count === 0,
    );
    socket.socket.resume();
    expect(await socket.closed).toEqual({ code: 4290, reason: 'too slow: come back with your last cursor' });
    const watcher = await acknowledged();
    watcher.subscribe('1', TYPENAME);
    expect(await watcher.next()).toMatchObject({ id: '1', type: 'next' });
    watcher.end();
  });
});
