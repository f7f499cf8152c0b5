import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Aedes } from 'aedes';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

let broker: Aedes;
let server: Server;
let sockets: Socket[];
beforeEach(async () => {
  broker = await Aedes.createBroker();
  sockets = [];
  server = createServer(broker.handle).listen(0, '127.0.0.1');
  server.on('connection', (socket) => sockets.push(socket));
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((done) => server.close(done));
  await new Promise<void>((done) => broker.close(() => done()));
});

function start(take: (outcome: Outcome) => Promise<void>) {
  const settings = connector.settings.parse({
    expectedEverySeconds: 60,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    stations: [{ code: '6542020001/V101', name: '演练·甲醇罐', lon: 84.62, lat: 44.47 }],
    broker: { url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` },
  });
  const abort = new AbortController();
  const context: FeedContext = {
    signal: abort.signal,
    push: { open: () => ({ path: '', close: () => undefined }) },
    now: () => new Date('2026-07-01T08:00:00Z'),
    take,
    contact: () => undefined,
    watermark: async () => undefined,
    listening: () => undefined,
  };
  return { run: connector.create(settings).run(context), abort };
}
const publish = (payload: string): Promise<void> =>
  new Promise((done) => {
    const packet = { cmd: 'publish' as const, topic: 'hazchem/6542020001', qos: 1 as const, retain: false, dup: false };
    broker.publish({ ...packet, payload }, () => done());
  });
const MESSAGE = JSON.stringify({
  ...{ companyCode: '6542020001', equipCode: 'V101', pointCode: 'LT', quantity: 'level', value: 9.3, unit: 'm' },
  ...{ time: '2026-07-01 15:59:30', alarm: { H: 10.8 } },
});

test('a message that could not be stored is not acknowledged: it comes again and is stored', async () => {
  const outcomes: Outcome[] = [];
  let attempts = 0;
  const first = start(async (outcome) => {
    if (outcome.records[0]?.kind === 'station') return void outcomes.push(outcome);
    attempts += 1;
    throw new Error('the database is away');
  });
  const failed = first.run.then(
    () => 'ended',
    (error: Error) => error.message,
  );
  await once(broker, 'subscribe');
  await publish(MESSAGE);
  expect(await failed).toBe('the database is away');
  expect(attempts).toBe(1);

  const acknowledged = once(broker, 'ack');
  const second = start(async (outcome) => void outcomes.push(outcome));
  await acknowledged;
  second.abort.abort();
  await second.run;
  expect(outcomes.map(({ records }) => records.map(({ kind }) => kind).join())).toEqual([
    'station',
    'station',
    'threshold,observation',
  ]);
});

test('a message that is too long is refused as such, acknowledged, and the next one comes', async () => {
  const rejects: string[] = [];
  let observations = 0;
  const both = new Promise<void>((done) => {
    let acknowledged = 0;
    broker.on('ack', () => {
      acknowledged += 1;
      if (acknowledged === 2) done();
    });
  });
  const feed = start(async (outcome) => {
    rejects.push(...outcome.rejects.map(({ reason, raw }) => `${reason} ${raw.length}`));
    observations += outcome.records.filter(({ kind }) => kind === 'observation').length;
  });
  await once(broker, 'subscribe');
  await publish(`[${MESSAGE},"${'x'.repeat(400_000)}"]`);
  await publish(MESSAGE);
  await both;
  feed.abort.abort();
  await feed.run;
  expect([rejects, observations]).toEqual([['too-large 262145'], 1]);
});

test('a message that cannot be read is refused with its whole input, acknowledged, and the next one comes', async () => {
  const rejected: { reason: string; input: string }[] = [];
  let observations = 0;
  const both = new Promise<void>((done) => {
    let acknowledged = 0;
    broker.on('ack', () => {
      acknowledged += 1;
      if (acknowledged === 2) done();
    });
  });
  const feed = start(async (outcome) => {
    rejected.push(...outcome.rejects.map(({ reason, input }) => ({ reason, input: String(input?.()) })));
    observations += outcome.records.filter(({ kind }) => kind === 'observation').length;
  });
  await once(broker, 'subscribe');
  await publish('{"heartbeat":1}');
  await publish(MESSAGE);
  await both;
  feed.abort.abort();
  await feed.run;
  expect([rejected.map(({ reason }) => reason), observations]).toEqual([['unsupported'], 1]);
  expect(rejected[0]?.input).toBe('{"heartbeat":1}');
});
