import type { FeedRuntime } from '../connectors/runtime.js';
import type { LiveAnswer, LivePort } from '../model/live.js';

/** The departments' own services, by what the feeds of this hub answer for. */
export class LiveDoor implements LivePort {
  constructor(private readonly runtimes: () => readonly FeedRuntime[]) {}

  /** Of several feeds that answer for a noun, the first that runs is asked. */
  ask(noun: string, codes: readonly string[], spentMs: number): Promise<readonly LiveAnswer[]> | undefined {
    const fitting = this.runtimes().filter(({ answersFor }) => answersFor === noun);
    const [runtime] = [...fitting.filter(({ live }) => live !== undefined), ...fitting];
    if (!runtime) return undefined;
    const off = { feedId: runtime.id, reason: 'the feed is switched off', lastReceivedAt: null };
    return runtime.live?.ask(codes, spentMs) ?? Promise.resolve(codes.map(() => off));
  }
}
