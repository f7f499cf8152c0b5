import type { LogHub } from '../../events/hub.js';
import { type AccessGrant, granteeOf, type Principal } from '../../model/access.js';
import type { AccessEntry } from '../../model/entry.js';
import { Sight } from '../../model/sight.js';
import type { Viewer } from '../../resolvers/viewer.js';

/** Why a session was ended, as its signal's reason. */
export type SessionEnd = 'revoked' | 'expired';

/** One use of a credential: a request, or a socket for as long as it is open. */
export interface Session {
  readonly viewer: Viewer;
  /** For uses that last: from when it resolves, the end of the credential and every change of grants is seen as the log tells of it. */
  keep(): Promise<void>;
  /** To be called once it is over. */
  close(): void;
}

export interface SessionsOptions {
  readonly log: LogHub;
  readonly now: () => Date;
  /** What is granted to a department or platform, as of its last reading. */
  readonly grants: (grantee: string) => readonly AccessGrant[];
  /** Reads anew whether an open session's credential still holds, and what is granted to its department; ends what does not hold. Never rejects. */
  readonly check: (session: OpenSession) => Promise<void>;
  readonly onEntry: (entry: AccessEntry) => void;
  readonly onLost: () => void;
}

export interface OpenSession {
  readonly principal: Principal;
  readonly abort: AbortController;
  /** A secret that a rotation has replaced opens until then. */
  readonly until: Date | null;
}

/** setTimeout's longest. */
const FAR_MS = 2_147_483_647;

/** The sessions that are open in this process: ended when their credential is. */
export class Sessions {
  readonly #open = new Set<OpenSession>();

  constructor(private readonly options: SessionsOptions) {
    options.log.watch(
      'access',
      ({ payload }) => this.#see(payload),
      () => {
        options.onLost();
        for (const session of this.#open) void options.check(session);
      },
    );
  }

  open(principal: Principal, seesExercises: boolean, until: Date | null = principal.expiresAt): Session {
    const abort = new AbortController();
    const session: OpenSession = { principal, abort, until };
    const grantee = granteeOf(principal);
    const sight = new Sight(principal, () => (grantee ? this.options.grants(grantee) : []), this.options.now);
    if (principal.kind !== 'ANONYMOUS') this.#open.add(session);
    const timer = until && this.#expireAt(until, abort);
    let release: (() => void) | undefined;
    return {
      viewer: { ...principal, sight, seesExercises, signal: abort.signal },
      keep: async () => {
        if (release || principal.kind === 'ANONYMOUS') return;
        release = await this.options.log.hold();
        // What was read before the log was held may have been changed unseen.
        await this.options.check(session);
      },
      close: () => {
        release?.();
        release = undefined;
        this.#open.delete(session);
        if (timer) clearTimeout(timer);
      },
    };
  }

  /** At its moment by the hub's clock; far ones are looked at again. */
  #expireAt(until: Date, abort: AbortController): NodeJS.Timeout {
    const wait = (): number => Math.min(Math.max(until.getTime() - this.options.now().getTime(), 0), FAR_MS);
    const timer = setTimeout(() => {
      if (wait() === 0) abort.abort('expired' satisfies SessionEnd);
      else timer.refresh();
    }, wait());
    timer.unref();
    return timer;
  }

  #see(entry: AccessEntry): void {
    this.options.onEntry(entry);
    if (entry.kind === 'grants') return;
    const id = entry.kind === 'key' ? `key:${entry.id}` : entry.id;
    for (const session of [...this.#open].filter(({ principal }) => principal.id === id)) {
      if (entry.revoked !== null) session.abort.abort('revoked' satisfies SessionEnd);
      else void this.options.check(session);
    }
  }
}
