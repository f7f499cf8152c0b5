import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { CONTROL, decode, encode, FUNCTIONS, type Sl651Frame } from '../../shared/codecs/sl651.js';
import { Sl651Splitter } from '../../shared/codecs/sl651-splitter.js';
import { element, head, observedAt, stationOf } from '../../shared/codecs/sl651-write.js';
import connector from './index.js';

const STATION = '0060240001';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(take: (outcome: Outcome) => Promise<void> = async () => undefined) {
  const settings = connector.settings.parse({
    expectedEverySeconds: 600,
    zone: 'Asia/Shanghai',
    crs: 'CGCS2000',
    listen: { port: 0, maxUnframedBytes: 65_536 },
    stations: [{ code: STATION, name: '测试·遥测站', lon: 84.76, lat: 44.2 }],
  });
  const abort = new AbortController();
  const outcomes: Outcome[] = [];
  let contacts = 0;
  let running: Promise<void> = Promise.resolve();
  const address = await new Promise<string>((listening, failed) => {
    const context: FeedContext = {
      signal: abort.signal,
      push: { open: () => ({ path: '', close: () => undefined }) },
      now: () => new Date('2026-08-07T02:01:00Z'),
      take: async (outcome) => {
        await take(outcome);
        outcomes.push(outcome);
      },
      contact: () => {
        contacts += 1;
      },
      watermark: async () => undefined,
      listening,
    };
    running = connector.create(settings).run(context);
    running.catch(failed);
  });
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  stops.push(stop);
  return { outcomes, stop, port: Number(new URL(address).port), contacts: () => contacts };
}

/** A device on a line: sends bytes and reads the centre's next answers. */
class Device {
  readonly #answers: Sl651Frame[] = [];
  #wake: () => void = () => {};
  readonly closed: Promise<void>;
  constructor(readonly socket: Socket) {
    const splitter = new Sl651Splitter();
    socket.on('error', () => {});
    this.closed = new Promise((done) => socket.once('close', () => done()));
    socket.on('data', (bytes) => {
      this.#answers.push(...splitter.push(bytes).map((piece) => decode(piece.bytes)));
      this.#wake();
    });
  }
  static async dial(port: number): Promise<Device> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Device(socket);
  }
  async answer(): Promise<Sl651Frame> {
    while (this.#answers.length === 0)
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    return this.#answers.shift()!;
  }
}

const body = (serial: number, level = 1.2): Uint8Array =>
  new Uint8Array(
    Buffer.concat([
      head(serial, '260807100003'),
      stationOf(STATION, 0x48),
      observedAt('2608071000'),
      element(0x39, level, 4, 3),
    ]),
  );
const frame = (content: Uint8Array, overrides: Partial<Sl651Frame> = {}): Uint8Array =>
  encode({
    direction: 'up',
    center: 1,
    station: STATION,
    password: 0x4a21,
    function: FUNCTIONS.timed,
    body: content,
    end: CONTROL.ETX,
    ...overrides,
  });
const serialOf = ({ body: [high = 0, low = 0] }: Sl651Frame): number => high * 256 + low;
const seen = (outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap(({ records, rejects }) => [
    ...records.map(({ kind }) => kind),
    ...rejects.map(({ reason }) => reason),
  ]);

test('a report is answered with its serial number once it is stored, and the line is kept', async () => {
  let commit = (): void => {};
  const stored = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let asked = (): void => {};
  const asking = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { port, outcomes } = await start(async ({ records }) => {
    if (records[0]?.kind !== 'observation') return;
    asked();
    await stored;
  });
  const device = await Device.dial(port);
  let answered = false;
  device.socket.once('data', () => {
    answered = true;
  });
  device.socket.write(frame(body(7)));
  await asking;
  expect([answered, seen(outcomes)]).toEqual([false, ['station']]);
  commit();
  const answer = await device.answer();
  expect([serialOf(answer), answer.end, answer.direction, answer.station]).toEqual([7, CONTROL.ESC, 'down', STATION]);
  expect(seen(outcomes)).toEqual(['station', 'observation']);
  device.socket.write(frame(body(8)));
  expect(serialOf(await device.answer())).toBe(8);
  device.socket.destroy();
});

test('what could not be stored is not acknowledged; sent again it is stored and acknowledged', async () => {
  let away = true;
  const { port, outcomes } = await start(async ({ records }) => {
    if (records[0]?.kind === 'observation' && away) {
      away = false;
      throw new Error('the database is away');
    }
  });
  const device = await Device.dial(port);
  device.socket.write(frame(body(1)));
  device.socket.write(frame(body(2)));
  expect(serialOf(await device.answer())).toBe(2);
  device.socket.write(frame(body(1)));
  expect(serialOf(await device.answer())).toBe(1);
  expect(seen(outcomes)).toEqual(['station', 'observation', 'observation']);
  device.socket.destroy();
});

test('bytes cut anywhere, and several frames at once, make the same reports', async () => {
  const { port, outcomes } = await start();
  const device = await Device.dial(port);
  device.socket.setNoDelay(true);
  const stream = Buffer.concat([frame(body(1)), frame(body(2)), frame(body(3))]);
  for (const byte of stream.subarray(0, 60)) device.socket.write(Uint8Array.of(byte));
  device.socket.write(stream.subarray(60));
  for (const serial of [1, 2, 3]) expect(serialOf(await device.answer())).toBe(serial);
  expect(seen(outcomes).filter((each) => each === 'observation')).toHaveLength(3);
  device.socket.destroy();
});

test('a damaged frame is refused and not answered, and the next one is', async () => {
  const { port, outcomes } = await start();
  const device = await Device.dial(port);
  const damaged = frame(body(1));
  damaged[30]! ^= 1;
  device.socket.write(Buffer.concat([Buffer.from('noise'), damaged, frame(body(2))]));
  expect(serialOf(await device.answer())).toBe(2);
  expect(seen(outcomes).sort()).toEqual(['bad-crc', 'malformed', 'observation', 'station']);
  device.socket.destroy();
});

test('a keep-alive is a sign of life, gets no answer and stores nothing', async () => {
  const { port, outcomes, contacts } = await start();
  const device = await Device.dial(port);
  device.socket.write(frame(head(5, '260807100003'), { function: FUNCTIONS.keepAlive }));
  device.socket.write(frame(body(6)));
  expect(serialOf(await device.answer())).toBe(6);
  expect([contacts(), seen(outcomes)]).toEqual([1, ['station', 'observation']]);
  device.socket.destroy();
});

test('packets make one report and one answer; a missing one is asked for', async () => {
  const { port, outcomes } = await start();
  const device = await Device.dial(port);
  const whole = body(9);
  const packet = (sequence: number, end: number): Uint8Array =>
    frame(whole.subarray((sequence - 1) * 10, sequence === 3 ? undefined : sequence * 10), {
      packet: { total: 3, sequence },
      end,
    });
  device.socket.write(packet(1, CONTROL.ETB));
  device.socket.write(packet(3, CONTROL.ETX));
  expect(await device.answer()).toMatchObject({ end: CONTROL.NAK, packet: { total: 3, sequence: 2 } });
  device.socket.write(packet(2, CONTROL.ETX));
  const answer = await device.answer();
  expect([serialOf(answer), answer.end, answer.packet]).toEqual([9, CONTROL.ESC, undefined]);
  expect(seen(outcomes)).toEqual(['station', 'observation']);
  device.socket.destroy();
});

test('a picture is acknowledged and refused with a reason', async () => {
  const { port, outcomes } = await start();
  const device = await Device.dial(port);
  device.socket.write(frame(body(3), { function: FUNCTIONS.picture }));
  expect(serialOf(await device.answer())).toBe(3);
  expect(outcomes.at(-1)?.rejects).toMatchObject([{ reason: 'unsupported' }]);
  device.socket.destroy();
});

test('a flood without a frame ends its own connection, is told of, and no other', async () => {
  const { port, outcomes } = await start();
  const [flood, device] = [await Device.dial(port), await Device.dial(port)];
  flood.socket.write(Buffer.alloc(1_048_576, 0x7e));
  await flood.closed;
  device.socket.write(frame(body(4)));
  expect(serialOf(await device.answer())).toBe(4);
  expect(seen(outcomes)).toContain('malformed');
  device.socket.destroy();
});

test('a message begun and never ended is told of when its line ends', async () => {
  let told = (): void => {};
  const refused = new Promise<void>((resolve) => {
    told = resolve;
  });
  const { port, outcomes } = await start(async ({ rejects }) => {
    if (rejects.length > 0) told();
  });
  const device = await Device.dial(port);
  device.socket.end(frame(body(1), { packet: { total: 2, sequence: 1 }, end: CONTROL.ETB }));
  await refused;
  await device.closed;
  expect(outcomes.at(-1)?.rejects[0]?.detail).toMatch(/1 of 2 packets/);
});
