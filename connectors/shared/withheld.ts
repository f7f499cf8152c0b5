import { createHmac } from 'node:crypto';
import type { RejectReason } from '../../model/record.js';

/** A body after what must not be kept was taken out of it. */
export interface Cleared {
  readonly body: Uint8Array;
  /** Why nothing could be taken out: `body` then says no more than how long the body was, and a hash that only the key's holder can make. */
  readonly withheld?: { readonly reason: RejectReason; readonly detail: string };
}

/**
 * What stands for a body that cannot be cleared. The hash is keyed: of a plain one a telephone number is found by trying all.
 * The same body gives the same bytes, so that its coming again is seen.
 */
export const withhold = (body: Uint8Array, key: string, reason: RejectReason, detail: string): Cleared => ({
  body: Buffer.from(
    `not kept: ${body.length} bytes, HMAC-SHA-256 ${createHmac('sha256', key).update(body).digest('hex')}`,
  ),
  withheld: {
    reason,
    detail: `${detail}: personal data cannot be taken out, so nothing is kept but length and keyed hash; send it again put right`,
  },
});
