import type { RoadEventListRecord } from '../../../model/record.js';
import type { WzdxFeed } from '../../shared/codecs/wzdx.js';

/**
 * When events are over that a feed no longer names: once `answers` complete answers in a row have left them out. An answer with an
 * event that has no id is not complete, and counting begins anew; so it does when the hub starts.
 */
export class Listing {
  #answers: readonly (readonly string[])[] = [];
  /** Of the last answer; undefined where it was not complete. */
  #last: readonly string[] | undefined;
  #told: string | undefined;

  constructor(private readonly answers: number) {}

  /** What follows from an answer, or from the last one once more where nothing has changed. Counts only once it is `stored`. */
  heard(feed: WzdxFeed | undefined, at: Date): Heard {
    const last = feed ? (feed.faults.length > 0 ? undefined : feed.events.map(({ id }) => id)) : this.#last;
    const answers = last ? [...this.#answers, last].slice(-this.answers) : [];
    const listed = [...new Set(answers.flat())].sort();
    const raw = JSON.stringify(listed);
    const news = answers.length === this.answers && raw !== this.#told;
    return { answers, last, list: news ? { kind: 'road-event-list', raw, listed, at } : undefined };
  }

  stored({ answers, last, list }: Heard): void {
    this.#answers = answers;
    this.#last = last;
    if (list) this.#told = list.raw as string;
  }
}

export interface Heard {
  readonly answers: readonly (readonly string[])[];
  readonly last: readonly string[] | undefined;
  /** To be stored, where it says something new. */
  readonly list: RoadEventListRecord | undefined;
}
