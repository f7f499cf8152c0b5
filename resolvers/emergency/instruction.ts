import { randomUUID } from 'node:crypto';
import { expand } from '../../events/live-iterator.js';
import { appendEntries } from '../../events/log.js';
import { divisionPrefix } from '../../model/division.js';
import type { InstructionEntry } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import {
  acknowledgeFault,
  cancelFault,
  type InstructionDirection,
  type InstructionOutcome,
  type InstructionRow,
  type InstructionState,
  isFinished,
  outcomeFault,
} from '../../model/instruction.js';
import { instructionEntry } from '../../model/instruction-entry.js';
import type { Page } from '../../model/rows.js';
import { readPeerPlace, tellFinished } from '../../prisma/store/exchange-acts.js';
import {
  lockInstructionCall,
  type NumberedInstruction,
  readInstruction,
  readInstructions,
  saveInstruction,
} from '../../prisma/store/instructions.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { type HubContext, requireRole } from '../context.js';
import { divisionInput, listInput } from '../shared/area-input.js';
import { contentHash } from '../shared/canonical.js';
import { badInput, idInput, lineInput, noteInput, textInput } from '../shared/text-input.js';
import {
  changeInstruction,
  type InstructionResult,
  refused,
  requireExchangeReader,
  saved,
} from './instruction-call.js';

type Maybe<T> = T | null | undefined;

export interface IssueInput {
  readonly idempotencyKey: string;
  readonly peer: string;
  readonly title: string;
  readonly text: string;
  readonly hazardCode?: Maybe<string>;
  readonly divisions?: Maybe<readonly string[]>;
  readonly dueAt: Date;
  readonly status?: Maybe<'ACTUAL' | 'EXERCISE'>;
}

const MOST_TEXT = 4000;

/**
 * Instructs a platform beneath: the row, the log entry and thereby what the exchange hands over in one transaction. The same key and content
 * of the same principal again gives the same instruction; other content under the key is CONFLICT.
 */
export function issueInstruction(input: IssueInput, context: HubContext): Promise<InstructionResult> {
  requireRole(context, ['DUTY_OFFICER']);
  const key = textInput('idempotencyKey', input.idempotencyKey, { most: 100 });
  const hash = contentHash({ ...input });
  const now = context.now();
  return context.db.transaction(async (client): Promise<InstructionResult> => {
    const earlier = await lockInstructionCall(client, context.viewer.id, key);
    if (earlier && !earlier.hash.equals(hash))
      throw new HubError('CONFLICT', `idempotencyKey "${key}" was used for another call: take a new one`);
    if (earlier) return saved(earlier.row, true);
    const peer = await readPeerPlace(client, lineInput('peer', input.peer, 100));
    if (!peer) return refused('UNKNOWN_PEER');
    const [own, theirs] = [divisionPrefix(context.release.area), divisionPrefix(peer.division)];
    if (own === theirs || !theirs.startsWith(own)) return refused('NOT_SUBORDINATE');
    if (input.dueAt <= now) return refused('DUE_IN_PAST');
    const row = issued(input, peer, context);
    await saveInstruction(client, row, { key, hash });
    await appendEntries(client, [instructionEntry(row, 'ISSUED', now)]);
    return saved(row);
  });
}

function issued(
  input: IssueInput,
  peer: { readonly name: string; readonly division: string },
  context: HubContext,
): InstructionRow {
  const id = randomUUID();
  const now = context.now();
  const theirs = divisionPrefix(peer.division);
  const divisionCodes = input.divisions?.length ? input.divisions : [peer.division];
  const outside = divisionInput(context.divisions, divisionCodes)?.find((prefix) => !prefix.startsWith(theirs));
  if (outside) badInput('divisions', `${outside} is not within ${peer.division}, the division of that platform`);
  if (input.hazardCode != null && !/^\d{2}[A-Z]\d{2}$/.test(input.hazardCode)) badInput('hazardCode', 'such as 11B03');
  return {
    id,
    direction: 'ISSUED',
    peer: peer.name,
    originId: id,
    title: lineInput('title', input.title, 200),
    text: textInput('text', input.text, { most: MOST_TEXT, lines: true }),
    hazardCode: input.hazardCode ?? null,
    divisionCodes: [...divisionCodes],
    status: input.status ?? 'ACTUAL',
    issuedAt: now,
    issuedBy: context.viewer.id,
    dueAt: input.dueAt,
    state: 'OPEN',
    ...{ acknowledgedAt: null, acknowledgeNote: null, acknowledgedBy: null, outcome: null, outcomeAt: null },
    ...{ outcomeText: null, outcomeBy: null, cancelledAt: null, cancelReason: null, revision: 0, changedAt: now },
    ...{ bundleId: null, bundleSeq: null },
  };
}

/** Takes note of an instruction that was received; the side that issued it is told. By the same principal again it changes nothing. */
export function acknowledgeInstruction(
  args: { id: string | number; note?: Maybe<string> },
  context: HubContext,
): Promise<InstructionResult> {
  const note = noteInput('note', args.note) ?? null;
  const by = context.viewer.id;
  return changeInstruction(args.id, context, (row) => {
    const fault = acknowledgeFault(row);
    if (fault === 'ALREADY_ACKNOWLEDGED' && row.acknowledgedBy === by) return saved(row, true);
    if (fault) return refused(fault, row);
    return {
      row: {
        ...row,
        state: 'ACKNOWLEDGED',
        acknowledgedAt: context.now(),
        acknowledgeNote: note,
        acknowledgedBy: by,
      },
      change: 'ACKNOWLEDGED',
    };
  });
}

/** Says what came of it; the side that issued it is told, and the bundle that brought it counts as acted on once all in it is finished. */
export function reportInstructionOutcome(
  args: { id: string | number; outcome: InstructionOutcome; text: string },
  context: HubContext,
): Promise<InstructionResult> {
  const text = textInput('text', args.text, { most: MOST_TEXT, lines: true });
  const { id: by, name: who } = context.viewer;
  const at = context.now();
  return changeInstruction(
    args.id,
    context,
    (row) => {
      if (row.outcome === args.outcome && row.outcomeText === text && row.outcomeBy === by) return saved(row, true);
      const fault = outcomeFault(row);
      if (fault) return refused(fault, row);
      const acknowledged = row.acknowledgedAt === null ? { acknowledgedAt: at, acknowledgedBy: by } : {};
      return {
        row: {
          ...row,
          ...acknowledged,
          ...{ state: args.outcome, outcome: args.outcome, outcomeAt: at, outcomeText: text, outcomeBy: by },
        },
        change: 'OUTCOME',
      };
    },
    async (client, row) => {
      if (isFinished(row)) await tellFinished(client, row, { who, what: row.state, at });
    },
  );
}

/** Takes an instruction back that was issued here; the other side is told. */
export function cancelInstruction(
  args: { id: string | number; reason: string },
  context: HubContext,
): Promise<InstructionResult> {
  const reason = textInput('reason', args.reason, { most: 500, lines: true });
  return changeInstruction(args.id, context, (row) => {
    const fault = cancelFault(row);
    if (fault === 'CANCELLED' && row.cancelReason === reason) return saved(row, true);
    if (fault) return refused(fault, row);
    return {
      row: { ...row, state: 'CANCELLED', cancelledAt: context.now(), cancelReason: reason },
      change: 'CANCELLED',
    };
  });
}

export interface InstructionFilter {
  readonly directions?: Maybe<readonly InstructionDirection[]>;
  readonly states?: Maybe<readonly InstructionState[]>;
  readonly peers?: Maybe<readonly string[]>;
  readonly overdue?: Maybe<boolean>;
}

/** Both those issued here and those received, the last first. */
export function instructions(
  args: PageRequest & { filter?: Maybe<InstructionFilter> },
  context: HubContext,
): Promise<Page<NumberedInstruction>> {
  requireExchangeReader(context);
  const filter = args.filter ?? {};
  return readInstructions(context.db, {
    first: args.first,
    after: args.after,
    directions: listInput('directions', filter.directions),
    states: listInput('states', filter.states),
    peers: listInput('peers', filter.peers)?.map((name) => idInput('peers', name)),
    overdue: filter.overdue ?? undefined,
    now: context.now(),
  });
}

export async function instruction(args: { id: string | number }, context: HubContext): Promise<InstructionRow | null> {
  requireExchangeReader(context);
  return (await readInstruction(context.db.read, idInput('id', args.id))) ?? null;
}

export interface InstructionTold {
  readonly cursor: string;
  readonly at: Date;
  readonly change: InstructionEntry['change'];
  readonly instruction: InstructionRow;
}

/** Instructions as they are issued, received, acknowledged, reported on and cancelled; with a cursor first all that was missed, in order. */
export async function instructionChanged(
  args: { after?: Maybe<string> },
  context: HubContext,
): Promise<AsyncIterableIterator<InstructionTold>> {
  requireExchangeReader(context);
  const source = await context.hub.subscribe(['instruction'], { after: args.after, onSlow: () => context.onSlow() });
  return expand(source, async ({ cursor, entry }) => {
    const row = await readInstruction(context.db.read, entry.payload.instructionId);
    return row ? [{ cursor, at: entry.at, change: entry.payload.change, instruction: row }] : [];
  });
}
