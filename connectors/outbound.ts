import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** "host:port": a name, "*.suffix", an address, or a network "10.1.0.0/16"; the port a number or "*". IPv6 in brackets. */
export const OUTBOUND_RULE = /^(\[[0-9a-f:.]+\](\/\d{1,3})?|[\w.*-]+(\/\d{1,2})?):(\d{1,5}|\*)$/i;

/** A connection that the settings do not allow; the message names the address and what to do. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
}

interface Rule {
  readonly host: string;
  readonly port: string;
  readonly network: BlockList | undefined;
}

/** Loopback, link-local (cloud metadata among them) and "this host": a name must not lead there unless that is allowed itself. */
const INNER = networks(['127.0.0.0/8', '169.254.0.0/16', '0.0.0.0/8', '::1/128', '::/128', 'fe80::/10']);

/**
 * Where feeds may connect to. With a list, nowhere else; without one, wherever their own settings point. Names are judged again
 * by what they resolve to, at the moment of connecting: one that leads to an inner address is refused, however it got there.
 */
export class Outbound {
  #rules: readonly Rule[] | undefined;

  constructor(allow: readonly string[] | undefined) {
    this.allow(allow);
  }

  /** Puts another list in place of the one before; holds for every connection made from now on. */
  allow(list: readonly string[] | undefined): void {
    this.#rules = list?.map(parse);
  }

  /** Throws OutboundError unless `host` (as written, brackets allowed) may be called on `port`. */
  check(host: string, port: number): void {
    const name = bare(host);
    if (!this.#rules || this.#rules.some((rule) => portFits(rule, port) && hostFits(rule, name))) return;
    throw new OutboundError(
      `${host}:${port} is not in hub.outbound.allow: add it there, or correct the feed's address`,
    );
  }

  /** For node's `lookup` option: resolves a name and refuses what it must not lead to. Not asked for literal addresses. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true } as LookupOptions & { all: true }, (error, found) => {
      if (error) return callback(error, '', 0);
      const refused = found.find(({ address }) => !this.#leadsTo(hostname, address));
      if (refused)
        return callback(
          new OutboundError(
            `${hostname} leads to ${refused.address}, an inner address: name that address itself`,
          ) as NodeJS.ErrnoException,
          '',
          0,
        );
      if (options.all) (callback as unknown as (error: null, found: LookupAddress[]) => void)(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family ?? 0);
    });
  };

  #leadsTo(name: string, address: string): boolean {
    if (name.toLowerCase() === 'localhost' || !within(INNER, address)) return true;
    return this.#rules?.some(({ network }) => network !== undefined && within(network, address)) ?? false;
  }
}

function parse(text: string): Rule {
  const at = text.lastIndexOf(':');
  const host = text.slice(0, at).toLowerCase().replace(/[[\]]/g, '');
  const address = host.split('/')[0] ?? '';
  return { host, port: text.slice(at + 1), network: isIP(address) ? networks([host]) : undefined };
}

function networks(list: readonly string[]): BlockList {
  const made = new BlockList();
  for (const each of list) {
    const [address = '', bits] = each.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    made.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return made;
}

const within = (list: BlockList, address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? mappedHex(address) ?? address;
  return list.check(mapped, isIP(mapped) === 6 ? 'ipv6' : 'ipv4');
};

/** "::ffff:7f00:1" as "127.0.0.1". */
function mappedHex(address: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '');
const portFits = ({ port }: Rule, wanted: number): boolean => port === '*' || Number(port) === wanted;

function hostFits({ host, network }: Rule, name: string): boolean {
  if (isIP(name) !== 0) return network !== undefined && within(network, name);
  return host === name || host === '*' || (host.startsWith('*.') && name.endsWith(host.slice(1)));
}
