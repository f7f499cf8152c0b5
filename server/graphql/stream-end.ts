import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { HubError } from '../../model/errors.js';
import type { HubContext } from '../../resolvers/context.js';
import { type Masking, maskError } from '../../schema/errors.js';
import type { Session } from '../access/sessions.js';

/** A live stream that breaks (cursor overtaken, too slow) ends with a last result that says why, instead of a cut connection. */
export const tellWhyAStreamEnds = (options: Masking): Plugin<HubContext & { readonly session: Session }> => ({
  onSubscribe: async ({ args }) => {
    await args.contextValue.session.keep();
    return {
      onSubscribeResult: ({ result, setResult }) => {
        if (Symbol.asyncIterator in result)
          setResult(endingWithReason(result, args.contextValue.viewer.signal, options));
      },
    };
  },
});

/** What a live stream is told when its credential ends. */
const ended = (signal: AbortSignal): HubError =>
  new HubError(
    'UNAUTHENTICATED',
    signal.reason === 'expired' ? 'the credential has expired' : 'the credential was revoked',
  );

function endingWithReason(
  source: AsyncIterableIterator<ExecutionResult> | AsyncIterable<ExecutionResult>,
  signal: AbortSignal,
  options: Masking,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = source[Symbol.asyncIterator]();
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(ended(signal));
    else signal.addEventListener('abort', () => reject(ended(signal)), { once: true });
  });
  stopped.catch(() => {});
  let over = false;
  return {
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        const result = (await Promise.race([stopped, iterator.next()])) as IteratorResult<ExecutionResult, undefined>;
        // What was made ready while the credential ended is not told any more.
        if (signal.aborted) throw ended(signal);
        return result;
      } catch (error) {
        over = true;
        void Promise.resolve(iterator.return?.()).catch(() => {});
        return { done: false, value: { errors: [maskError(error, options)] } };
      }
    },
    async return() {
      over = true;
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
