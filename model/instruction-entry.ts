import type { InstructionEntry, NewEntry } from './entry.js';
import type { InstructionRow } from './instruction.js';

/** What the log tells of an instruction that has changed. */
export const instructionEntry = (row: InstructionRow, change: InstructionEntry['change'], at: Date): NewEntry => ({
  topic: 'instruction',
  key: row.id,
  at,
  payload: { instructionId: row.id, change, direction: row.direction, peer: row.peer, revision: row.revision },
});
