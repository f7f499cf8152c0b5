import { HubError } from '../../model/errors.js';
import { moveReport } from '../../prisma/store/facts.js';
import { type HubContext, requireAdmin } from '../context.js';
import { idInput } from './text-input.js';

/** Takes a report out of what it was taken for: it becomes a fact of its own. Resolves to that fact's id. */
export const separateReport = (reportId: string, context: HubContext): Promise<string> => move(reportId, null, context);

/** Puts a report to a fact of its kind. Resolves to the fact's id. */
export const joinReport = (reportId: string, factId: string, context: HubContext): Promise<string> => {
  requireAdmin(context);
  if (!/^\d{1,15}$/.test(factId)) throw new HubError('NOT_FOUND', `to: there is no "${factId.slice(0, 40)}"`);
  return move(reportId, Number(factId), context);
};

async function move(reportId: string, to: number | null, context: HubContext): Promise<string> {
  requireAdmin(context);
  const report = idInput('report', reportId);
  const factId = await context.db.transaction((client) => moveReport(client, report, to));
  if (factId === undefined)
    throw new HubError('NOT_FOUND', 'report, to: there is no such report, or nothing of its kind by that id');
  return String(factId);
}
