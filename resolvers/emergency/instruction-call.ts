import { appendEntries } from '../../events/log.js';
import type { InstructionEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import type { InstructionFault, InstructionRow } from '../../model/instruction.js';
import { instructionEntry } from '../../model/instruction-entry.js';
import { lockInstruction, saveInstruction } from '../../prisma/store/instructions.js';
import { type HubContext, hasRole, refusal, requireRole } from '../context.js';
import { idInput } from '../shared/text-input.js';

export type Client = Parameters<Parameters<HubContext['db']['transaction']>[0]>[0];

export interface InstructionSaved {
  readonly outcome: 'saved';
  readonly instruction: InstructionRow;
  /** The same call had come before, and nothing was changed. */
  readonly repeated: boolean;
}
export interface InstructionRefused {
  readonly outcome: 'refused';
  readonly fault: InstructionFault;
  readonly message: string;
  readonly instruction: InstructionRow | null;
}
export type InstructionResult = InstructionSaved | InstructionRefused;

const MESSAGES: Readonly<Record<InstructionFault, string>> = {
  UNKNOWN_PEER: 'the settings name no such platform',
  NOT_SUBORDINATE: 'only a platform within the division of this hub is instructed',
  DUE_IN_PAST: 'dueAt must lie ahead',
  NOT_RECEIVED: 'it was issued here: the other side acknowledges and reports',
  NOT_ISSUED: 'it was received: the side that issued it cancels',
  ALREADY_ACKNOWLEDGED: 'somebody has acknowledged it already',
  ALREADY_REPORTED: 'its outcome is reported, and final',
  ALREADY_FINISHED: 'its outcome has been reported: there is nothing left to cancel',
  CANCELLED: 'it was cancelled',
};

export const refused = (fault: InstructionFault, instruction: InstructionRow | null = null): InstructionRefused => ({
  outcome: 'refused',
  fault,
  message: MESSAGES[fault],
  instruction,
});
export const saved = (instruction: InstructionRow, repeated = false): InstructionSaved => ({
  outcome: 'saved',
  instruction,
  repeated,
});

/** Throws unless the caller may see what passes between the tiers: the duty officer, and the hub's own readers. */
export function requireExchangeReader(context: HubContext): void {
  if (hasRole(context, ['DUTY_OFFICER']) || context.viewer.sight.all) return;
  throw refusal(context, "the role DUTY_OFFICER, or READER of the hub's staff");
}

/** What a call makes of an instruction, and what the log tells of it; or why it does not. */
export type Act = { readonly row: InstructionRow; readonly change: InstructionEntry['change'] } | InstructionResult;

/** Changes one instruction, and tells of it, in one transaction. For the duty officer. */
export function changeInstruction(
  given: string | number,
  context: HubContext,
  act: (row: InstructionRow) => Act,
  then: (client: Client, row: InstructionRow) => Promise<void> = async () => {},
): Promise<InstructionResult> {
  requireRole(context, ['DUTY_OFFICER']);
  const id = idInput('id', given);
  return context.db.transaction(async (client) => {
    const before = await lockInstruction(client, id);
    if (!before) throw new HubError('NOT_FOUND', `no instruction "${id}"`);
    const made = act(before);
    if ('outcome' in made) return made;
    const now = context.now();
    const row = { ...made.row, revision: before.revision + 1, changedAt: now };
    await saveInstruction(client, row);
    await then(client, row);
    // Last in the transaction: appending holds the log's head until commit.
    await appendEntries(client, [instructionEntry(row, made.change, now)]);
    return saved(row);
  });
}
