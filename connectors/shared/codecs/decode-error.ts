import type { RejectReason } from '../../../model/record.js';

/** Thrown by every codec for input it cannot trust, and nothing else is. `reason` and `message` go into the reject ledger as they are. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  constructor(
    readonly reason: RejectReason,
    message: string,
  ) {
    super(message);
  }
}
