import type { Connector, FeedContext } from '../../connector.js';
import { type Piece, Sl651Splitter } from '../../shared/codecs/sl651-splitter.js';
import { listedStations } from '../../shared/listed-stations.js';
import { type Framer, listenTcp, type TcpConversation } from '../../shared/transports/tcp-listener.js';
import { type Settings, settings } from './config.js';
import { readFrames, TelemetryReader } from './normalize.js';

const connector: Connector<Settings> = {
  id: 'water/telemetry',
  department: 'WATER',
  title: { en: 'Hydrological telemetry', zh: '水文遥测' },
  freshness: 'observation',
  settings,
  create(own) {
    return {
      async run(context) {
        const stations = listedStations(own.stations, own.crs);
        if (stations.length > 0) await context.take({ records: stations, rejects: [] });
        const handlers = {
          open: () => conversation(own, context),
          listening: (address: string) => context.listening(address),
        };
        await listenTcp(own.listen, handlers, context.signal);
      },
      replay: (input, now) => readFrames(input, own, now),
    };
  },
};

/** One device's connection. A frame is answered only after its readings are committed; one that could not be stored is not. */
function conversation(own: Settings, context: FeedContext): TcpConversation<Piece | 'end'> {
  const reader = new TelemetryReader(own);
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
  readonly #splitter = new Sl651Splitter();

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

export default connector;
