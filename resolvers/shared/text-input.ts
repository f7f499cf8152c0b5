import { HubError } from '../../model/errors.js';

const MAX_ID = 256;
const MAX_REASON = 500;
const CONTROL = /\p{Cc}/u;

/** An id from outside; one too long, or with control characters, is BAD_INPUT. */
export function idInput(name: string, id: string | number): string {
  const text = String(id);
  if (text.length > MAX_ID || CONTROL.test(text))
    throw new HubError('BAD_INPUT', `${name}: at most ${MAX_ID} characters, none of them a control character`);
  return text;
}

/** A line of text that must be there, without the space around it; anything else is BAD_INPUT. */
export function lineInput(name: string, text: string, most: number): string {
  const line = text.trim();
  if (line === '' || line.length > most || CONTROL.test(line))
    throw new HubError('BAD_INPUT', `${name}: 1 to ${most} characters on one line`, { field: name });
  return line;
}

/** A sentence of an administrator: one line of at most 500 characters. */
export const reasonInput = (reason: string | null | undefined): string | undefined => noteInput('reason', reason);

/** One line of at most 500 characters; undefined where it is blank. */
export function noteInput(name: string, line: string | null | undefined): string | undefined {
  const text = line?.trim();
  if (!text) return undefined;
  if (text.length > MAX_REASON || CONTROL.test(text))
    throw new HubError('BAD_INPUT', `${name}: one line of at most ${MAX_REASON} characters`);
  return text;
}

/** What a text must not hold: control characters, halves of characters, and those that turn the direction of what follows. */
const UNFIT = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

export interface TextBounds {
  /** In characters; what is shorter than `least` without blanks around it is BAD_INPUT too. */
  readonly least?: number;
  readonly most: number;
  /** Whether it may have line breaks. */
  readonly lines?: boolean;
}

/** A text from outside, without blanks around it; one that is too short, too long or unfit is BAD_INPUT and names the field. */
export function textInput(field: string, given: string, { least = 1, most, lines = false }: TextBounds): string {
  const text = given.trim();
  const length = [...text].length;
  if (length < least || length > most) badInput(field, `${least} to ${most} characters`);
  if (UNFIT.test(lines ? text.replaceAll(/[\r\n\t]/g, '') : text)) badInput(field, 'holds control characters');
  return text;
}

/** What is wrong with one field of an input. */
export function badInput(field: string, why: string): never {
  throw new HubError('BAD_INPUT', `${field}: ${why}`, { field });
}
