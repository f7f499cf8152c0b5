import { ANONYMOUS } from '../../model/access.js';
import { parseApiKey } from '../../model/api-key.js';
import { HubError } from '../../model/errors.js';
import type { Recorder } from './recorder.js';

/** Runs what judges a credential, and writes down where it is refused, on whatever transport; of a key its id, never its secret. */
export async function watchedDoor<T>(
  recorder: Recorder,
  now: () => Date,
  address: string,
  authorization: string | undefined,
  judge: () => Promise<T>,
  /** The feed whose push door it is. */
  feedId?: string,
): Promise<T> {
  const at = now();
  try {
    return await judge();
  } catch (error) {
    // Of an address that has to wait nothing was judged: an attack must not fill the audit.
    if (error instanceof HubError && error.code === 'RATE_LIMITED') throw error;
    const claimed = parseApiKey(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '')?.id;
    recorder.record({
      ...{ at, kind: 'DOOR', principal: ANONYMOUS, operation: null, document: null },
      rootFields: feedId === undefined ? [] : [feedId],
      variables: claimed === undefined ? null : { claims: `key:${claimed}` },
      ...{ grants: [], feeds: [], result: error instanceof HubError ? error.code : 'INTERNAL', outcome: null },
      ...{ rowCount: 0, times: 1, requestId: null, address },
      milliseconds: Math.max(0, now().getTime() - at.getTime()),
    });
    throw error;
  }
}
