import { setTimeout as wait } from 'node:timers/promises';
import type { LogHub } from '../events/hub.js';
import type { LogTopic } from '../model/entry.js';
import { messageOf } from '../model/errors.js';
import { FORKING_REFUSALS, type Frame, type Party, Refusal, type RefusalCode, type Signed } from '../model/exchange.js';
import { keepRefusal } from '../prisma/store/exchange-refusals.js';
import { readFrame, readReceipt, sameParty } from './envelope.js';
import type { PeerGround } from './ground.js';
import { Peer, type PeerOptions } from './peer.js';
import { raiseAlarm } from './receipts.js';
import { takeBundle } from './receive.js';
import { refuseUnplaced } from './refuse.js';
import { takeReceipts } from './take-receipts.js';
import type { Reception } from './transports/transport.js';

export interface ExchangeOptions {
  readonly log: LogHub;
  readonly grounds: readonly PeerGround[];
  /** Topics of the log that any of the peers is told of. */
  readonly topics: readonly LogTopic[];
  readonly peer: (ground: PeerGround, reception: Reception) => Omit<PeerOptions, 'ground' | 'reception'>;
  readonly onError: (peer: string, error: unknown) => void;
}

/** The hub's exchange with all its peers: what comes by any road enters here. */
export class Exchange implements Reception {
  readonly #peers: readonly Peer[];
  readonly #abort = new AbortController();
  #following: Promise<void> = Promise.resolve();

  constructor(private readonly options: ExchangeOptions) {
    this.#peers = options.grounds.map((ground) => new Peer({ ...options.peer(ground, this), ground, reception: this }));
  }

  start(): void {
    for (const peer of this.#peers) peer.start();
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([this.#following, ...this.#peers.map((peer) => peer.stop())]);
  }

  /** Something is to be told or was taken over: all peers look. */
  wake(): void {
    for (const peer of this.#peers) peer.wake();
  }

  async bundle(
    signed: Signed,
    road: string,
    heard = 0,
    unanswered = false,
  ): Promise<{ readonly receipts: readonly Signed[]; readonly setAside: Refusal | undefined }> {
    let frame: Frame | undefined;
    let ground: PeerGround | undefined;
    try {
      frame = readFrame(signed);
      ground = this.#groundOf(frame);
      const { receipts, setAside } = await takeBundle(ground, signed, frame, { road, heard, unanswered });
      this.#wakeOne(ground);
      return { receipts: receipts.map(({ body, signature }) => ({ body, signature })), setAside };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // Another version is for the sender to judge where it hears of the refusal.
      const plain = frame || (error.code === 'WRONG_VERSION' && !unanswered);
      const unplaced = plain ? undefined : await refuseUnplaced(this.options.grounds, signed, error);
      const { ground: of = ground, refusal = error } = unplaced ?? {};
      await this.refused(refusal, { road, signed, ground: of, act: 'bundle refused', bundle: frame });
      if (of && refusal.receipts.length > 0) this.#wakeOne(of);
      throw refusal;
    }
  }

  async receipts(signed: readonly Signed[], road: string): Promise<{ readonly heard: number }> {
    let ground: PeerGround | undefined;
    try {
      const came = signed.map((each) => ({ signed: each, receipt: readReceipt(each) }));
      for (const { receipt } of came) {
        const own = this.#groundOf(receipt);
        if (ground && own !== ground)
          throw new Refusal('WRONG_PEER', 'receipts of several senders at once: send each its own');
        ground = own;
      }
      if (!ground) return { heard: 0 };
      const heard = await takeReceipts(ground, came, road);
      this.#wakeOne(ground);
      return { heard };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const [first] = signed;
      if (first) await this.refused(error, { road, signed: first, ground, act: 'receipts refused' });
      throw error;
    }
  }

  /** Keeps what was refused, with its reason, for whoever looks into it. */
  async refused(
    { code, reason }: { readonly code: RefusalCode; readonly reason: string },
    came: {
      readonly road: string;
      readonly signed: Signed;
      readonly act: string;
      readonly ground?: PeerGround | undefined;
      readonly bundle?: Frame | undefined;
      readonly size?: number;
    },
  ): Promise<void> {
    const some = came.ground ?? this.options.grounds[0];
    if (!some) return;
    const { bundle, road, act } = came;
    const peer = came.ground?.peer.name ?? null;
    const named = { bundleId: bundle?.bundleId ?? null, seq: bundle?.seq ?? null };
    const raw = `${came.signed.body}\n${came.signed.signature}`;
    some.evidence.record({
      peer,
      act,
      road,
      kind: bundle?.kind ?? null,
      ...named,
      result: code,
      items: 0,
    });
    const size = came.size === undefined ? {} : { size: came.size };
    try {
      const seen = await keepRefusal(some.db.write, {
        peer,
        at: some.now(),
        road,
        code,
        reason,
        ...named,
        raw,
        ...size,
      });
      // Known by its signature, or it would have been refused for that: the two sides differ, and somebody has to look.
      if (came.ground && seen === 1 && FORKING_REFUSALS.includes(code))
        await raiseAlarm(came.ground, { kind: 'CHAIN', direction: bundle ? 'IN' : 'OUT', seq: named.seq, reason });
    } catch (error) {
      this.options.onError(peer ?? 'unknown', error);
    }
  }

  #groundOf({ from, to }: { readonly from: Party; readonly to: Party }): PeerGround {
    const ground = this.options.grounds.find(({ peer }) => sameParty(peer.party, from));
    if (!ground) throw new Refusal('WRONG_PEER', `${from.orgCode} of ${from.division} is no peer of this hub`);
    if (!sameParty(ground.own, to))
      throw new Refusal(
        'WRONG_PEER',
        `it is for ${to.orgCode} of ${to.division}; this is ${ground.own.orgCode} of ${ground.own.division}`,
      );
    return ground;
  }

  #wakeOne({ peer }: PeerGround): void {
    this.#peers.find(({ name }) => name === peer.name)?.wakeUp();
  }

  /** Each entry of the log only says that there may be something to tell: what there is stands in the outbox. */
  async #follow(): Promise<void> {
    const { log, onError, topics } = this.options;
    const { signal } = this.#abort;
    while (!signal.aborted && topics.length > 0)
      try {
        for await (const _ of await log.subscribe(topics, { signal })) for (const peer of this.#peers) peer.wakeUp();
      } catch (error) {
        if (signal.aborted) return;
        onError('log', messageOf(error));
        await wait(RETRY_MS, undefined, { signal }).catch(() => {});
      }
  }
}

const RETRY_MS = 1000;
