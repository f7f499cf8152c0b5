import { SCENIC_SERVICE } from './live/scenic-service.js';
import type { LiveNoun } from './live.js';

/** Everything that hubs can ask for live. A new one is a description in live/ and a line here. */
export const LIVE_NOUNS: readonly LiveNoun[] = [SCENIC_SERVICE];

const BY_NOUN: ReadonlyMap<string, LiveNoun> = new Map(LIVE_NOUNS.map((each) => [each.noun, each]));

/** The description of a noun; undefined for a name that is none. */
export const liveNounOf = (noun: string): LiveNoun | undefined => BY_NOUN.get(noun);
