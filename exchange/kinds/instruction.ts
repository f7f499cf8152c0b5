import { z } from 'zod';
import { canonicalDivision } from '../../model/division.js';
import type { InstructionEntry } from '../../model/entry.js';
import { type BundleItem, CLOCK_SKEW_MS } from '../../model/exchange.js';
import { type InstructionRow, isFinished } from '../../model/instruction.js';
import { instructionEntry } from '../../model/instruction-entry.js';
import type { Queryable } from '../../prisma/database.js';
import { expectAct, tellFinished } from '../../prisma/store/exchange-acts.js';
import { takeVersion } from '../../prisma/store/exchange-holdings.js';
import { wasTold } from '../../prisma/store/exchange-told.js';
import { lockOrigin, readInstruction, saveInstruction } from '../../prisma/store/instructions.js';
import { flowSettings, hazardSetting, inHazards } from './choosing.js';
import { holdingOf } from './holding.js';
import type { ExchangeKind, Fault, PeerView, Taking, Told } from './kind.js';
import {
  division,
  divisionSetting,
  fault,
  hazardCode,
  inSome,
  liesIn,
  line,
  rising,
  shapeFault,
  text,
  time,
} from './shapes.js';

export const instructionSettings = flowSettings(
  {
    /** False: only taken, never told. */
    send: z.boolean().default(true),
    /** SUPERIOR: only of a peer whose division holds ours. ANY: of every peer. */
    accept: z.enum(['SUPERIOR', 'ANY']).default('SUPERIOR'),
    /** What names no hazard always flows. */
    hazards: z.array(hazardSetting).min(1).optional(),
    divisions: z.array(divisionSetting).min(1).optional(),
  },
  {
    minLevel: 'an instruction has no level; choose by hazards or divisions',
    departments: 'the duty officer issues it; leave it out',
  },
);
export type InstructionSettings = z.infer<typeof instructionSettings>;

/** What a platform of a higher tier asks of one beneath. */
export const instructionPayload = z.object({
  title: line(200),
  text: z.string().min(1).max(4000),
  hazardCode: hazardCode.nullable(),
  divisions: z.array(division).min(1).max(500),
  status: z.enum(['ACTUAL', 'EXERCISE', 'TEST']),
  issuedAt: time,
  dueAt: time,
  /** With op cancel: when and why it was taken back. */
  cancelledAt: time.nullable(),
  cancelReason: text(500).nullable(),
});
export type InstructionPayload = z.infer<typeof instructionPayload>;

/** Instructions downwards. They count as acted on once their outcome is reported (tellFinished). */
export const instructionKind = (settings: InstructionSettings): ExchangeKind => ({
  kind: 'instruction',
  sources: ['instruction'],
  acted: null,
  collect: async (told, peer, client) => (settings.send ? collect(told, peer, client, settings) : undefined),
  check: (item, taking) => check(item, taking, settings),
  apply,
});

async function collect(
  { payload, at }: Told,
  peer: PeerView,
  client: Queryable,
  settings: InstructionSettings,
): Promise<BundleItem | undefined> {
  const entry = payload as unknown as InstructionEntry;
  const own = entry.change === 'ISSUED' || entry.change === 'CANCELLED';
  if (entry.direction !== 'ISSUED' || entry.peer !== peer.name || !own) return undefined;
  const row = await readInstruction(client, entry.instructionId);
  if (!row) return undefined;
  // Set aside with an alarm: an officer who issued it must not believe that it went out.
  if (!fits(row, settings) && !(await wasTold(client, peer.name, 'instruction', [row.originId])))
    throw new Error(
      `flow.instruction of ${peer.name} leaves out its hazard or divisions; change it, then retryExchange`,
    );
  const cancelled = entry.change === 'CANCELLED';
  const said: InstructionPayload = {
    title: row.title,
    text: row.text,
    hazardCode: row.hazardCode,
    divisions: [...row.divisionCodes],
    status: row.status,
    issuedAt: row.issuedAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    cancelledAt: cancelled ? (row.cancelledAt?.toISOString() ?? null) : null,
    cancelReason: cancelled ? row.cancelReason : null,
  };
  return {
    type: 'instruction',
    id: row.originId,
    version: rising(entry.revision),
    op: cancelled ? 'cancel' : 'upsert',
    payload: said,
    provenance: { department: 'EMERGENCY', feed: null, changedAt: at.toISOString() },
  };
}

const fits = ({ hazardCode, divisionCodes }: InstructionRow, { hazards, divisions }: InstructionSettings): boolean =>
  (hazardCode === null || inHazards(hazardCode, hazards)) && inSome(divisionCodes, divisions);

async function check(
  item: BundleItem,
  { own, peer, now }: Taking,
  { accept }: InstructionSettings,
): Promise<Fault | undefined> {
  const misshapen = shapeFault(instructionPayload, item);
  if (misshapen) return misshapen;
  const { divisions, issuedAt, dueAt, cancelledAt } = instructionPayload.parse(item.payload);
  const superior = liesIn(own.division, peer.party.division) && !liesIn(peer.party.division, own.division);
  if (accept === 'SUPERIOR' && !superior)
    return fault(
      'NOT_SUPERIOR',
      'provenance',
      `${peer.party.division} is not above ${own.division}: it reports, and does not instruct`,
    );
  if ((item.op === 'cancel') !== (cancelledAt !== null))
    return fault('OP_DIFFERS', 'op', 'cancelledAt goes with op cancel, and with no other');
  if (Date.parse(dueAt) <= Date.parse(issuedAt))
    return fault('DUE_BEFORE_ISSUED', 'payload.dueAt', `it must lie after issuedAt, ${issuedAt}`);
  if (Date.parse(issuedAt) > now.getTime() + CLOCK_SKEW_MS)
    return fault('ISSUED_IN_FUTURE', 'payload.issuedAt', `it lies ahead of ${now.toISOString()}`);
  const outside = divisions.findIndex((code) => !liesIn(code, own.division) && !liesIn(own.division, code));
  if (outside >= 0)
    return fault(
      'DIVISION_OUTSIDE',
      `payload.divisions.${outside}`,
      `${divisions[outside]} is not within ${own.division}`,
    );
  return undefined;
}

/** Kept as a task with what is said of it last; what was acknowledged and reported here stays. */
async function apply(item: BundleItem, taking: Taking): Promise<Fault | undefined> {
  const { client, peer, now, bundle, entries } = taking;
  const payload = instructionPayload.parse(item.payload);
  if (!(await takeVersion(client, holdingOf(item, taking, null, null)))) return undefined;
  const before = await lockOrigin(client, { direction: 'RECEIVED', peer: peer.name, originId: item.id });
  const said = before ? { ...before, ...saidBy(payload), changedAt: now } : received(item.id, payload, taking);
  const row = payload.cancelledAt === null ? said : { ...said, state: 'CANCELLED' as const };
  await saveInstruction(client, row);
  if (isFinished(row)) {
    const act = { who: peer.name, what: row.state, at: now };
    await tellFinished(client, row, act);
    // The bundle that takes it back asks nothing of anybody, unless it brought something else as well.
    await tellFinished(client, { peer: peer.name, bundleSeq: bundle.seq }, act);
  } else if (!before) await expectAct(client, peer.name, bundle.seq);
  const change = payload.cancelledAt === null ? 'RECEIVED' : 'CANCELLED';
  entries.push(instructionEntry(row, change, now));
  return undefined;
}

/** What an instruction says, in the row's fields. */
export const saidBy = (payload: InstructionPayload) => ({
  title: payload.title,
  text: payload.text,
  hazardCode: payload.hazardCode,
  divisionCodes: payload.divisions.map((code) => canonicalDivision(code) ?? code),
  status: payload.status,
  issuedAt: new Date(payload.issuedAt),
  dueAt: new Date(payload.dueAt),
  cancelledAt: payload.cancelledAt === null ? null : new Date(payload.cancelledAt),
  cancelReason: payload.cancelReason,
});

const received = (originId: string, payload: InstructionPayload, { peer, bundle, now }: Taking): InstructionRow => ({
  id: `${peer.name}/${originId}`,
  direction: 'RECEIVED',
  peer: peer.name,
  originId,
  ...saidBy(payload),
  issuedBy: null,
  state: 'OPEN',
  ...{ acknowledgedAt: null, acknowledgeNote: null, acknowledgedBy: null },
  ...{ outcome: null, outcomeAt: null, outcomeText: null, outcomeBy: null, revision: 0 },
  changedAt: now,
  bundleId: bundle.bundleId,
  bundleSeq: bundle.seq,
});
