import { connect as connectTcp, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import type { NoticeSettings } from './notice-settings.js';
import { WIS2_BYTES } from './wis2-schema.js';

/** Topic and properties of a packet beside the longest message that is read. */
const PACKET_BYTES = WIS2_BYTES + 70_000;

/** A connection to the broker that ends itself before a packet longer than any notification is in memory. */
export function brokerSocket({ url, tls }: NoticeSettings, dial?: Dial): Socket {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'mqtts:';
  const address = { host, port: Number(port || (secure ? 8883 : 1883)), ...(dial ? { lookup: dial.lookup } : {}) };
  const refused = refusalOf(dial, host, address.port);
  if (refused) return new Socket().destroy(refused);
  const socket = secure ? connectTls({ ...address, servername: host, ...tls }) : connectTcp(address);
  const lengths = new PacketLengths();
  socket.on('data', (chunk: Buffer) => {
    if (!lengths.fit(chunk)) socket.destroy(new Error(`the broker sent a packet of more than ${PACKET_BYTES} bytes`));
  });
  return socket;
}

/** Why the hub may not connect there; what MQTT asks for a connection must give it one, also then. */
function refusalOf(dial: Dial | undefined, host: string, port: number): Error | undefined {
  try {
    dial?.check(host, port);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Follows the packets of an MQTT stream by their lengths alone (MQTT 3.1.1 clause 2.2.3). */
class PacketLengths {
  #left = 0;
  #head: number[] = [];

  fit(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, chunk.length - at);
        this.#left -= skipped;
        at += skipped;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      this.#head.push(byte);
      if (this.#head.length < 2) continue;
      if (byte >= 0x80) {
        if (this.#head.length > 4) return false;
        continue;
      }
      this.#left = this.#head.slice(1).reduce((sum, digit, nth) => sum + (digit & 0x7f) * 128 ** nth, 0);
      this.#head = [];
      if (this.#left > PACKET_BYTES) return false;
    }
    return true;
  }
}
