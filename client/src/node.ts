/** For Node: the same, over `ws`, and with a store in a file. */
import WebSocket from 'ws';
import { connect as connectAnywhere, type Hub } from './connect.js';
import type { ConnectOptions } from './line.js';

export { fileStore } from './file-store.js';
// Whatever is here in place of what stands there has its types: editors are shown this file for browsers, too.
export * from './index.js';

/** Node 20 has no WebSocket of its own. */
class NodeSocket extends WebSocket {
  constructor(address: string, protocols: string) {
    super(address, protocols, { handshakeTimeout: 10_000 });
    // An attempt that is given up while it connects ends with an error that nobody waits for any more.
    this.on('error', () => {});
  }
}

/** A hub, over one connection that is made when it is needed and found again when it is lost. */
export const connect = (options: ConnectOptions): Hub => connectAnywhere({ webSocket: NodeSocket, ...options });
