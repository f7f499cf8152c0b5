import type { LogHub } from '../../events/hub.js';
import { type AccessGrant, ANONYMOUS, granteeOf, type Principal, ROOT } from '../../model/access.js';
import { type ApiKeyText, opens, parseApiKey } from '../../model/api-key.js';
import { HubError } from '../../model/errors.js';
import type { Database } from '../../prisma/database.js';
import { isUnavailable } from '../../prisma/store/failure.js';
import { type ApiKeySecrets, grantsTo, isBlocked, readApiKey } from '../../prisma/store/read-access.js';
import { Briefly } from './briefly.js';
import { sameKey } from './kept-key.js';
import { type OpenSession, type Session, type SessionEnd, Sessions } from './sessions.js';
import type { AccessSettings } from './settings.js';
import { Tokens } from './tokens.js';

export interface IdentityOptions {
  readonly db: Database;
  readonly log: LogHub;
  readonly adminKey: string;
  readonly settings: AccessSettings;
  /** The whole hub is an exercise: whoever asks from its own machine may see it. */
  readonly demo: boolean;
  readonly now: () => Date;
}

/** How long what was read of a credential or a grant may serve: with the reading itself, less than the second in which a revocation must hold. */
const HELD_MS = 400;

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

interface Found {
  readonly principal: Principal;
  readonly until: Date | null;
}

/** Finds out who asks, and keeps their sessions. */
export class Identity {
  readonly #tokens: Tokens;
  readonly #sessions: Sessions;
  readonly #keys: Briefly<string, ApiKeySecrets | undefined>;
  readonly #blocked: Briefly<string, boolean>;
  readonly #grants = new Map<string, readonly AccessGrant[]>();
  readonly #reading: Briefly<string, void>;

  constructor(private readonly options: IdentityOptions) {
    const { db, log, now, settings } = options;
    this.#tokens = new Tokens(settings.issuers, now);
    this.#keys = new Briefly((id) => readApiKey(db.read, id), HELD_MS);
    this.#blocked = new Briefly((id) => isBlocked(db.read, id), HELD_MS);
    this.#reading = new Briefly(async (grantee) => {
      this.#grants.set(grantee, await grantsTo(db.read, grantee, now()));
    }, HELD_MS);
    this.#sessions = new Sessions({
      log,
      now,
      grants: (grantee) => this.#grants.get(grantee) ?? [],
      check: (session) => this.#check(session),
      onEntry: (entry) => {
        if (entry.kind === 'key') this.#keys.forget(entry.id);
        if (entry.kind === 'person') this.#blocked.forget(entry.id);
        if (entry.kind === 'grants') this.#regrant(entry.id, entry.revoked).catch(() => {});
      },
      onLost: () => {
        this.#keys.forgetAll();
        this.#blocked.forgetAll();
        // The check of each open session reads its department's grants anew.
        this.#grants.clear();
      },
    });
  }

  /**
   * A session of whoever sends this `authorization`; without one, of nobody known. UNAUTHENTICATED where it is wrong: a wrong key is not taken
   * for none, its bearer should notice. SOURCE_UNAVAILABLE where it cannot be judged at the moment.
   */
  async open(authorization: string | undefined, remoteAddress: string | undefined): Promise<Session> {
    const { principal, until } =
      authorization === undefined ? { principal: ANONYMOUS, until: null } : await this.#find(authorization);
    const grantee = granteeOf(principal);
    if (grantee) await this.#available(this.#reading.get(grantee));
    const known = principal.kind !== 'ANONYMOUS';
    const atHome = this.options.demo && LOOPBACK.test(remoteAddress ?? '');
    return this.#sessions.open(principal, known || atHome, until);
  }

  /** Who brings a push by an API key or a token; undefined where it is neither, or not valid. The admin key cannot be tried here. */
  async bearer(authorization: string | undefined): Promise<Principal | undefined> {
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (!token || !(parseApiKey(token) || token.split('.').length === 3)) return undefined;
    try {
      return (await this.#find(authorization as string)).principal;
    } catch (error) {
      if (error instanceof HubError && error.code === 'UNAUTHENTICATED') return undefined;
      throw error;
    }
  }

  async #find(authorization: string): Promise<Found> {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token) throw refused();
    if (sameKey(token, this.options.adminKey)) return { principal: ROOT, until: null };
    const key = parseApiKey(token);
    if (key) return this.#bearerOf(key);
    if (token.split('.').length !== 3) throw refused();
    const principal = await this.#tokens.principalOf(token);
    // A leeway for clocks that differ is for a token's beginning: its end is the end.
    if (principal.expiresAt && principal.expiresAt <= this.options.now()) throw refused(true);
    if (await this.#available(this.#fresh(this.#blocked, principal.id, (blocked) => !blocked))) throw refused(true);
    return { principal, until: principal.expiresAt };
  }

  async #bearerOf({ id, secret }: ApiKeyText): Promise<Found> {
    const found = await this.#available(this.#fresh(this.#keys, id, (row) => this.#opened(row, secret) !== undefined));
    const opened = this.#opened(found, secret);
    if (!opened) throw refused([found?.hash, found?.formerHash].some((hash) => hash && opens(secret, hash)));
    return opened;
  }

  /** A refusal is never by what was read a moment ago: a key made, rotated or let in again just now opens at once. */
  async #fresh<K, V>(held: Briefly<K, V>, key: K, good: (value: V) => boolean): Promise<V> {
    const value = await held.get(key);
    if (good(value)) return value;
    held.forget(key);
    return held.get(key);
  }

  #opened(row: ApiKeySecrets | undefined, secret: string): Found | undefined {
    const now = this.options.now();
    if (!row || row.revokedAt || row.expiresAt <= now) return undefined;
    const { department, roles, scopes, name, expiresAt } = row;
    const peer = row.peer ?? undefined;
    const principal: Principal = {
      id: `key:${row.id}`,
      kind: 'SYSTEM',
      ...{ name, department, peer, roles, scopes, expiresAt },
    };
    if (opens(secret, row.hash)) return { principal, until: expiresAt };
    const { formerHash, formerUntil } = row;
    if (!formerHash || !formerUntil || formerUntil <= now || !opens(secret, formerHash)) return undefined;
    return { principal, until: formerUntil < expiresAt ? formerUntil : expiresAt };
  }

  async #available<T>(reading: Promise<T>): Promise<T> {
    return reading.catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
      throw new HubError(
        'SOURCE_UNAVAILABLE',
        'credentials cannot be checked just now: try again',
        { retryAfterSeconds: 1 },
        { cause: error },
      );
    });
  }

  #regrant(grantee: string, revoked: string | null): Promise<void> {
    // What is revoked goes at once; what was granted comes with the next reading.
    this.#grants.set(
      grantee,
      (this.#grants.get(grantee) ?? []).filter(({ id }) => id !== revoked),
    );
    this.#reading.forget(grantee);
    return this.#reading.get(grantee);
  }

  async #check({ principal, abort }: OpenSession): Promise<void> {
    const end = (): void => abort.abort('revoked' satisfies SessionEnd);
    try {
      const grantee = granteeOf(principal);
      if (grantee) await this.#regrant(grantee, null);
      if (principal.id.startsWith('key:')) {
        const id = principal.id.slice('key:'.length);
        this.#keys.forget(id);
        const row = await this.#keys.get(id);
        if (!row || row.revokedAt) end();
      } else if (principal.kind === 'PERSON') {
        this.#blocked.forget(principal.id);
        if (await this.#blocked.get(principal.id)) end();
      }
    } catch {
      // It cannot be judged now: whoever comes back is judged again.
      end();
    }
  }
}

/** The caller is not told, but the hub itself, whether it was good once: then nobody is guessing. */
const refused = (once = false): HubError =>
  new HubError('UNAUTHENTICATED', 'the key or token is not valid', {}, once ? { cause: 'ended' } : undefined);
