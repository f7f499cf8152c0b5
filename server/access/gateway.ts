import type { IncomingMessage } from 'node:http';
import { HubError } from '../../model/errors.js';
import type { Visit } from '../limits/doorkeeper.js';

/** Where a gateway of the federated graph proves itself. `authorization` stays its caller's. */
const HEADER = 'x-hub-gateway';

/**
 * Whether a gateway asks, by a key with the permission GATEWAY in a header of its own. UNAUTHENTICATED where the key is wrong, FORBIDDEN where it
 * is not for that. What its caller may see is judged by the caller's credential alone.
 */
export async function isGateway(
  request: IncomingMessage,
  admit: (request: IncomingMessage, authorization: string) => Promise<Visit>,
): Promise<boolean> {
  const key = request.headers[HEADER];
  if (key === undefined) return false;
  const { session } = await admit(request, `Bearer ${String(key)}`).catch((error) => {
    // Or callers would take it for their own credential.
    if (!(error instanceof HubError) || error.code !== 'UNAUTHENTICATED') throw error;
    throw new HubError(error.code, `${HEADER}, the gateway's own key: ${error.publicMessage}`, error.details);
  });
  session.close();
  if (session.viewer.scopes.includes('GATEWAY')) return true;
  throw new HubError('FORBIDDEN', `${HEADER}: this needs a key with the permission GATEWAY`);
}
