import type { Input, Outcome } from '../../model/record.js';

/**
 * The outcome with the input it was read from, where a piece does not name one of its own: what of it is rejected, now or when it is
 * stored, can be read again later.
 */
export const withInput = ({ records, rejects, ...rest }: Outcome, input: Input): Outcome => ({
  ...rest,
  records: records.map((record) => (record.input ? record : { ...record, input })),
  rejects: rejects.map((reject) => (reject.input ? reject : { ...reject, input })),
});
