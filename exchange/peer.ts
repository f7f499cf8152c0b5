import { messageOf } from '../model/errors.js';
import { heartbeatDue } from '../prisma/store/exchange-heartbeat.js';
import { tellPeers } from '../prisma/store/exchange-outbox.js';
import { movePeer } from '../prisma/store/exchange-peers.js';
import { announceNewest } from './announce.js';
import { applyNext, tellNextAct } from './apply.js';
import { cutText } from './canonical.js';
import type { PeerGround } from './ground.js';
import { tellDigests } from './kinds/tell.js';
import { Loop } from './loop.js';
import { watchOverdue } from './overdue.js';
import { seal } from './seal.js';
import { sendNext } from './send.js';
import { signAnew } from './sign-anew.js';
import type { Notices } from './transports/notices.js';
import type { Fetcher, Reception, Transport } from './transports/transport.js';

export interface PeerOptions {
  readonly ground: PeerGround;
  /** Without one the peer comes and gets what is for it. */
  readonly transport: Transport | undefined;
  readonly fetcher: Fetcher | undefined;
  readonly fetchEveryMs: number;
  /** Tells the peer that something lies ready, and hears it from the peer. */
  readonly notices?: Notices | undefined;
  readonly retry: { readonly firstMs: number; readonly longestMs: number };
  readonly reception: Reception;
  readonly onError: (peer: string, error: unknown) => void;
  /** Its line fails, or it takes nothing; told once for each reason, and again after it has worked. */
  readonly onDown: (peer: string, reason: string) => void;
}

/** Nobody wakes a loop for what another process has written: it looks by itself this often. */
const LOOK_MS = 5000;

/** One peer at work. Handing over, carrying out, fetching and watching over receipts each have a loop; none waits for another peer. */
export class Peer {
  readonly #out: Loop;
  readonly #in: Loop;
  readonly #fetch: Loop | undefined;
  readonly #watch: Loop;
  /** True until it has worked once: an earlier process may have left its fault. */
  #fetchFailed = true;
  /** Of the line, as it was last told. */
  #fault: string | undefined;
  /** After a failure what had to wait for the other comes first. */
  #bundleFirst = false;

  constructor(private readonly options: PeerOptions) {
    const { fetcher, fetchEveryMs, retry } = options;
    const loop = (round: (signal: AbortSignal) => Promise<boolean>, line: boolean, everyMs = LOOK_MS): Loop =>
      new Loop({ round, everyMs, retry, onError: (error) => this.#failed(error, line) });
    this.#out = loop((signal) => this.#handOver(signal), true);
    this.#in = loop(() => this.#carryOut(), false);
    this.#watch = loop(() => this.#watchOver(), false);
    this.#fetch = fetcher && loop((signal) => this.#get(fetcher, signal), true, fetchEveryMs);
  }

  get name(): string {
    return this.options.ground.peer.name;
  }

  start(): void {
    for (const loop of this.#loops) loop.start();
    this.options.notices?.start(() => this.#fetch?.wake());
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    const { fetcher, notices, transport } = this.options;
    await Promise.all([transport?.close?.(), fetcher?.close?.(), notices?.stop()]);
  }

  /** Something is to be told, or has come: to hand over and to carry out. Nothing of it lies at the peer, and no time has passed. */
  wakeUp(): void {
    this.#out.wake();
    this.#in.wake();
  }

  /** Looks after everything. */
  wake(): void {
    for (const loop of this.#loops) loop.wake();
  }

  get #loops(): readonly Loop[] {
    return [this.#out, this.#in, this.#watch, ...(this.#fetch ? [this.#fetch] : [])];
  }

  async #handOver(signal: AbortSignal): Promise<boolean> {
    const { ground, notices, reception, transport } = this.options;
    const sealed = await seal(ground);
    if (sealed > 0 && !transport && notices) await announceNewest(ground, notices);
    if (sealed > 0) return true;
    if (!transport) return false;
    const bundleFirst = this.#bundleFirst;
    this.#bundleFirst = !bundleFirst;
    const more = await sendNext({ ground, transport, reception, signal, bundleFirst });
    this.#bundleFirst = false;
    if (more) this.#fault = undefined;
    return more;
  }

  /** What was said to be wrong with a road that only fetches is over once it works. */
  async #get(fetcher: Fetcher, signal: AbortSignal): Promise<boolean> {
    const { ground, reception } = this.options;
    const failed = this.#fetchFailed;
    this.#fetchFailed = true;
    const more = await fetcher.fetch(reception, signal);
    this.#fetchFailed = false;
    if (failed) await movePeer(ground.db.write, this.name, { fault: null });
    return more;
  }

  async #carryOut(): Promise<boolean> {
    const { ground } = this.options;
    const more = (await applyNext(ground)) || (await tellNextAct(ground));
    // Its receipts go out at once.
    if (more) this.#out.wake();
    return more;
  }

  /** Says which bundles lack their receipt for too long, and gives a sign of life where one is due. */
  async #watchOver(): Promise<boolean> {
    const { db, now, peer } = this.options.ground;
    await watchOverdue(this.options.ground);
    while (await signAnew(this.options.ground));
    const at = now();
    if (await heartbeatDue(db.write, peer.name, new Date(at.getTime() - peer.heartbeatMs))) {
      await tellPeers(db.write, { source: 'heartbeat', key: peer.name, at, payload: {} }, peer.name);
      this.#out.wake();
    }
    // Last: a digest that cannot be made keeps nothing else from being done.
    if ((await tellDigests(db, [{ peer, kinds: peer.kinds }], at)) > 0) this.#out.wake();
    return false;
  }

  async #failed(error: unknown, line: boolean): Promise<void> {
    const { ground, onDown, onError } = this.options;
    if (!line) return onError(this.name, error);
    const fault = cutText(messageOf(error), 1000);
    if (fault !== this.#fault) onDown(this.name, fault);
    this.#fault = fault;
    await movePeer(ground.db.write, this.name, { fault, faultAt: ground.now() });
  }
}
