import type { BundleState, Receipt } from '../../model/exchange.js';
import { type BundleRow, markFaults, moveBundle, readBundle } from '../../prisma/store/exchange-bundles.js';
import { type ForkRow, standAnew } from '../../prisma/store/exchange-forks.js';
import { receiptsOf } from '../../prisma/store/exchange-receipts.js';
import { issueReceipt } from '../receipts.js';
import type { Said, Work } from './adopt.js';
import { RejoinRefused } from './book.js';

/**
 * Has the peer's bundles stand where our receipts say: those that were taken back, and behind them, under new numbers, what was said here since the
 * restore and the peer does not know. Returns the bundles, in their order, that are said to be carried out and were not in this database.
 */
export async function standAgain(
  work: Work,
  ours: readonly Said[],
  aside: readonly ForkRow[],
): Promise<readonly BundleRow[]> {
  const anew = aside.map(({ body }) => JSON.parse(body) as Receipt).filter(isAboutTheirs);
  const receipts = [...ours.map(({ receipt }) => receipt).filter(isAboutTheirs), ...anew];
  const before = new Map<number, BundleRow>();
  for (const receipt of receipts) if (!before.has(receipt.seq)) before.set(receipt.seq, await standsBy(work, receipt));
  for (const receipt of anew) await sayAnew(work, receipt);
  const again: BundleRow[] = [];
  for (const [seq, was] of [...before].sort(([a], [b]) => a - b)) {
    const now = await bundleOf(work, seq);
    if (now && isCarriedOut(now) && !isCarriedOut(was)) again.push(now);
  }
  return again;
}

/** Of a bundle that is kept here: not of one of ours, nor of a text that was refused, which comes again. */
type AboutTheirs = Receipt & { readonly state: BundleState };
const isAboutTheirs = (receipt: Receipt): receipt is AboutTheirs =>
  receipt.state !== 'WITHDRAWN' && receipt.state !== 'REFUSED';
const isCarriedOut = ({ state }: BundleRow): boolean => state === 'APPLIED' || state === 'ACTED';

const keyOf = ({ ground }: Work, seq: number) => ({ peer: ground.peer.name, direction: 'IN', seq }) as const;
const bundleOf = (work: Work, seq: number): Promise<BundleRow | undefined> =>
  readBundle(work.client, work.ground.peer.name, 'IN', seq);

/** The bundle as it was in this database; it then stands as the receipts in our chain say, from the first on. */
async function standsBy(work: Work, { bundleHash, bundleId, number, seq }: Receipt): Promise<BundleRow> {
  const { client, ground } = work;
  const was = await bundleOf(work, seq);
  if (was?.bundleId !== bundleId || was.hash !== bundleHash)
    throw new RejoinRefused(`our receipt ${number} is about bundle ${seq} from it, which is not the one here`);
  await standAnew(client, keyOf(work, seq));
  for (const { at, body } of await receiptsOf(client, ground.peer.name, 'OURS', seq)) {
    const said = JSON.parse(body) as Receipt;
    if (isAboutTheirs(said)) await move(work, said, at);
  }
  return was;
}

async function move(work: Work, { faults, seq, state }: AboutTheirs, at: Date): Promise<void> {
  await moveBundle(work.client, keyOf(work, seq), state, at);
  await markFaults(work.client, keyOf(work, seq), faults);
}

/** Says once more what was said since the restore, unless the peer knows it, or knows what goes beyond it. */
async function sayAnew(work: Work, receipt: AboutTheirs): Promise<void> {
  const { at, client, ground } = work;
  const { acted, bundleId, faults, note, seq, state } = receipt;
  const said = await receiptsOf(client, ground.peer.name, 'OURS', seq);
  if (said.some((each) => each.bundleId === bundleId && each.state === state)) return;
  const before = await bundleOf(work, seq);
  await moveBundle(client, keyOf(work, seq), state, at);
  const bundle = await bundleOf(work, seq);
  if (!bundle || (state !== 'RECEIVED' && bundle.state === before?.state)) return;
  await markFaults(client, keyOf(work, seq), faults);
  await issueReceipt(client, ground, bundle, { state, faults, ...(acted && { acted }), ...(note && { note }) });
}
