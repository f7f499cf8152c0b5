import { HubError } from '../../model/errors.js';
import { REJECT_REASONS } from '../../model/record.js';
import type { GapRow, QualitySheet, RetryResult } from '../../model/repair.js';
import { type HubContext, renewLoaders, requireAdmin } from '../context.js';
import { idInput } from './text-input.js';

const MOST_INPUTS = 5000;

export interface RetryArgs {
  readonly feed: string;
  readonly reason?: string | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export async function retryRejected(
  { feed, reason, first, after }: RetryArgs,
  context: HubContext,
): Promise<RetryResult> {
  requireAdmin(context);
  if (reason != null && !(REJECT_REASONS as readonly string[]).includes(reason))
    throw new HubError('BAD_INPUT', `reason: "${reason.slice(0, 40)}" is none of ${REJECT_REASONS.join(', ')}`);
  const count = first ?? 1000;
  if (count < 1 || count > MOST_INPUTS) throw new HubError('BAD_INPUT', `first: 1 to ${MOST_INPUTS}`);
  if (after != null && !/^\d{1,15}$/.test(after))
    throw new HubError('BAD_INPUT', 'after: pass what continueAfter gave');
  const result = await context.feedControl.retryRejected(idInput('feed', feed), {
    reason: reason ?? undefined,
    first: count,
    after: after == null ? undefined : Number(after),
  });
  renewLoaders(context);
  return result;
}

/** Of the month given as "2026-11", else of this one, by the calendar of Asia/Shanghai. */
export function quality(feedId: string, month: string | null | undefined, context: HubContext): Promise<QualitySheet> {
  if (month != null && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month))
    throw new HubError('BAD_INPUT', `month: write it as "2026-11", not "${month.slice(0, 20)}"`);
  const beijing = new Date(context.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 7);
  return context.loaders.quality.load({ feedId, month: month ?? beijing });
}

/** Of the part of a gap that lies in the sheet's month, up to now where it lasts. */
export function gapSeconds(gap: GapRow, month: string, now: Date): number {
  const from = Date.parse(`${month}-01T00:00:00+08:00`);
  const [year = 0, number = 0] = month.split('-').map(Number);
  const to = Date.UTC(year, number, 1) - 8 * 3_600_000;
  return Math.max(0, (Math.min((gap.to ?? now).getTime(), to) - Math.max(gap.from.getTime(), from)) / 1000);
}
