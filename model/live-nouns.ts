import { SCENIC_SERVICE } from './live/scenic-service.js';
import type { LiveNoun } from './live.js';
import { isOf, type Part } from './part.js';
import { registerOf } from './registers.js';

/** Everything that hubs can ask for live. A new one is a description in live/ and a line here. */
export const LIVE_NOUNS: readonly LiveNoun[] = [SCENIC_SERVICE];

/** Those that a department's feeds answer for: it keeps the register that they join. */
export const liveNounsOf = (part: Part): LiveNoun[] =>
  LIVE_NOUNS.filter(({ on }) => isOf(part, registerOf(on)?.feed ?? ''));

const BY_NOUN: ReadonlyMap<string, LiveNoun> = new Map(LIVE_NOUNS.map((each) => [each.noun, each]));

/** The description of a noun; undefined for a name that is none. */
export const liveNounOf = (noun: string): LiveNoun | undefined => BY_NOUN.get(noun);
