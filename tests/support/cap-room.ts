import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DocumentOptions } from '../../server/cap/documents.js';
import { CapRoom } from '../../server/cap/room.js';

/** /cap alone, listening on a free port of loopback; what goes wrong in it is answered 500. */
export async function serveCap(options: DocumentOptions): Promise<{ url: string; close: () => Promise<void> }> {
  const room = new CapRoom(options);
  const server = createServer((request, response) => {
    room.handle(request, response, (request.url ?? '').split('?')[0] ?? '').catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
