import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import { type Framer, listenTcp, type TcpSettings } from './tcp-listener.js';

/** What one device sends, taken apart and read; made anew for each connection. */
export interface DeviceProtocol<P> {
  /** Cuts bytes into pieces; its `end` gives those left over. */
  splitter(): Framer<P>;
  /** Reads pieces, and the mark after the last one; must not throw. */
  reader(): { take(piece: P | 'end', now: Date): Outcome & { readonly answer?: Uint8Array | undefined } };
}

/**
 * Listens for devices until the context's signal aborts. A piece is answered only after its content is committed; one that could
 * not be stored is not, so that the device sends it again.
 */
export function answerDevices<P>(
  listen: TcpSettings,
  context: FeedContext,
  protocol: DeviceProtocol<P>,
): Promise<void> {
  const open = () => {
    const reader = protocol.reader();
    return {
      framer: marked(protocol.splitter()),
      async handle(piece: P | 'end'): Promise<Uint8Array | undefined> {
        const { records, rejects, answer } = reader.take(piece, context.now());
        if (records.length + rejects.length > 0) await context.take({ records, rejects });
        else if (piece !== 'end') context.contact();
        return answer;
      },
    };
  };
  const handlers = { open, listening: (address: string) => context.listening(address) };
  return listenTcp<P | 'end'>(listen, handlers, context.signal);
}

/** The splitter, with a mark after the connection's last piece. */
const marked = <P>(splitter: Framer<P>): Framer<P | 'end'> => ({
  get unframedBytes() {
    return splitter.unframedBytes;
  },
  get midFrame() {
    return splitter.midFrame;
  },
  push: (bytes) => splitter.push(bytes),
  end: () => [...splitter.end(), 'end'],
});
