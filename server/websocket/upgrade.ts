import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Origins } from '../http/origins.js';
import type { Counts } from '../limits/budgets.js';
import { type Addresses, blockOf } from '../limits/caller.js';

export interface GateOptions {
  readonly origins: Origins;
  readonly addresses: Addresses;
  /** Open sockets by address. */
  readonly open: Counts;
}

/** Judges whether a socket may open at all: the address it is for, the page that opens it, how many that address has. Answers with what ends its count. */
export function gate(request: IncomingMessage, socket: Duplex, options: GateOptions): (() => void) | undefined {
  if ((request.url ?? '').split('?')[0] !== '/graphql') return turnAway(socket, 404);
  if (!options.origins.mayConnect(request)) return turnAway(socket, 403);
  const release = options.open.take(blockOf(options.addresses.of(request)));
  return release ?? turnAway(socket, 429, 'Retry-After: 10\r\n');
}

function turnAway(socket: Duplex, status: number, headers = ''): undefined {
  socket.once('finish', () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n${headers}\r\n`);
}
