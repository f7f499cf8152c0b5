import { messageOf } from '../../model/errors.js';
import type { Outcome } from '../../model/record.js';
import { DecodeError } from './codecs/decode-error.js';

/**
 * What `read` makes of one pushed message. A DecodeError becomes a reject of the whole, and so does any other throw: a message
 * that brings down its reader would otherwise come again for ever and hold up all that follow.
 */
export function readSafely(raw: Uint8Array, source: string, read: () => Outcome): Outcome {
  try {
    return read();
  } catch (error) {
    const known = error instanceof DecodeError;
    const detail = known ? error.message : `its reader failed, which is a fault of the hub: ${messageOf(error)}`;
    const reason = known ? error.reason : 'cannot-be-stored';
    return { records: [], rejects: [{ raw, reason, detail: `${source}: ${detail}`.slice(0, 500) }] };
  }
}
