import type { Frame, Party } from '../../model/exchange.js';

/** How the files of a road are called. All names are ASCII, begin with the sender's organisation and sort by what they count. */
export interface BundleName {
  readonly stem: string;
  readonly from: string;
  readonly to: string;
  readonly seq: number;
}

const BUNDLE = /^(\d{14})_\d{14}_(\d{14})_(\d{9,15})_[A-Za-z]{1,40}$/;
const RECEIPTS = /^(\d{14})_(\d{14})_(\d{9,15})-\d{9,15}\.receipts\.json$/;
const GAP = /^(\d{14})_(\d{14})_(\d{9,15})\.(bundles|receipts)\.gap\.json$/;
/** A warning's file (GB/T 34283 practice): {senderCode}_{yyyyMMddHHmmss}_{eventType}_{COLOR}_{MsgType}.xml. */
const WARNING = /^(\d{14}_\d{14})_[A-Za-z0-9-]{1,20}_[A-Za-z]{3,10}_[A-Za-z]{3,10}\.xml$/;
const BEIJING_MS = 8 * 3_600_000;

const nine = (count: number): string => String(count).padStart(9, '0');

/** {fromOrg}_{yyyyMMddHHmmss}_{toOrg}_{seq}_{kind}, the time in Beijing's as in the names of warnings. */
export function bundleStem({ from, to, createdAt, seq, kind }: Omit<Frame, 'bundleId' | 'prevHash'>): string {
  const stamp = new Date(Date.parse(createdAt) + BEIJING_MS).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  return `${from.orgCode}_${stamp}_${to.orgCode}_${nine(seq)}_${kind}`;
}

export function readBundleStem(stem: string): BundleName | undefined {
  const [, from, to, seq] = BUNDLE.exec(stem) ?? [];
  return from && to && seq ? { stem, from, to, seq: Number(seq) } : undefined;
}

export const receiptsFile = (from: Party, to: Party, first: number, last: number): string =>
  `${from.orgCode}_${to.orgCode}_${nine(first)}-${nine(last)}.receipts.json`;

/** The number of its first receipt; undefined where it is not of that sender to that receiver. */
export function readReceiptsFile(name: string, from: Party, to: Party): number | undefined {
  const [, sender, receiver, first] = RECEIPTS.exec(name) ?? [];
  return sender === from.orgCode && receiver === to.orgCode ? Number(first) : undefined;
}

export type Counted = 'bundles' | 'receipts';

export const gapFile = (from: Party, to: Party, what: Counted, expected: number): string =>
  `${from.orgCode}_${to.orgCode}_${nine(expected)}.${what}.gap.json`;

export function readGapFile(
  name: string,
  from: Party,
  to: Party,
): { readonly what: Counted; readonly expected: number } | undefined {
  const [, sender, receiver, expected, what] = GAP.exec(name) ?? [];
  if (sender !== from.orgCode || receiver !== to.orgCode) return undefined;
  return { what: what as Counted, expected: Number(expected) };
}

/** The identifier of the warning in a file of that name; undefined where it is none. */
export const warningIn = (name: string): string | undefined => WARNING.exec(name)?.[1];
