import type { FeedContext, FeedSource } from '../../connector.js';
import { Hj212Splitter, type Piece } from '../codecs/hj212-splitter.js';
import { type Framer, listenTcp, type TcpConversation } from '../transports/tcp-listener.js';
import { Hj212Reader, listedDevices, readFrames } from './reader.js';
import type { Hj212Settings } from './settings.js';

/** A feed of devices that call in and speak HJ 212: its stations and limits come from the settings. */
export const hj212Source = (own: Hj212Settings): FeedSource => ({
  async run(context) {
    const records = listedDevices(own);
    if (records.length > 0) await context.take({ records, rejects: [] });
    const handlers = {
      open: () => conversation(own, context),
      listening: (address: string) => context.listening(address),
    };
    await listenTcp(own.listen, handlers, context.signal);
  },
  replay: (input, now) => readFrames(input, own, now),
});

/** One device's connection. A frame is answered only after its content is committed; one that could not be stored is not. */
function conversation(own: Hj212Settings, context: FeedContext): TcpConversation<Piece | 'end'> {
  const reader = new Hj212Reader(own);
  return {
    framer: new Frames(),
    async handle(piece) {
      const { records, rejects, answer } = reader.take(piece, context.now());
      if (records.length + rejects.length > 0) await context.take({ records, rejects });
      else if (piece !== 'end') context.contact();
      return answer;
    },
  };
}

/** The splitter, with a mark after the connection's last piece. */
class Frames implements Framer<Piece | 'end'> {
  readonly #splitter = new Hj212Splitter();

  get unframedBytes(): number {
    return this.#splitter.unframedBytes;
  }

  get midFrame(): boolean {
    return this.#splitter.midFrame;
  }

  push(bytes: Uint8Array): Piece[] {
    return this.#splitter.push(bytes);
  }

  end(): (Piece | 'end')[] {
    return [...this.#splitter.end(), 'end'];
  }
}
