import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { decode, encode, type Hj212Packet } from '../connectors/shared/codecs/hj212.js';
import { ANSWERS } from '../connectors/shared/codecs/hj212-answer.js';
import { Hj212Splitter } from '../connectors/shared/codecs/hj212-splitter.js';

const ANSWER_WITHIN_MS = 10_000;
const LONGEST_BACKOFF_MS = 15_000;
/** Messages a logger keeps while it has no line; the oldest go first. */
const KEPT = 120;
/** V1 and A: HJ 212-2017, an answer is wanted. D: the message is split. */
const FLAG = { whole: '5', split: '7' } as const;

export interface LoggerMessage {
  readonly st: string;
  readonly cn: string;
  /** Of each packet; more than one makes a split message. */
  readonly cps: readonly string[];
}

export interface LoggerOptions {
  /** "tcp://host:port", as the feed says it. */
  readonly address: string;
  readonly mn: string;
  readonly pw: string;
  readonly everyMs: number;
  readonly now: () => Date;
  /** What there is to tell, at the start (`count` 0) and at every interval. `time`: yyyyMMddHHmmss of Beijing. */
  readonly report: (time: string, count: number) => readonly LoggerMessage[];
}

/** Beijing time as HJ 212 writes it, with milliseconds. */
export const hj212Time = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 17);

/** A data logger that calls the hub's listener and speaks HJ 212-2017: each message is sent until it is answered with 9014. */
export class Hj212Logger {
  readonly #outbox: { readonly qn: string; readonly bytes: Uint8Array }[] = [];
  #count = 0;
  #lastQn = 0;
  #wake: () => void = () => {};

  constructor(private readonly options: LoggerOptions) {}

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#report();
    const timer = setInterval(() => this.#report(), this.options.everyMs);
    try {
      for (let failures = 0; !signal.aborted; failures += 1) {
        if ((await this.#session(signal)) > 0) failures = 0;
        await pause(Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** failures), undefined, { signal });
      }
    } finally {
      clearInterval(timer);
    }
  }

  /** One connection, until it breaks or an answer does not come. Returns how many messages were acknowledged. */
  async #session(signal: AbortSignal): Promise<number> {
    const url = new URL(this.options.address);
    const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port), signal });
    const line = new Line(socket, () => this.#wake());
    let sent = 0;
    try {
      await once(socket, 'connect');
      while (!socket.destroyed) {
        const message = this.#outbox[0];
        if (!message) {
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
          continue;
        }
        await line.send(message.bytes, message.qn);
        if (this.#outbox[0] === message) this.#outbox.shift();
        sent += 1;
      }
    } catch {
      // No line, or no 9014 in time: tried again with the same message.
    } finally {
      socket.destroy();
    }
    return sent;
  }

  #report(): void {
    const time = hj212Time(this.options.now()).slice(0, 14);
    for (const message of this.options.report(time, this.#count)) this.#outbox.push(this.#written(message));
    this.#count += 1;
    while (this.#outbox.length > KEPT) this.#outbox.shift();
    this.#wake();
  }

  #written({ st, cn, cps }: LoggerMessage): { qn: string; bytes: Uint8Array } {
    const { mn, pw, now } = this.options;
    // No two messages share a QN, though they be of one millisecond.
    this.#lastQn = Math.max(now().getTime(), this.#lastQn + 1);
    const qn = hj212Time(new Date(this.#lastQn));
    const total = cps.length;
    const packets = cps.map(
      (cp, at): Hj212Packet => ({
        ...{ qn, st, cn, pw, mn, cp, flag: total > 1 ? FLAG.split : FLAG.whole },
        ...(total > 1 ? { packet: { total, sequence: at + 1 } } : {}),
      }),
    );
    return { qn, bytes: Buffer.concat(packets.map(encode)) };
  }
}

/** A connection to the centre, one message at a time. */
class Line {
  readonly #splitter = new Hj212Splitter();
  #waiting: { qn: string; done: () => void; failed: (reason: Error) => void } | undefined;

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

  /** Resolves when the centre has acknowledged the message; throws when it refuses it, or does not answer in time. */
  async send(bytes: Uint8Array, qn: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((done, failed) => {
        this.#waiting = { qn, done, failed };
        timer = setTimeout(() => failed(new Error('no answer')), ANSWER_WITHIN_MS);
        this.socket.write(bytes);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  #receive(bytes: Uint8Array): void {
    for (const { frame, bytes: answer } of this.#splitter.push(bytes)) {
      const packet = frame ? decode(answer) : undefined;
      if (!packet || packet.qn !== this.#waiting?.qn) continue;
      if (packet.cn === ANSWERS.data) this.#waiting.done();
      else this.#waiting.failed(new Error(`refused: ${packet.cp}`));
    }
  }
}
