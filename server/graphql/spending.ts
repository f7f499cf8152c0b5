import type { Plugin } from 'graphql-yoga';
import { HubError } from '../../model/errors.js';
import { type Budgets, Counts, rateLimited } from '../limits/budgets.js';
import type { Caller } from '../limits/caller.js';
import { beforeExecution, type Measured } from './query-limits.js';

/** Has every operation paid for by its cost, and counts a caller's live subscriptions, on whatever transport. */
export const spending = (budgets: Budgets, subscriptions: number): Plugin<Measured & { caller: Caller }> => {
  const live = new Counts(subscriptions);
  return {
    onContextBuilding: async ({ context: { caller, cost = 1 } }) => {
      await budgets.spend(caller, 'cost', cost).catch((error: unknown) => {
        throw error instanceof HubError ? beforeExecution(error) : error;
      });
    },
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      const { caller } = args.contextValue as { caller: Caller };
      const release = live.take(caller.key);
      if (!release) {
        const refused = rateLimited(`more than ${subscriptions} live subscriptions`);
        return setResultAndStopExecution({ errors: [beforeExecution(refused)] });
      }
      return {
        onSubscribeResult: ({ result, setResult }) => {
          if (Symbol.asyncIterator in result) setResult(released(result, release));
          else release();
        },
        onSubscribeError: release,
      };
    },
  };
};

function released<T>(source: AsyncIterable<T>, release: () => void): AsyncIterableIterator<T> {
  const iterator = source[Symbol.asyncIterator]();
  return {
    async next() {
      const result = await iterator.next().catch((error: unknown) => {
        release();
        throw error;
      });
      if (result.done) release();
      return result;
    },
    async return() {
      release();
      await iterator.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
