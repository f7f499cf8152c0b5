import { z } from 'zod';
import type { InstructionEntry } from '../../model/entry.js';
import type { BundleItem } from '../../model/exchange.js';
import { INSTRUCTION_OUTCOMES, type InstructionRow } from '../../model/instruction.js';
import { instructionEntry } from '../../model/instruction-entry.js';
import type { Queryable } from '../../prisma/database.js';
import { takeVersion } from '../../prisma/store/exchange-holdings.js';
import { lockOrigin, readInstruction, saveInstruction } from '../../prisma/store/instructions.js';
import { flowSettings } from './choosing.js';
import { holdingOf } from './holding.js';
import type { ExchangeKind, Fault, PeerView, Taking, Told } from './kind.js';
import { fault, line, rising, shapeFault, text, time } from './shapes.js';

const ANSWERS = 'it answers an instruction of the peer, which waits for it; leave it out';
export const acknowledgementSettings = flowSettings(
  { send: z.boolean().default(true) },
  { minLevel: ANSWERS, hazards: ANSWERS, divisions: ANSWERS, departments: ANSWERS },
);
export type AcknowledgementSettings = z.infer<typeof acknowledgementSettings>;

/** How an instruction stands at the side that received it. Who acknowledged is that side's to know. */
export const acknowledgementPayload = z.object({
  /** The instruction's id, as its issuer gave it. */
  instruction: line(200),
  acknowledgedAt: time,
  note: text(500).nullable(),
  outcome: z.enum(INSTRUCTION_OUTCOMES).nullable(),
  outcomeAt: time.nullable(),
  outcomeText: text(4000).nullable(),
});
export type AcknowledgementPayload = z.infer<typeof acknowledgementPayload>;

/** Acknowledgements and outcomes upwards. */
export const acknowledgementKind = (settings: AcknowledgementSettings): ExchangeKind => ({
  kind: 'acknowledgement',
  sources: ['instruction'],
  acted: 'noted with its instruction',
  collect: async (told, peer, client) => (settings.send ? collect(told, peer, client) : undefined),
  check,
  apply,
});

async function collect({ payload, at }: Told, peer: PeerView, client: Queryable): Promise<BundleItem | undefined> {
  const entry = payload as unknown as InstructionEntry;
  const own = entry.change === 'ACKNOWLEDGED' || entry.change === 'OUTCOME';
  if (entry.direction !== 'RECEIVED' || entry.peer !== peer.name || !own) return undefined;
  const row = await readInstruction(client, entry.instructionId);
  if (!row?.acknowledgedAt) return undefined;
  const said: AcknowledgementPayload = {
    instruction: row.originId,
    acknowledgedAt: row.acknowledgedAt.toISOString(),
    note: row.acknowledgeNote,
    outcome: row.outcome,
    outcomeAt: row.outcomeAt?.toISOString() ?? null,
    outcomeText: row.outcomeText,
  };
  return {
    type: 'acknowledgement',
    id: row.originId,
    // How it stands when it is sealed, which may be further than when it was told.
    version: rising(row.revision),
    op: 'upsert',
    payload: said,
    provenance: { department: 'EMERGENCY', feed: null, changedAt: at.toISOString() },
  };
}

async function check(item: BundleItem, { client, peer }: Taking): Promise<Fault | undefined> {
  const misshapen = shapeFault(acknowledgementPayload, item);
  if (misshapen) return misshapen;
  const { instruction, outcome, outcomeAt, outcomeText } = acknowledgementPayload.parse(item.payload);
  if (item.op !== 'upsert') return fault('OP_DIFFERS', 'op', 'an acknowledgement is not taken back');
  if (item.id !== instruction) return fault('ID_DIFFERS', 'payload.instruction', `the item's id is ${item.id}`);
  if ((outcome === null) !== (outcomeAt === null) || (outcome === null) !== (outcomeText === null))
    return fault('OUTCOME_INCOMPLETE', 'payload.outcome', 'outcome, outcomeAt and outcomeText go together');
  const known = await lockOrigin(client, { direction: 'ISSUED', peer: peer.name, originId: instruction });
  return known
    ? undefined
    : fault('UNKNOWN_INSTRUCTION', 'payload.instruction', 'none of that id was issued to this peer');
}

/** The instruction as its answer has it. What was cancelled stays so, with the outcome beside it. */
export const answeredBy = (before: InstructionRow, said: AcknowledgementPayload): InstructionRow => ({
  ...before,
  state: before.state === 'CANCELLED' ? 'CANCELLED' : (said.outcome ?? 'ACKNOWLEDGED'),
  acknowledgedAt: new Date(said.acknowledgedAt),
  acknowledgeNote: said.note,
  outcome: said.outcome,
  outcomeAt: said.outcomeAt === null ? null : new Date(said.outcomeAt),
  outcomeText: said.outcomeText,
});

/** Writes down how the instruction stands over there. */
async function apply(item: BundleItem, taking: Taking): Promise<Fault | undefined> {
  const { client, peer, now, entries } = taking;
  const said = acknowledgementPayload.parse(item.payload);
  if (!(await takeVersion(client, holdingOf(item, taking, null, null)))) return undefined;
  const before = await lockOrigin(client, { direction: 'ISSUED', peer: peer.name, originId: said.instruction });
  if (!before) return fault('UNKNOWN_INSTRUCTION', 'payload.instruction', 'none of that id was issued to this peer');
  const row: InstructionRow = { ...answeredBy(before, said), changedAt: now };
  await saveInstruction(client, row);
  entries.push(instructionEntry(row, said.outcome === null ? 'ACKNOWLEDGED' : 'OUTCOME', now));
  return undefined;
}
