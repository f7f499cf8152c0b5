import type { LogTopic } from '../model/entry.js';
import { HubError } from '../model/errors.js';
import type { LogState } from './log.js';

/** A place in the log as clients keep it: "<epoch>:<offset>", opaque to them. What follows it is what they have not had. */
export interface Cursor {
  readonly epoch: string;
  readonly position: number;
}

export const formatCursor = ({ epoch, position }: Cursor): string => `${epoch}:${position}`;

/** Reads a cursor; anything else is BAD_INPUT. */
export function parseCursor(text: string): Cursor {
  const match = /^([0-9a-z]{1,40}):(0|[1-9]\d{0,14})$/.exec(text);
  if (!match) throw new HubError('BAD_INPUT', 'this is no cursor of this hub: pass one back exactly as it came');
  return { epoch: match[1] as string, position: Number(match[2]) };
}

/** Throws CURSOR_EXPIRED where the log no longer holds everything after the cursor; epoch and offset are judged together. */
export function assertHeld(cursor: Cursor, state: LogState, topics: readonly LogTopic[]): void {
  const dropped = topics.some((topic) => cursor.position < (state.floors[topic] ?? 0));
  if (cursor.epoch === state.epoch && cursor.position <= state.position && !dropped) return;
  throw cursorExpired();
}

export const cursorExpired = (): HubError =>
  new HubError(
    'CURSOR_EXPIRED',
    'the log no longer holds what follows this cursor: read the current state, then subscribe anew without a cursor',
  );
