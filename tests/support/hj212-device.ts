import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { decode, encode, type Hj212Packet } from '../../connectors/shared/codecs/hj212.js';
import { Hj212Splitter } from '../../connectors/shared/codecs/hj212-splitter.js';

/** Real-time data of one device that wants an answer, at `at`: yyyyMMddHHmmss. */
export const hj212Packet = (mn: string, at: string, change: Partial<Hj212Packet> = {}): Hj212Packet => ({
  qn: `${at}123`,
  st: '32',
  cn: '2011',
  pw: '123456',
  mn,
  flag: '5',
  cp: `DataTime=${at};w01018-Rtd=36.9,w01018-Flag=N`,
  ...change,
});

/** Beijing time as HJ 212 writes it. */
export const hj212Time = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

/** A device on a line: sends bytes and reads the hub's answers in their order. */
export class Hj212Device {
  readonly answers: Hj212Packet[] = [];
  readonly closed: Promise<void>;
  #wake: () => void = () => {};

  constructor(readonly socket: Socket) {
    const splitter = new Hj212Splitter();
    socket.on('error', () => {});
    this.closed = new Promise((done) => socket.once('close', () => done()));
    socket.on('data', (bytes) => {
      this.answers.push(...splitter.push(bytes).map((piece) => decode(piece.bytes)));
      this.#wake();
    });
  }

  static async dial(port: number): Promise<Hj212Device> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Hj212Device(socket.setNoDelay(true));
  }

  send(...packets: Hj212Packet[]): void {
    for (const packet of packets) this.socket.write(encode(packet));
  }

  /** The next answer as "9014 <QN>", with its result. */
  async answer(): Promise<string> {
    while (this.answers.length === 0)
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    const { cn, qn, cp } = this.answers.shift() as Hj212Packet;
    return [cn, qn, cp].filter(Boolean).join(' ');
  }
}
