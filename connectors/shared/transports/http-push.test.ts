import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PushDoor, PushRequest } from '../../../model/push.js';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { withhold } from '../withheld.js';
import { type PushOptions, receivePushes } from './http-push.js';

/** A door of a few lines on a real server. */
class Door implements PushDoor {
  readonly server: Server;
  #handle: Parameters<PushDoor['open']>[2] | undefined;
  constructor() {
    this.server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const pushed: PushRequest = {
        authorization: request.headers.authorization,
        contentType: request.headers['content-type'],
        body: Buffer.concat(chunks),
      };
      const reply = (await this.#handle?.(pushed)) ?? { status: 404, body: '' };
      response.writeHead(reply.status, { connection: 'close' }).end(reply.body);
    });
  }
  open(feedId: string, _maxBytes: number, handle: Parameters<PushDoor['open']>[2]) {
    this.#handle = handle;
    return { path: `/feeds/${feedId}`, close: () => (this.#handle = undefined) };
  }
}

let door: Door;
let url: string;
beforeEach(async () => {
  door = new Door();
  door.server.listen(0, '127.0.0.1');
  await once(door.server, 'listening');
  url = `http://127.0.0.1:${(door.server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((done) => door.server.close(done)));

const REJECT: Outcome = { records: [], rejects: [{ raw: 'x', reason: 'missing-time', detail: 'line 3: no time' }] };
const STATION: Outcome = { records: [{ kind: 'station', code: '1', name: 'a', raw: '' }], rejects: [] };
const MEANINGS: Record<string, Outcome> = { bad: REJECT, life: { records: [], rejects: [] }, good: STATION };

function start(take: (outcome: Outcome) => Promise<void> = async () => {}, more: Partial<PushOptions> = {}) {
  const abort = new AbortController();
  const taken: Outcome[] = [];
  const seen = { contacts: 0, path: '' };
  const context: FeedContext = {
    signal: abort.signal,
    push: door,
    now: () => new Date(),
    take: async (outcome) => {
      taken.push(outcome);
      await take(outcome);
    },
    contact: () => {
      seen.contacts += 1;
    },
    watermark: async () => undefined,
    listening: (address) => {
      seen.path = address;
    },
  };
  const options: PushOptions = {
    feedId: 'forestry/video-alarms',
    key: 'right-key',
    contentTypes: ['application/xml', 'text/xml'],
    maxBytes: 100,
    maxAtOnce: 2,
    timeoutMs: 200,
    ...more,
  };
  const run = receivePushes(context, options, (body) => MEANINGS[Buffer.from(body).toString()] ?? STATION);
  return { run, abort, taken, seen };
}

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { authorization: 'Bearer right-key', 'content-type': 'application/xml; charset=GB18030', ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('a call is answered only after the commit', async () => {
  let commit = (): void => {};
  const committing = new Promise<void>((begun) => {
    start(
      () =>
        new Promise((done) => {
          commit = done;
          begun();
        }),
      { timeoutMs: 5000 },
    );
  });
  let answered = false;
  const reply = post('good').finally(() => {
    answered = true;
  });
  await committing;
  await new Promise((done) => setImmediate(done));
  expect(answered).toBe(false);
  commit();
  expect(await reply).toEqual({ status: 202, body: { taken: 1, rejected: [] } });
});

test('what is refused is kept in the ledger and the caller is told what, where and why', async () => {
  const { taken } = start();
  expect(await post('bad')).toEqual({
    status: 400,
    body: {
      error: 'line 3: no time',
      taken: 0,
      rejected: [{ reason: 'missing-time', detail: 'line 3: no time' }],
    },
  });
  // With the whole body, which can be read again after a correction.
  expect(taken).toMatchObject([REJECT]);
  expect(taken[0]?.rejects[0]?.input?.()).toEqual(Buffer.from('bad'));
});

test('a sign of life stores nothing and counts as contact', async () => {
  const { taken, seen } = start();
  expect((await post('life')).status).toBe(202);
  expect([taken.length, seen.contacts, seen.path]).toEqual([0, 1, '/feeds/forestry/video-alarms']);
});

describe('only the holder of the key gets in, and only with what is asked for', () => {
  test.each([
    ['no key', { authorization: '' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['another key', { authorization: 'Bearer wrong-key' }],
    ['a longer key', { authorization: 'Bearer right-key2' }],
    ['another scheme', { authorization: 'Basic right-key' }],
  ])('%s: 401, and nothing is kept', async (_name, headers) => {
    const { taken } = start();
    expect((await post('good', headers)).status).toBe(401);
    expect(taken).toEqual([]);
  });
  test('another content type: 415, kept as unsupported', async () => {
    const { taken } = start();
    const { status, body } = await post('good', { 'content-type': 'application/json' });
    expect([status, body.error]).toEqual([415, 'content-type "application/json": send application/xml or text/xml']);
    expect(taken[0]?.rejects[0]?.reason).toBe('unsupported');
  });
  test('a body above the limit: 413, kept as too large', async () => {
    const { taken } = start();
    expect((await post('x'.repeat(101))).status).toBe(413);
    expect(taken[0]?.rejects[0]?.reason).toBe('too-large');
  });
});

describe('what must not be kept is taken out before anything sees the body', () => {
  const redact = (body: Uint8Array) => {
    const text = Buffer.from(body).toString();
    if (text === 'fault') throw new Error('cannot read secret');
    return text.includes('?')
      ? withhold(body, 'k', 'malformed', 'not known')
      : { body: Buffer.from(text.replace('secret', '')) };
  };
  const keptOf = (taken: readonly Outcome[]) =>
    taken.flatMap(({ rejects }) => rejects.map(({ raw, input }) => [String(raw), input && String(input())]));

  test('what is read, refused or kept is the cleared body', async () => {
    const { taken } = start(undefined, { redact });
    expect((await post('secretbad')).status).toBe(400);
    expect((await post('secretlife', { 'content-type': 'text/plain' })).status).toBe(415);
    expect(keptOf(taken)).toEqual([
      ['x', 'bad'],
      ['life', undefined],
    ]);
  });

  test.each([
    ['a body that cannot be cleared', 'secret?', 400, {}],
    ['one of a wrong type', 'secret?', 415, { 'content-type': 'text/plain' }],
    ['one that is too large', `secret?${'x'.repeat(100)}`, 413, {}],
    ['one at which the redaction fails', 'fault', 400, {}],
  ])('of %s only length and keyed hash are kept, and it cannot be read again', async (_name, body, status, headers) => {
    const { taken } = start(undefined, { redact });
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain('nothing is kept but length and keyed hash');
    const [kept] = keptOf(taken);
    expect(kept?.[0]).toMatch(new RegExp(`^not kept: ${body.length} bytes, HMAC-SHA-256 [0-9a-f]{64}$`));
    expect(kept?.[1]).toBeUndefined();
    expect(JSON.stringify([taken, answer])).not.toContain('secret');
  });
});

describe('what is not stored is told to come back', () => {
  test('storing fails: 503 without the cause', async () => {
    start(async () => {
      throw new Error('password authentication failed for user "hub"');
    });
    const { status, body } = await post('good');
    expect([status, body.retryAfterSeconds]).toEqual([503, 5]);
    expect(JSON.stringify(body)).not.toMatch(/password/);
  });
  test('storing hangs: 503 at the time limit', async () => {
    start(() => new Promise(() => {}), { timeoutMs: 50 });
    expect((await post('good')).body.error).toBe('storing takes too long: send it again in 5 s');
    await post('good');
    expect((await post('good')).body.error).toBe('2 calls are under way: send it again in 5 s');
  });
  test('more calls at once than allowed: 503', async () => {
    let begun = 0;
    let both = (): void => {};
    const busy = new Promise<void>((done) => {
      both = done;
    });
    let free = (): void => {};
    const gate = new Promise<void>((done) => {
      free = done;
    });
    start(
      () => {
        begun += 1;
        if (begun === 2) both();
        return gate;
      },
      { timeoutMs: 5000 },
    );
    const held = [post('good'), post('good')];
    await busy;
    expect((await post('good')).status).toBe(503);
    free();
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([202, 202]);
  });
});

test('stopping closes the address and waits for the calls under way', async () => {
  let commit = (): void => {};
  const { run, abort, taken } = start(
    () =>
      new Promise((done) => {
        commit = done;
        abort.abort();
      }),
    { timeoutMs: 5000 },
  );
  const reply = post('good');
  while (taken.length === 0) await new Promise((done) => setImmediate(done));
  let ended = false;
  void run.then(() => {
    ended = true;
  });
  await new Promise((done) => setImmediate(done));
  expect(ended).toBe(false);
  commit();
  expect((await reply).status).toBe(202);
  await run;
  const late = await fetch(url, { method: 'POST', body: 'good' });
  expect(late.status).toBe(404);
});
