import type { LiveNoun } from '../../../model/live.js';
import { pause } from '../../back-off.js';
import type { FeedContext, FeedSource } from '../../connector.js';
import type { LiveSettings } from './settings.js';
import { LiveSource } from './source.js';

/**
 * A feed in mode live: it answers at query time and stores nothing. Its state follows what the calls say: a failure breaks the
 * link at once, an answer restores it, and while nobody asks it is probed every `expectedEverySeconds`.
 */
export function liveFeed(feedId: string, noun: LiveNoun, settings: LiveSettings): FeedSource {
  const live = new LiveSource(feedId, noun, settings);
  return {
    live,
    async run(context: FeedContext): Promise<void> {
      live.open(context);
      const failure = new AbortController();
      live.onFailure = (error) => failure.abort(error);
      const stop = AbortSignal.any([context.signal, failure.signal]);
      while (!context.signal.aborted) {
        await live.probe();
        await pause(settings.expectedEverySeconds * 1000, stop);
        failure.signal.throwIfAborted();
      }
    },
  };
}
