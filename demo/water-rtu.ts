import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CONTROL, decode, encode, FUNCTIONS } from '../connectors/shared/codecs/sl651.js';
import { readHead } from '../connectors/shared/codecs/sl651-body.js';
import { Sl651Splitter } from '../connectors/shared/codecs/sl651-splitter.js';
import { element, head, observedAt, stationOf, status } from '../connectors/shared/codecs/sl651-write.js';
import type { StandIn } from './stand-in.js';
import type { Scene, Story } from './story.js';
import { beijing, RTUS, type Rtu } from './water-stations.js';

/** Story seconds between two reports of a device, and the least in wall time. */
const EVERY = 20;
const SHORTEST_MS = 1000;
const ANSWER_WITHIN_MS = 10_000;
const LONGEST_BACKOFF_MS = 15_000;
/** Reports a device keeps while it has no line; the oldest go first. */
const KEPT = 120;
const WARNING_METRES = 2.5;

/** Three telemetry devices that call the hub's listener: each report is sent until the centre acknowledges it. */
export class WaterRtus implements StandIn {
  readonly name = 'telemetry stations (SL 651)';
  #abort = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  /** `address`: "tcp://host:port", as the feed says it. */
  constructor(
    private readonly address: string,
    private readonly story: Story,
    private readonly now: () => Date,
  ) {}

  async start(): Promise<string> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#running = Promise.all(
      RTUS.map((rtu) => new Device(rtu, this.address, this.story, this.now).run(signal).catch(() => {})),
    );
    return this.address;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}

class Device {
  readonly #outbox: Uint8Array[] = [];
  #serial = 0;
  #counterMm = 0;
  #dayMm = 0;
  #reportedAt: Date | undefined;
  #wake: () => void = () => {};

  constructor(
    private readonly rtu: Rtu,
    private readonly address: string,
    private readonly story: Story,
    private readonly now: () => Date,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    this.#report();
    const timer = setInterval(() => this.#report(), Math.max(SHORTEST_MS, this.story.wallMs(EVERY)));
    try {
      for (let failures = 0; !signal.aborted; failures += 1) {
        const sent = await this.#session(signal);
        if (sent > 0) failures = 0;
        await pause(Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** failures), undefined, { signal });
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** One connection, until it breaks or an answer does not come. Returns how many reports were acknowledged. */
  async #session(signal: AbortSignal): Promise<number> {
    const url = new URL(this.address);
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port), signal });
    const line = new Line(socket, () => this.#wake());
    let sent = 0;
    try {
      await once(socket, 'connect');
      socket.write(this.#frame(FUNCTIONS.keepAlive, new Uint8Array()));
      while (!socket.destroyed) {
        const report = this.#outbox[0];
        if (!report) {
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
          continue;
        }
        await line.send(report);
        if (this.#outbox[0] === report) this.#outbox.shift();
        sent += 1;
      }
    } catch {
      // No line, or no answer in time: tried again with the same report.
    } finally {
      socket.destroy();
    }
    return sent;
  }

  #report(): void {
    const scene = this.story.scene();
    const over = this.rtu.river > 0 && levelOf(this.rtu, scene) >= WARNING_METRES;
    this.#rainSince(scene);
    this.#outbox.push(this.#frame(over ? FUNCTIONS.threshold : FUNCTIONS.timed, this.#elements(scene, over)));
    if (this.#outbox.length > KEPT) this.#outbox.shift();
    this.#wake();
  }

  #rainSince(scene: Scene): void {
    const now = this.now();
    const hours = (now.getTime() - (this.#reportedAt ?? now).getTime()) / 3_600_000;
    const fallen = scene.rainMmPerHour * this.rtu.rain * hours * this.story.speed;
    // The day of a rain gauge begins at eight in the morning.
    const day = (time: Date): string => beijing(new Date(time.getTime() - 8 * 3_600_000)).slice(0, 10);
    if (this.#reportedAt && day(this.#reportedAt) !== day(now)) this.#dayMm = 0;
    this.#dayMm += fallen;
    this.#counterMm = (this.#counterMm + fallen) % 10_000;
    this.#reportedAt = now;
  }

  #elements(scene: Scene, over: boolean): Uint8Array {
    const { station, river } = this.rtu;
    const time = beijing(this.now()).replace(/\D/g, '');
    return Buffer.concat([
      stationOf(station, this.rtu.class),
      observedAt(time.slice(2, 12)),
      element(0x20, this.#dayMm % 1000, 3, 1),
      element(0x26, this.#counterMm, 3, 1),
      ...(river > 0 ? [element(0x39, levelOf(this.rtu, scene), 4, 3)] : []),
      element(0x02, scene.airTemperatureCelsius, 2, 1),
      element(0x38, 12.6 - 0.2 * Math.sin(scene.seconds / 40), 2, 2),
      // Bit 2: the level is over its limit.
      status(over ? 4 : 0),
    ]);
  }

  #frame(code: number, elements: Uint8Array): Uint8Array {
    const sentAt = beijing(this.now()).replace(/\D/g, '').slice(2);
    // Serial numbers run from 1; a keep-alive repeats the last one.
    if (code !== FUNCTIONS.keepAlive) this.#serial = (this.#serial % 65_535) + 1;
    const body = Buffer.concat([head(this.#serial, sentAt), elements]);
    const { station } = this.rtu;
    return encode({ direction: 'up', center: 1, station, password: 0x1234, function: code, body, end: CONTROL.ETX });
  }
}

const levelOf = ({ river }: Rtu, scene: Scene): number => 1.2 + (scene.riverLevelMetres - 1.2) * river;

/** A connection to the centre, one message at a time. */
class Line {
  readonly #splitter = new Sl651Splitter();
  #waiting: { serial: number; done: () => void; failed: (reason: Error) => void } | undefined;

  constructor(
    private readonly socket: Socket,
    onClose: () => void,
  ) {
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      this.#waiting?.failed(new Error('the line broke'));
      onClose();
    });
  }

  /** Resolves when the centre has acknowledged the message. */
  async send(message: Uint8Array): Promise<void> {
    const { serial } = readHead(decode(message).body);
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((done, failed) => {
        this.#waiting = { serial, done, failed };
        timer = setTimeout(() => failed(new Error('no answer')), ANSWER_WITHIN_MS);
        this.socket.write(message);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #receive(bytes: Uint8Array): void {
    for (const { frame, bytes: answer } of this.#splitter.push(bytes))
      try {
        const { end, body } = decode(answer);
        if (frame && end !== CONTROL.NAK && readHead(body).serial === this.#waiting?.serial) this.#waiting.done();
      } catch {
        // What is no answer leaves the device waiting.
      }
  }
}
