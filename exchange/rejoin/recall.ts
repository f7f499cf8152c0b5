import type { NewEntry } from '../../model/entry.js';
import type { BundleItem } from '../../model/exchange.js';
import { type InstructionRow, isFinished } from '../../model/instruction.js';
import { instructionEntry } from '../../model/instruction-entry.js';
import { tellFinished } from '../../prisma/store/exchange-acts.js';
import { lockOrigin, saveInstruction } from '../../prisma/store/instructions.js';
import { readSnapshots } from '../../prisma/store/warning-rows.js';
import { readFiledReport } from '../../prisma/store/write-incident-reports.js';
import { acknowledgementPayload, answeredBy } from '../kinds/acknowledgement.js';
import { instructionPayload, saidBy } from '../kinds/instruction.js';
import type { Work } from './adopt.js';
import type { Found } from './believe.js';

type Item = Pick<BundleItem, 'type' | 'id' | 'version' | 'op' | 'payload' | 'provenance'>;

/** Of each thing that our lost bundles told of, what they told last. */
export function lastTold(bundles: readonly Found[]): readonly Item[] {
  const last = new Map<string, Item>();
  for (const item of bundles.flatMap(({ items }) => items)) {
    const before = last.get(`${item.type} ${item.id}`);
    if (!before || before.version <= item.version) last.set(`${item.type} ${item.id}`, item);
  }
  return [...last.values()];
}

/**
 * The instructions that were issued in the lost time, as the peer has them: what it answers is about them. Who issued them is not in a bundle.
 */
export async function recallIssued(work: Work, items: readonly Item[], entries: NewEntry[]): Promise<number> {
  const { at, client, ground } = work;
  let count = 0;
  for (const { id, payload, type, version } of items) {
    const said = type === 'instruction' ? instructionPayload.safeParse(payload).data : undefined;
    if (!said) continue;
    const place = { direction: 'ISSUED', peer: ground.peer.name, originId: id } as const;
    const before = await lockOrigin(client, place);
    const revision = Number(version);
    if (before && before.revision >= revision) continue;
    const cancelled = said.cancelledAt !== null;
    const state = cancelled ? 'CANCELLED' : (before?.state ?? 'OPEN');
    const row: InstructionRow = { ...(before ?? issued(id, place)), ...saidBy(said), state, revision, changedAt: at };
    await saveInstruction(client, row);
    entries.push(instructionEntry(row, cancelled ? 'CANCELLED' : 'ISSUED', at));
    count += 1;
  }
  return count;
}

const issued = (id: string, place: Pick<InstructionRow, 'direction' | 'peer' | 'originId'>) => ({
  ...{ ...place, id, issuedBy: null },
  ...{ acknowledgedAt: null, acknowledgeNote: null, acknowledgedBy: null },
  ...{ outcome: null, outcomeAt: null, outcomeText: null, outcomeBy: null, bundleId: null, bundleSeq: null },
});

/** What had been acknowledged and reported of the peer's instructions: else the next word about one would bear a version that the peer has had. */
export async function recallAcknowledged(work: Work, items: readonly Item[], entries: NewEntry[]): Promise<number> {
  const { at, client, ground } = work;
  let count = 0;
  for (const { id, payload, type, version } of items) {
    const said = type === 'acknowledgement' ? acknowledgementPayload.safeParse(payload).data : undefined;
    if (!said) continue;
    const before = await lockOrigin(client, { direction: 'RECEIVED', peer: ground.peer.name, originId: id });
    const revision = Number(version);
    if (!before || before.revision >= revision) continue;
    const row: InstructionRow = { ...answeredBy(before, said), revision, changedAt: at };
    await saveInstruction(client, row);
    if (isFinished(row)) await tellFinished(client, row, { who: ground.own.orgCode, what: row.state, at });
    entries.push(instructionEntry(row, said.outcome === null ? 'ACKNOWLEDGED' : 'OUTCOME', at));
    count += 1;
  }
  return count;
}

/** What the peer was told of, is in force or on file there, and is not known to this database: no later change of it is told by itself. */
export async function unknownHere({ at, client }: Work, items: readonly Item[]): Promise<string[]> {
  const warnings = items
    .filter(
      ({ op, payload, type }) =>
        type === 'warning' && op === 'upsert' && Date.parse(String(payload.expiresAt)) > at.getTime(),
    )
    .map(({ id }) => id);
  const known = await readSnapshots(client, warnings);
  const unknown = warnings.filter((id) => !known.has(id)).map((id) => `warning ${id}`);
  // Those of other departments bear another name here.
  for (const { id, provenance, type } of items)
    if (type === 'incidentReport' && provenance.department === 'EMERGENCY' && !(await readFiledReport(client, id)))
      unknown.push(`incidentReport ${id}`);
  return unknown;
}
