import type { FeedRecord, Piece } from '../../../model/record.js';
import { REGISTERS, registerOf } from '../../../model/registers.js';
import { observations } from './observation.js';
import { register, station, threshold } from './places.js';
import { FormFault, type FormSettings, shown } from './read.js';
import { warning } from './warning.js';

const KINDS = ['observation', 'warning', 'station', 'threshold'] as const;

/** What a mapping may give: the shared nouns, and every register. */
export const TARGETS: readonly string[] = [...KINDS, ...REGISTERS.map(({ noun }) => noun)];

/**
 * The records of one object that a mapping gave, of the kind that it names in `record`, or else of `to`, with a fault in place of each
 * that is not right. Throws FormFault where nothing of it is.
 */
export function toRecords(
  given: unknown,
  to: string,
  settings: FormSettings,
  piece: Piece,
): (FeedRecord | FormFault)[] {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new FormFault('malformed', `the mapping gave ${shown(given)} where an object { … } is wanted`);
  const { record = to, ...rest } = given as Record<string, unknown>;
  switch (record) {
    case 'observation':
      return observations(rest, settings, piece);
    case 'warning':
      return [warning(rest, settings, piece)];
    case 'station':
      return [station(rest, settings, piece)];
    case 'threshold':
      return [threshold(rest, settings, piece)];
  }
  const noun = registerOf(String(record));
  if (!noun) throw new FormFault('unsupported', `record: ${shown(record)} is none of ${TARGETS.join(', ')}`);
  return [register(rest, noun, settings, piece)];
}
