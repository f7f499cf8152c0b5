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

/** A sentence of an administrator: one line of at most 500 characters. */
export const reasonInput = (reason: string | null | undefined): string | undefined => lineInput('reason', reason);

/** One line of at most 500 characters; undefined where it is blank. */
export function lineInput(name: string, line: string | null | undefined): string | undefined {
  const text = line?.trim();
  if (!text) return undefined;
  if (text.length > MAX_REASON || CONTROL.test(text))
    throw new HubError('BAD_INPUT', `${name}: one line of at most ${MAX_REASON} characters`);
  return text;
}
