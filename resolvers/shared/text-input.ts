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
export function reasonInput(reason: string | null | undefined): string | undefined {
  const text = reason?.trim();
  if (!text) return undefined;
  if (text.length > MAX_REASON || CONTROL.test(text))
    throw new HubError('BAD_INPUT', `reason: one line of at most ${MAX_REASON} characters`);
  return text;
}
