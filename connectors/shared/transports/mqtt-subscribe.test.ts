import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Aedes } from 'aedes';
import { type MqttMessage, type MqttSettings, mqttSettings, subscribeMqtt } from './mqtt-subscribe.js';

let broker: Aedes;
let server: Server;
let sockets: Set<Socket>;
let url: string;

async function listen(make: () => Server): Promise<void> {
  server = make().listen(0, '127.0.0.1');
  sockets = new Set();
  server.on('connection', (socket) => sockets.add(socket));
  await once(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
async function closeServer(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => server.close(done));
}
beforeEach(async () => {
  broker = await Aedes.createBroker();
  await listen(() => createServer(broker.handle));
});
afterEach(async () => {
  await closeServer();
  await new Promise<void>((done) => broker.close(() => done()));
});

const publish = (payload: string | Buffer, more: { retain?: boolean; qos?: 0 | 1 } = {}): Promise<void> =>
  new Promise((done, failed) => {
    const packet = { cmd: 'publish' as const, topic: 'dp', qos: 1 as const, retain: false, dup: false, ...more };
    broker.publish({ ...packet, payload: Buffer.from(payload) }, (error) => (error ? failed(error) : done()));
  });

/** A running subscription whose messages are awaited one by one. */
function start(
  handle: (message: MqttMessage) => Promise<void> = async () => {},
  more: Partial<Record<keyof MqttSettings, unknown>> = {},
) {
  const settings = mqttSettings.parse({ url, clientId: 'hub-test', topics: ['dp'], ...more });
  const abort = new AbortController();
  const got: MqttMessage[] = [];
  let wake = (): void => {};
  let subscribed = (): void => {};
  const ready = new Promise<void>((done) => {
    subscribed = done;
  });
  const handlers = {
    subscribed,
    handle: (message: MqttMessage) => {
      got.push(message);
      wake();
      return handle(message);
    },
  };
  const run = subscribeMqtt(settings, handlers, { signal: abort.signal });
  run.catch(() => {});
  const texts = async (count: number): Promise<string[]> => {
    while (got.length < count)
      await new Promise<void>((done) => {
        wake = done;
      });
    return got.map(({ payload }) => Buffer.from(payload).toString());
  };
  const stop = async (): Promise<void> => {
    abort.abort();
    await run;
  };
  return { run, ready, got, texts, stop, abort };
}
const failure = (run: Promise<void>): Promise<Error> =>
  run.then(
    () => {
      throw new Error('did not fail');
    },
    (error: Error) => error,
  );

describe('nothing that the broker keeps for the hub is lost', () => {
  test('a message published while the hub was away is delivered after it returns', async () => {
    const first = start();
    await first.ready;
    await first.stop();
    await publish('while away');
    const second = start();
    expect(await second.texts(1)).toEqual(['while away']);
    await second.stop();
  });

  test('a message whose handler failed is not acknowledged, the failure is thrown, and it comes again', async () => {
    let acknowledged = false;
    const acknowledgement = once(broker, 'ack').then(() => {
      acknowledged = true;
    });
    const first = start(async () => {
      throw new Error('the database is away');
    });
    await first.ready;
    await publish('one');
    expect((await failure(first.run)).message).toBe('the database is away');
    expect(acknowledged).toBe(false);
    const second = start();
    expect(await second.texts(1)).toEqual(['one']);
    await acknowledgement;
    await second.stop();
  });

  test('what comes after a failed message is not acknowledged either, though its handler resolved', async () => {
    let fail = (_error: Error): void => {};
    const first = start(async ({ payload }) => {
      if (Buffer.from(payload).toString() === 'one')
        await new Promise((_, reject) => {
          fail = reject;
        });
    });
    await first.ready;
    await publish('one');
    await publish('two');
    await first.texts(2);
    fail(new Error('no'));
    await failure(first.run);
    const second = start();
    expect((await second.texts(2)).sort()).toEqual(['one', 'two']);
    await second.stop();
  });

  test('stopping waits for the handler under way and acknowledges its message', async () => {
    let finish = (): void => {};
    const first = start(
      () =>
        new Promise((done) => {
          finish = done;
        }),
    );
    await first.ready;
    await publish('one');
    await first.texts(1);
    const acknowledged = once(broker, 'ack');
    first.abort.abort();
    finish();
    await acknowledged;
    await first.run;
  });
});

test('no more messages are handled at once than allowed, and all are acknowledged in order', async () => {
  let open = 0;
  let most = 0;
  const waiting: (() => void)[] = [];
  const order: number[] = [];
  const all = new Promise<void>((done) => {
    broker.on('ack', ({ messageId }) => {
      order.push(messageId as number);
      if (order.length === 7) done();
    });
  });
  const hub = start(
    async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise<void>((done) => {
        waiting.push(done);
        // The later one first: order of handling must not become order of acknowledging.
        if (waiting.length === 3) for (const each of waiting.splice(0).reverse()) setImmediate(each);
      });
      open -= 1;
    },
    { maxInFlight: 3 },
  );
  await hub.ready;
  for (let at = 0; at < 7; at += 1) await publish(`${at}`);
  await hub.texts(7);
  for (const each of waiting.splice(0)) each();
  await all;
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(most).toBe(3);
  expect(await hub.texts(7)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  await hub.stop();
});

test('retained messages are told apart from news, and messages without QoS come too', async () => {
  await publish('old', { retain: true });
  const hub = start();
  await hub.texts(1);
  await hub.ready;
  await publish('new', { qos: 0 });
  await hub.texts(2);
  expect(hub.got.map(({ retained }) => retained)).toEqual([true, false]);
  await hub.stop();
});

test('a message that is too long comes cut and is acknowledged, and the next one comes', async () => {
  const acknowledged = once(broker, 'ack');
  const hub = start(undefined, { maxMessageBytes: 2000 });
  await hub.ready;
  await publish(Buffer.alloc(3_000_000, 0x61));
  await publish('small');
  const [long, small] = await hub.texts(2);
  expect([long?.length, small]).toEqual([2001, 'small']);
  await acknowledged;
  await hub.stop();
});

describe('a broken link throws one line without credentials', () => {
  const more = { username: 'wusu', password: 'geheim' };
  test('the broker goes away', async () => {
    const hub = start();
    await hub.ready;
    for (const socket of sockets) socket.destroy();
    expect((await failure(hub.run)).message).toMatch(/^mqtt broker 127\.0\.0\.1:\d+: the connection ended/);
  });
  test('the broker refuses the credentials', async () => {
    broker.authenticate = (_client, _user, _password, done) => done(null, false);
    const { message } = await failure(start(undefined, more).run);
    expect(message).toMatch(/Connection refused/);
    expect(message).not.toMatch(/geheim|wusu/);
  });
  test('the broker refuses the topic', async () => {
    broker.authorizeSubscribe = (_client, _subscription, done) => done(null, null);
    expect((await failure(start().run)).message).toMatch(/Subscribe error/);
  });
  test('nobody listens', async () => {
    const hub = start(undefined, { url: 'mqtt://127.0.0.1:1', ...more });
    expect((await failure(hub.run)).message).toMatch(/^mqtt broker 127\.0\.0\.1:1: connect ECONNREFUSED/);
  });
  test('the broker takes the connection and says nothing', async () => {
    await closeServer();
    await listen(() => createServer(() => undefined));
    const hub = start(undefined, { connectTimeoutMs: 150 });
    expect((await failure(hub.run)).message).toMatch(/no subscription within 150 ms|connack timeout/);
  });
  test('the broker sends garbage', async () => {
    await closeServer();
    await listen(() => createServer((socket) => void socket.write(Buffer.alloc(64, 0xff))));
    expect((await failure(start().run)).message).toMatch(/malformed packet length/);
  });
});

test('with MQTT 5 the session is kept for its time, and the broker told how much may be under way', async () => {
  await closeServer();
  const seen: Buffer[] = [];
  const goodbye = new Promise<void>((done) => {
    void listen(() =>
      createServer((socket) =>
        socket
          .on('data', (data) => {
            seen.push(data);
            const type = (data[0] ?? 0) >> 4;
            if (type === 1) socket.write(Buffer.from('2003000000', 'hex'));
            if (type === 8) {
              socket.write(
                Buffer.concat([Buffer.from('9004', 'hex'), data.subarray(2, 4), Buffer.from('0001', 'hex')]),
              );
              // PUBLISH, QoS 1, topic "dp", packet id 0x0102, no properties, payload "hi".
              socket.write(Buffer.from('32090002647001020068', 'hex'));
              socket.write(Buffer.from('69', 'hex'));
            }
          })
          .on('end', done),
      ),
    );
  });
  await once(server, 'listening');
  const hub = start(undefined, { version: '5', maxInFlight: 9, sessionExpirySeconds: 3600 });
  expect(await hub.texts(1)).toEqual(['hi']);
  await hub.ready;
  await hub.stop();
  await goodbye;
  const [connect] = seen as [Buffer];
  // Protocol 5, flags without clean start; property 17 session expiry, property 33 receive maximum.
  expect(connect.subarray(8, 10).toString('hex')).toBe('0500');
  expect(connect.includes(Buffer.from('1100000e10', 'hex'))).toBe(true);
  expect(connect.includes(Buffer.from('210009', 'hex'))).toBe(true);
  expect(Buffer.concat(seen).toString('hex')).toMatch(/40020102e000$/);
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mqtt-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ((): boolean => {
    try {
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
      const args = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ];
      execFileSync('openssl', [...args, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
      return true;
    } catch {
      process.stderr.write('skipped: no openssl command to make a certificate with\n');
      return false;
    }
  })();
  const pem = made ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } : { key: '', cert: '' };
  rmSync(folder, { recursive: true });
  (made ? test : test.skip)('a broker with the named authority is trusted, one without is not', async () => {
    await closeServer();
    await listen(() => createTlsServer(pem, (socket) => void broker.handle(socket)) as unknown as Server);
    const address = url.replace('mqtt:', 'mqtts:');
    const trusted = start(undefined, { url: address, tls: { ca: pem.cert, serverName: 'localhost' } });
    await trusted.ready;
    await trusted.stop();
    const { message } = await failure(start(undefined, { url: address, tls: { serverName: 'localhost' } }).run);
    expect(message).toMatch(/self-signed certificate/);
  });
});
