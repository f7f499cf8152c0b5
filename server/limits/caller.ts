import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Principal } from '../../model/access.js';

/** Whom budgets and counts are kept for. */
export interface Caller {
  /** The principal; the address of whoever has no credential. */
  readonly key: string;
  readonly known: boolean;
}

export const callerOf = ({ id, kind }: Pick<Principal, 'id' | 'kind'>, address: string): Caller =>
  kind === 'ANONYMOUS' ? { key: `address:${blockOf(address)}`, known: false } : { key: id, known: true };

/** Whether it is a network such as 10.1.0.0/16, or one address. */
export function isNetwork(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/');
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= ({ 4: 32, 6: 128 }[isIP(address)] ?? -1);
}

/** Tells where a request comes from. What X-Forwarded-For says counts only as far as proxies that the settings name have written it. */
export class Addresses {
  readonly #trusted = new BlockList();

  /** Throws where one of them is no network. */
  constructor(trustedProxies: readonly string[]) {
    for (const network of trustedProxies) {
      const [address = '', bits] = network.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      this.#trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
    }
  }

  of({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
    let address = plain(socket.remoteAddress ?? '');
    // Each proxy adds whom it heard, at the end: from there back to the first that is not ours.
    const heard = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((each) => plain(each.trim()));
    while (this.#trusts(address)) {
      const before = heard.pop();
      if (!before || isIP(before) === 0) break;
      address = before;
    }
    return address;
  }

  /** Whether whoever asks sits at the hub's own machine, with no proxy between. */
  isHome(request: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
    const { headers, socket } = request;
    const forwarded = headers.forwarded ?? headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? headers.via;
    return forwarded === undefined && isLoopback(socket.remoteAddress ?? '');
  }

  #trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}

export const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.|localhost$)/.test(address);

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '');

/** Whoever has one IPv6 address has 2^64 of them: they count as one. */
export function blockOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const before = head.split(':').filter(Boolean);
  const after = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':');
}
