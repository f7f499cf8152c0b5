import { z } from 'zod';
import type { Party, Signed } from '../../model/exchange.js';
import type { ChainName } from '../../prisma/store/exchange-forks.js';
import { jsonOf } from '../canonical.js';
import { sameParty } from '../envelope.js';

/** Why a side does not rejoin, in words for whoever called. */
export class RejoinRefused extends Error {
  override readonly name = 'RejoinRefused';
}

/** A record of the other side's export. */
export interface Kept extends Signed {
  readonly number: number;
  readonly bundleId: string;
  readonly hash: string;
  readonly previous: string;
}

/** Which of our chains a record of theirs belongs to: what is in to them is out to us. */
const OURS_OF: Readonly<Record<string, ChainName>> = {
  'bundle IN': 'OUT',
  'bundle OUT': 'IN',
  'receipt THEIRS': 'OURS',
  'receipt OURS': 'THEIRS',
};

const party = { orgCode: z.string(), division: z.string() };
const header = z.object({ exchange: z.literal('fenghuo-exchange-1'), exportedAt: z.string(), own: z.object(party) });
const section = z.object({ peer: z.string(), ...party });
const signed = {
  bundleId: z.string(),
  hash: z.string(),
  previous: z.string(),
  body: z.string(),
  signature: z.string(),
};
const bundle = z.object({ bundle: z.enum(['OUT', 'IN']), seq: z.int().min(1), ...signed });
const receipt = z.object({ receipt: z.enum(['OURS', 'THEIRS']), number: z.int().min(1), ...signed });

/**
 * The records of an exported exchange (docs/exchange-verify.md), each with the chain of ours that it belongs to. Throws RejoinRefused for an export
 * of another platform, of another exchange than the one with us, or of more than that one.
 */
export async function* recordsOf(
  lines: AsyncIterable<string>,
  own: Party,
  peer: { readonly name: string; readonly party: Party },
): AsyncGenerator<{ readonly chain: ChainName; readonly kept: Kept }> {
  let line = 0;
  let section = false;
  for await (const text of lines) {
    line += 1;
    const row = jsonOf(text);
    if (typeof row !== 'object' || row === null)
      throw new RejoinRefused(`line ${line} is no record of an export: the file is cut off or damaged`);
    if (line === 1) checkHeader(row, peer);
    else if ('peer' in row) {
      checkSection(row, own, peer.name, section);
      section = true;
    } else if (section && ('bundle' in row || 'receipt' in row)) yield recordOf(row, line);
  }
  if (!section)
    throw new RejoinRefused(`the file holds no exchange with ${own.orgCode} of ${own.division}, which is this hub`);
}

function checkHeader(row: object, { name, party }: { readonly name: string; readonly party: Party }): void {
  const found = header.safeParse(row);
  if (!found.success) throw new RejoinRefused('the file is no exported exchange (npm run exchange -- export)');
  const { orgCode, division } = found.data.own;
  if (!sameParty(found.data.own, party))
    throw new RejoinRefused(
      `the file is the export of ${orgCode} of ${division}; ${name} is ${party.orgCode} of ${party.division}`,
    );
}

function checkSection(row: object, own: Party, peer: string, before: boolean): void {
  const found = section.parse(row);
  if (!before && sameParty(found, own)) return;
  throw new RejoinRefused(
    `the file holds an exchange with ${found.orgCode} of ${found.division}: have ${peer} export the one with this hub alone (export <file> --peer <its name for this hub>)`,
  );
}

function recordOf(row: object, line: number): { chain: ChainName; kept: Kept } {
  const found = 'bundle' in row ? bundle.safeParse(row) : receipt.safeParse(row);
  if (!found.success) throw new RejoinRefused(`line ${line} is no bundle and no receipt: the file is damaged`);
  const { bundleId, hash, previous, body, signature } = found.data;
  const [which, number] =
    'bundle' in found.data
      ? [`bundle ${found.data.bundle}`, found.data.seq]
      : [`receipt ${found.data.receipt}`, found.data.number];
  return { chain: OURS_OF[which] as ChainName, kept: { number, bundleId, hash, previous, body, signature } };
}
