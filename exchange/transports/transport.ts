import type { Refusal, RefusalCode, Signed } from '../../model/exchange.js';

/** A bundle on its way. */
export interface OutgoingBundle extends Signed {
  readonly bundleId: string;
  readonly seq: number;
  readonly kind: string;
}

/** What the other side said to a bundle or to receipts. */
export type Answer =
  /** It is there. `receipts`: what the other side has issued meanwhile, in order; on roads without an answer they come later, by themselves. */
  { readonly outcome: 'taken'; readonly receipts: readonly Signed[] } | Refused;

export interface Refused {
  readonly outcome: 'refused';
  readonly code: RefusalCode;
  readonly reason: string;
  readonly expected: number | undefined;
  /** As of what is taken; among them the signed word of the refusal. */
  readonly receipts?: readonly Signed[];
}

/** How to hand over to a peer. Each call has its own time limit and throws where the line fails; then the same is tried again. */
export interface Transport {
  /** Where it leads, without credentials. */
  readonly address: string;
  /** Whoever stands between may have written its refusals: by them a bundle is handed over again, and none is taken back. */
  readonly hearsay?: true;
  /** `heard`: the number of the last of the other side's receipts that we have. */
  send(bundle: OutgoingBundle, heard: number, signal: AbortSignal): Promise<Answer>;
  sendReceipts(receipts: readonly Signed[], heard: number, signal: AbortSignal): Promise<Answer>;
  /** Ends what it holds open. */
  close?(): Promise<void>;
}

/** What takes over whatever comes, by whichever road; refusals are thrown as Refusal, and already written down. */
export interface Reception {
  /**
   * The receipt of a bundle, the same one each time it comes, and what else the sender has not had (after `heard`). `unanswered`: the sender is
   * not told of a refusal by this road. What has its place and cannot be used for what it is, is then kept, `setAside`, and said so by receipt, so
   * that what follows it goes on.
   */
  bundle(
    signed: Signed,
    road: string,
    heard?: number,
    unanswered?: boolean,
  ): Promise<{ readonly receipts: readonly Signed[]; readonly setAside?: Refusal | undefined }>;
  /** Up to which number the peer's receipts are now known. */
  receipts(signed: readonly Signed[], road: string): Promise<{ readonly heard: number }>;
}

/** A road on which the hub itself goes and gets what is there, round by round. */
export interface Fetcher {
  readonly address: string;
  /** One round: takes over what is there; returns whether there may be more at once. Throws where the line fails. */
  fetch(reception: Reception, signal: AbortSignal): Promise<boolean>;
  close?(): Promise<void>;
}
