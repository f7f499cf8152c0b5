import type { Page, RegisterRow, VisitorFlowRow } from '../../model/rows.js';
import { shareOf } from '../../model/visitor-flow.js';
import { readVisitorFlow } from '../../prisma/store/read-visitor-flow.js';
import type { HubContext } from '../context.js';
import { asSeen, type ReportArgs, reportQuery } from '../shared/report.js';

export const visitorFlow = (args: ReportArgs, context: HubContext): Promise<Page<VisitorFlowRow>> =>
  asSeen(readVisitorFlow(context.db, reportQuery(args, context, ['value'])), context);

/** The newest of a scenic area, by its code; null where none has come. */
export const latestOfArea = async ({ code }: RegisterRow, context: HubContext): Promise<VisitorFlowRow | null> =>
  (await context.loaders.latestVisitorFlow.load(code)) ?? null;

/** The area on the register: of the same feed if it has it, else of the first that does. */
export async function areaOf(row: VisitorFlowRow, context: HubContext): Promise<RegisterRow | null> {
  const found = await context.loaders.entriesOfCode.load({ noun: 'scenic-area', code: row.areaCode });
  return found.find(({ feedId }) => feedId === row.feedId) ?? found[0] ?? null;
}

/** What the message says, else what the register says today. */
export async function capacityOf(
  row: VisitorFlowRow,
  name: 'capacity' | 'dailyCapacity',
  context: HubContext,
): Promise<number | null> {
  if (row[name] !== null) return row[name];
  const listed = (await areaOf(row, context))?.fields[name];
  return typeof listed === 'number' ? listed : null;
}

export const share = async (row: VisitorFlowRow, context: HubContext): Promise<number | null> =>
  shareOf(row.inPark, await capacityOf(row, 'capacity', context));

export const shareOfDay = async (row: VisitorFlowRow, context: HubContext): Promise<number | null> =>
  shareOf(row.enteredToday, await capacityOf(row, 'dailyCapacity', context));
