import DataLoader from 'dataloader';
import { coarsenLive } from '../model/coarsen.js';
import type { LiveAnswer, LivePort } from '../model/live.js';
import type { Sight } from '../model/sight.js';

/** By the noun (model/live-nouns.ts), then by code. Undefined where no feed of this hub answers for the noun. */
export type LiveLoaders = (noun: string) => DataLoader<string, LiveAnswer | undefined>;

/** One question a noun and level of nesting; in all, an operation waits for one service no longer than its time limit. */
export function liveLoaders(port: LivePort, sight: Sight): LiveLoaders {
  const made = new Map<string, DataLoader<string, LiveAnswer | undefined>>();
  const make = (noun: string): DataLoader<string, LiveAnswer | undefined> => {
    let spentMs = 0;
    return new DataLoader(async (codes) => {
      const startedAt = performance.now();
      const answers = await port.ask(noun, codes, spentMs);
      spentMs += performance.now() - startedAt;
      // One feed answers for a noun, so it is seen or not for all codes alike.
      return codes.map((_code, i) => {
        const answer = answers?.[i];
        const how = answer && sight.ofFeed(answer.feedId);
        return answer && how ? coarsenLive(noun, answer, how) : undefined;
      });
    });
  };
  return (noun) => {
    const loader = made.get(noun) ?? make(noun);
    made.set(noun, loader);
    return loader;
  };
}
