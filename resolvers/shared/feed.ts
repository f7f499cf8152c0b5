import { expand } from '../../events/live-iterator.js';
import { DEPARTMENT_CODES, DEPARTMENTS, type DepartmentCode } from '../../model/department.js';
import { HubError } from '../../model/errors.js';
import { type FeedState, type FeedVerdict, feedState } from '../../model/feed-state.js';
import type { FeedNode, Page, RejectionRow } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { allFeeds } from '../../prisma/store/read-feeds.js';
import { type HubContext, maySeePersonal, renewLoaders, requireAdmin } from '../context.js';
import { printable, withoutPersonalNumbers } from './printable.js';
import { idInput, reasonInput } from './text-input.js';

export const departments = (): readonly DepartmentCode[] => DEPARTMENT_CODES;

export const departmentName = (code: DepartmentCode, language: string): string =>
  language.startsWith('zh') ? DEPARTMENTS[code].zh : DEPARTMENTS[code].en;

export async function feeds(
  args: { department?: DepartmentCode | null | undefined; state?: readonly FeedState[] | null | undefined },
  context: HubContext,
): Promise<readonly FeedNode[]> {
  const found = args.department
    ? await context.loaders.feedsOfDepartment.load(args.department)
    : (await allFeeds(context.db)).filter(({ id }) => context.viewer.sight.knows(id));
  const { state } = args;
  return state ? found.filter((feed) => state.includes(verdict(feed, context).state)) : found;
}

export const feed = async (id: string, context: HubContext): Promise<FeedNode | null> =>
  (await context.loaders.feed.load(idInput('id', id))) ?? null;

/** The feed of a row that refers to it; the database keeps that reference. */
export async function feedOf(id: string, context: HubContext): Promise<FeedNode> {
  const found = await context.loaders.feed.load(id);
  if (!found) throw new HubError('NOT_FOUND', `no feed "${id}"`);
  return found;
}

/** As told, in a live change; else derived at this moment. */
export const verdict = (node: FeedNode, context: HubContext): FeedVerdict =>
  node.told ?? feedState(node, context.now());

/** Seconds since what the feed's state is judged by; null before anything came. */
export function lagSeconds(node: FeedNode, context: HubContext): number | null {
  const last = node.freshness === 'observation' ? node.lastObservedAt : node.lastReceivedAt;
  return last && Math.max(0, (context.now().getTime() - last.getTime()) / 1000);
}

export const rejections = (feedId: string, page: PageRequest, context: HubContext): Promise<Page<RejectionRow>> =>
  context.loaders.rejections.load({ feedId, page });

export async function setFeedEnabled(
  id: string,
  enabled: boolean,
  reason: string | null | undefined,
  context: HubContext,
): Promise<FeedNode> {
  requireAdmin(context);
  await context.feedControl.setEnabled(idInput('id', id), enabled, reasonInput(reason));
  renewLoaders(context);
  return feedOf(id, context);
}

/** Feeds whose state changed, as they are when told. */
export async function feedStateChanged(
  department: DepartmentCode | null | undefined,
  context: HubContext,
): Promise<AsyncIterableIterator<FeedNode>> {
  const source = await context.hub.subscribe(['feed'], { onSlow: () => context.onSlow() });
  return expand(source, async ({ entry }) => {
    renewLoaders(context);
    const { feedId, state, reason } = entry.payload;
    const found = await context.loaders.feed.load(feedId);
    return found && (!department || found.departmentCode === department) ? [{ ...found, told: { state, reason } }] : [];
  });
}

/** GraphQL's Int ends at 2^31 - 1; a count that has passed it stays there. */
export const count = (value: bigint): number => Number(value > 2_147_483_647n ? 2_147_483_647n : value);

/** A rejected piece as text; numbers that lead to a person only for whoever may see them. */
export function rawOf({ raw, rawSize }: RejectionRow, context: HubContext): string {
  const text = printable(raw, rawSize);
  return maySeePersonal(context) ? text : withoutPersonalNumbers(text);
}
