import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Outbound } from '../../outbound.js';
import { FetchError, type FetchOptions, fetchBytes } from './http-poll.js';

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
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const get = (origin: string, path = '/', more: Partial<FetchOptions> = {}) =>
  fetchBytes(origin + path, {
    timeoutMs: 5000,
    maxBytes: 100_000,
    signal: new AbortController().signal,
    allow: [origin],
    outbound: undefined,
    ...more,
  });

async function failure(promise: Promise<unknown>): Promise<FetchError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof FetchError)) throw new Error('did not fail with FetchError', { cause: error });
  expect(error.message).not.toMatch(/secret|\n/);
  return error;
}

test('a good answer comes whole, with its validators', async () => {
  const origin = await serve((_request, response) => {
    response.writeHead(200, { etag: '"1"', 'last-modified': 'Sat, 01 Aug 2026 00:00:00 GMT' });
    response.write('乌苏');
    response.end('市');
  });
  const answer = await get(origin);
  expect(answer).toMatchObject({ unchanged: false, etag: '"1"', lastModified: 'Sat, 01 Aug 2026 00:00:00 GMT' });
  expect(!answer.unchanged && Buffer.from(answer.bytes).toString()).toBe('乌苏市');
});

describe('an unchanged copy is not sent again', () => {
  test('validators go out and 304 comes back as unchanged', async () => {
    const origin = await serve((request, response) => {
      const held = request.headers['if-none-match'] === '"1"' && request.headers['if-modified-since'] === 'yesterday';
      response.writeHead(held ? 304 : 200).end();
    });
    expect(await get(origin, '/', { etag: '"1"', lastModified: 'yesterday' })).toEqual({ unchanged: true });
  });
  test('a 304 nobody asked for is an error', async () => {
    const origin = await serve((_request, response) => void response.writeHead(304).end());
    expect((await failure(get(origin))).message).toMatch(/answered 304$/);
  });
});

describe('no answer costs more than its limits', () => {
  test('a server that never answers ends at the time limit', async () => {
    const origin = await serve(() => undefined);
    expect((await failure(get(origin, '/a?key=secret', { timeoutMs: 100 }))).message).toBe(
      `${origin}/a took longer than 100 ms`,
    );
  });
  test('a body that drips ends at the time limit too', async () => {
    const drips: NodeJS.Timeout[] = [];
    const origin = await serve((_request, response) => void drips.push(setInterval(() => response.write('.'), 20)));
    expect((await failure(get(origin, '/', { timeoutMs: 200 }))).failure).toBe('timeout');
    drips.forEach(clearInterval);
  });
  test('a body without an end is cut at the byte limit and its sender is told to stop', async () => {
    let sent = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const origin = await serve((_request, response) => {
      closed = once(response, 'close');
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', pour);
      pour();
    });
    expect((await failure(get(origin))).message).toBe(`${origin}/ is longer than 100000 bytes`);
    await closed;
    expect(sent).toBeLessThan(50_000_000);
  });
  test('an announced gigabyte is refused before its first byte', async () => {
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': 1e9 }).flushHeaders(),
    );
    expect((await failure(get(origin))).failure).toBe('too-large');
  });
  test('a compressed bomb counts as what it unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000));
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    expect((await failure(get(origin))).failure).toBe('too-large');
  });
  test('stopping the feed stops the request', async () => {
    const stop = new AbortController();
    const origin = await serve(() => stop.abort());
    expect((await failure(get(origin, '/', { signal: stop.signal }))).failure).toBe('stopped');
    expect((await failure(get(origin, '/', { signal: stop.signal }))).failure).toBe('stopped');
  });
});

describe('what is no answer says so in one line without secrets', () => {
  test('a redirect is refused, even to the same host', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(302, { location: '/elsewhere?token=secret' }).end();
    });
    expect((await failure(get(origin))).message).toMatch(/answered 302, a redirect, which is not followed/);
    expect(asked).toEqual(['/']);
  });
  test('an error status', async () => {
    const origin = await serve((_request, response) => void response.writeHead(500).end('secret stack'));
    expect((await failure(get(origin, '/x?userId=secret'))).message).toBe(`${origin}/x answered 500`);
  });
  test('a closed port', async () => {
    const origin = await serve(() => undefined);
    await new Promise((done) => servers.splice(0)[0]?.close(done));
    expect((await failure(get(origin, '/?p=secret'))).message).toBe(`${origin}/ cannot be reached: ECONNREFUSED`);
  });
  test('a connection cut in the body', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc', () => response.destroy());
    });
    expect((await failure(get(origin))).failure).toBe('unreachable');
  });
  test.each([
    ['no URL', 'secret'],
    ['another scheme', 'file:///etc/passwd?secret'],
    ['credentials in the address', 'http://me:secret@127.0.0.1:1/'],
    ['a host the feed does not name', 'http://169.254.169.254/?secret'],
    ['the same host at another port', 'http://127.0.0.1:2/'],
  ])('%s is refused without a call', async (_what, address) => {
    expect((await failure(get('http://127.0.0.1:1', '', { allow: ['http://127.0.0.1:1'] }))).failure).toBe(
      'unreachable',
    );
    const options = {
      timeoutMs: 1000,
      maxBytes: 10,
      signal: new AbortController().signal,
      allow: ['http://127.0.0.1:1'],
      outbound: undefined,
    };
    expect((await failure(fetchBytes(address, options))).failure).toBe('refused');
  });
});

describe('where the hub may connect to', () => {
  test('is judged before anything is sent, and again by what the name leads to', async () => {
    let asked = 0;
    const origin = await serve((_request, response) => {
      asked += 1;
      response.end('secret');
    });
    const { port } = new URL(origin);
    const refused = await failure(get(origin, '/', { outbound: new Outbound(['data.wusu.gov.cn:443']) }));
    expect([refused.failure, refused.message]).toEqual(['refused', expect.stringContaining('hub.outbound.allow')]);
    // The resolver of this machine leads the name to loopback; its owner may have changed what it leads to since it was checked.
    const rebound = new Outbound([`*:${port}`]);
    const name = 'localhost.localdomain';
    const answer = await get(`http://${name}:${port}`, '/', { outbound: rebound }).catch(
      (error: FetchError) => error.failure,
    );
    expect(['refused', 'unreachable']).toContain(answer);
    expect(asked).toBe(0);
    // The control: allowed, the same server answers.
    await get(origin, '/', { outbound: new Outbound([`127.0.0.1:${port}`]) });
    expect(asked).toBe(1);
  });
});
