import { expand } from '../../events/live-iterator.js';
import type { ExchangeAlarm } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import {
  type BundleKind,
  type BundleState,
  type ReceiptState,
  type Signed,
  withinBytes,
} from '../../model/exchange.js';
import type { ExchangeBundleNode, HandoverNode, PeerRow, RefusalRow } from '../../model/exchange-rows.js';
import type { Page } from '../../model/rows.js';
import { tellActed } from '../../prisma/store/exchange-acts.js';
import { bundlesAfter, readBundle } from '../../prisma/store/exchange-bundles.js';
import { takeUpAgain, tellAgain } from '../../prisma/store/exchange-outbox.js';
import { readPeers } from '../../prisma/store/exchange-peers.js';
import { receiptsAfter } from '../../prisma/store/exchange-receipts.js';
import { readRefusals } from '../../prisma/store/exchange-refusals.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage } from '../../prisma/store/keyset.js';
import { readExchangeLog } from '../../prisma/store/read-exchange.js';
import { type HubContext, hasRole, refusal, requireAdmin, requireRole } from '../context.js';
import { listInput } from './area-input.js';
import { idInput, lineInput } from './text-input.js';

/** Whether the caller watches over the exchange: the officer on duty, and the hub's own staff. */
export function seesExchange(context: HubContext): boolean {
  const { department, roles } = context.viewer;
  return hasRole(context, ['DUTY_OFFICER']) || (department === null && roles.some((role) => STAFF.includes(role)));
}

export function requireExchange(context: HubContext): void {
  if (!seesExchange(context)) throw refusal(context, 'the role DUTY_OFFICER, or a role of the hub');
}
const STAFF: readonly string[] = ['READER', 'ADMINISTRATOR', 'AUDITOR'];

export async function peers(context: HubContext): Promise<PeerRow[]> {
  requireExchange(context);
  return readPeers(context.db.read);
}

export interface ExchangeFilter extends PageRequest {
  readonly peer?: string | null | undefined;
  readonly direction?: 'OUT' | 'IN' | null | undefined;
  readonly kinds?: readonly (BundleKind | 'unknown')[] | null | undefined;
  readonly states?: readonly (BundleState | ReceiptState)[] | null | undefined;
}

export async function exchangeLog(args: ExchangeFilter, context: HubContext): Promise<Page<ExchangeBundleNode>> {
  requireExchange(context);
  return readExchangeLog(context.db, {
    ...{ first: args.first, after: args.after, direction: args.direction ?? undefined },
    peer: args.peer ? idInput('peer', args.peer) : undefined,
    kinds: listInput('kinds', args.kinds),
    states: listInput('states', args.states),
  });
}

/** Those of ours whose receipt is overdue: nobody knows whether the peer has carried them out. */
export function exchangeOverdue(args: PageRequest, context: HubContext): Promise<Page<ExchangeBundleNode>> {
  requireExchange(context);
  return readExchangeLog(context.db, { ...args, overdue: true });
}

export async function exchangeRefusals(
  args: PageRequest & { readonly peer?: string | null | undefined },
  context: HubContext,
): Promise<Page<RefusalRow>> {
  requireExchange(context);
  const size = pageSize(args);
  const before = decodeKey(args.after, 'number')?.[0];
  const rows = await readRefusals(context.db.read, {
    peer: args.peer ? idInput('peer', args.peer) : null,
    before: before === undefined ? null : Number(before),
    limit: size + 1,
  });
  return toPage(rows, size, (row) => encodeKey(String(row.id)));
}

/** Has the receipt ACTED follow on a bundle of the peer's that is carried out. NOT_FOUND where there is none, CONFLICT before it is. */
export async function markHandled(
  args: { readonly peer: string; readonly seq: number; readonly what: string },
  context: HubContext,
): Promise<ExchangeBundleNode> {
  requireRole(context, ['DUTY_OFFICER']);
  const [peer, { seq }] = [idInput('peer', args.peer), args];
  const what = lineInput('what', args.what, 500);
  return context.db.transaction(async (client) => {
    const bundle = await readBundle(client, peer, 'IN', seq);
    if (!bundle) throw new HubError('NOT_FOUND', `no bundle ${seq} of "${peer}"`);
    if (bundle.kind === 'instruction')
      throw new HubError('CONFLICT', 'an instruction is acted on by its outcome: reportInstructionOutcome');
    if (bundle.state === 'ACTED') return bundle;
    if (bundle.state !== 'APPLIED')
      throw new HubError('CONFLICT', `bundle ${seq} is ${bundle.state}: it is not carried out`);
    await tellActed(client, { peer, seq, who: context.viewer.name, what, at: context.now() });
    return bundle;
  });
}

/** Tells a peer again what was set aside: of one of our bundles, or of what could not be put into one. Returns how many items. */
export async function retryExchange(
  args: { readonly peer: string; readonly seq?: number | null | undefined },
  context: HubContext,
): Promise<number> {
  if (!hasRole(context, ['DUTY_OFFICER'])) requireAdmin(context);
  const peer = idInput('peer', args.peer);
  const { seq } = args;
  const told = await context.db.transaction((client) =>
    seq === null || seq === undefined ? takeUpAgain(client, peer) : tellAgain(client, peer, seq, context.now()),
  );
  if (told > 0) return told;
  throw new HubError('NOT_FOUND', `nothing of "${peer}" is set aside${seq ? ` under seq ${seq}` : ''}`);
}

/** Which peers have a thing, and how far it has come with them. */
export async function handovers(kind: BundleKind, id: string, context: HubContext): Promise<readonly HandoverNode[]> {
  return context.loaders.handovers.load(`${kind} ${id}`);
}

/** The alarms of the exchange; with a cursor first those that were missed. */
export async function exchangeAlarms(
  args: { readonly after?: string | null | undefined },
  context: HubContext,
): Promise<AsyncIterableIterator<ExchangeAlarm & { readonly cursor: string; readonly at: Date }>> {
  requireExchange(context);
  const source = await context.hub.subscribe(['exchange'], { after: args.after, onSlow: () => context.onSlow() });
  return expand(source, ({ cursor, entry }) => [{ ...entry.payload, cursor, at: entry.at }]);
}

/** A page of what is for the peer that asks, from its place on: bundles or receipts as they were signed. */
export interface SignedNode extends Signed {
  readonly number: number;
}

/** An answer holds no more than so many bytes, and of bundles, which are long, no more than so many. */
const PAGE_BYTES = 10_000_000;
const PAGE_BUNDLES = 20;

export async function bundlesForPeer(args: PageRequest, context: HubContext): Promise<Page<SignedNode>> {
  const { name, after, ...asked } = pulling(args, context);
  const size = Math.min(asked.size, PAGE_BUNDLES);
  const rows = await bundlesAfter(context.db.read, name, 'OUT', after, size + 1);
  const kept = rows.filter(({ state }) => state !== 'SET_ASIDE');
  // What was taken back leaves a gap, which its WITHDRAWN statement explains; anything else missing is no longer kept.
  if (rows[0] && rows[0].seq > after + 1) throw gone('bundles');
  const page = pageOf(
    kept.map(({ body, seq, signature }) => ({ body, signature, number: seq })),
    size,
  );
  // What was taken back fills no place of the page, and hides nothing that follows it.
  return { ...page, more: page.more || (kept.length > 0 && rows.length > size) };
}

export async function receiptsForPeer(args: PageRequest, context: HubContext): Promise<Page<SignedNode>> {
  const { name, size, after } = pulling(args, context);
  const rows = await receiptsAfter(context.db.read, name, 'OURS', after, size + 1);
  if (rows[0] && rows[0].number > after + 1) throw gone('receipts');
  return pageOf(
    rows.map(({ body, number, signature }) => ({ body, signature, number })),
    size,
  );
}

const pageOf = (found: readonly SignedNode[], size: number): Page<SignedNode> =>
  toPage(found, withinBytes(found.slice(0, size), PAGE_BYTES).length, ({ number }) => String(number));

const gone = (what: string): HubError =>
  new HubError(
    'CURSOR_EXPIRED',
    `what follows this place is no longer kept: agree with this hub how the ${what} are made up for`,
  );

function pulling(args: PageRequest, context: HubContext): { name: string; size: number; after: number } {
  const { peer } = context.viewer;
  if (peer === undefined) throw refusal(context, 'the role PEER: a key that was made for a platform of another tier');
  const after = args.after ?? '0';
  if (!/^\d{1,15}$/.test(after)) throw new HubError('BAD_INPUT', 'after: a place of this list, or 0 for all of it');
  return { name: peer, size: pageSize(args), after: Number(after) };
}
