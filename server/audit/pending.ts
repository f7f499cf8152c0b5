import { type AuditDraft, type AuditKind, isFeedKey } from '../../model/audit.js';

/** The most that wait at one time. */
const MOST = 10_000;
/** Different rows of callers whom nobody knows: they cannot fill what known ones need. */
const MOST_STRANGERS = 500;
/** Different rows of pushes that are counted. */
const MOST_PUSHES = 1000;

/** Nobody in particular. */
const NOBODY: AuditDraft['principal'] = { id: 'hub', kind: 'SYSTEM', name: 'hub', department: null, roles: [] };

/** Of a feed's own key nobody in particular is told apart; what is refused for want of evidence is sent again and again. */
const isCounted = ({ kind, principal, result }: AuditDraft): boolean =>
  kind === 'PUSH' && (isFeedKey(principal) || result === 'SOURCE_UNAVAILABLE');

/**
 * What waits to be written. Like operations of nobody known are one row, counted, and so are like pushes by a feed's own key; what finds no room
 * is counted and told as LOST.
 */
export class Pending {
  #drafts: AuditDraft[] = [];
  readonly #strangers = new Alike(MOST_STRANGERS);
  readonly #pushes = new Alike(MOST_PUSHES);
  #missed = 0;
  #missedSince: Date | undefined;
  #lost = 0;

  constructor(private readonly now: () => Date) {}

  get length(): number {
    return this.#drafts.length + this.#pushes.size + this.#strangers.size + (this.#missed > 0 ? 1 : 0);
  }

  get isFull(): boolean {
    return this.#drafts.length >= MOST;
  }

  /** Operations that were never written down one by one. */
  get lost(): number {
    return this.#lost;
  }

  add(draft: AuditDraft): void {
    const alike = this.#alikeOf(draft);
    if (alike) alike.add(draft);
    else if (this.isFull) {
      this.#missed += draft.times;
      this.#lost += draft.times;
      this.#missedSince ??= draft.at;
    } else this.#drafts.push(draft);
  }

  /** Takes out up to so many, the oldest first. */
  take(most: number): AuditDraft[] {
    const taken = this.#drafts.splice(0, most);
    if (taken.length === most) return taken;
    taken.push(...this.#pushes.take(), ...this.#strangers.take());
    if (this.#missed > 0) taken.push(this.#loss());
    return taken;
  }

  putBack(drafts: readonly AuditDraft[]): void {
    for (const draft of drafts) {
      if (draft.kind !== 'LOST') continue;
      this.#missed += draft.times;
      this.#missedSince = draft.at;
    }
    const single = drafts.filter((draft) => draft.kind !== 'LOST' && !this.#alikeOf(draft));
    this.#drafts = [...single, ...this.#drafts];
    for (const draft of drafts) this.#alikeOf(draft)?.add(draft);
  }

  #alikeOf(draft: AuditDraft): Alike | undefined {
    if (draft.principal.kind === 'ANONYMOUS') return this.#strangers;
    return isCounted(draft) ? this.#pushes : undefined;
  }

  #loss(): AuditDraft {
    const at = this.#missedSince ?? this.now();
    const times = this.#missed;
    this.#missed = 0;
    this.#missedSince = undefined;
    return {
      ...{ at, kind: 'LOST' satisfies AuditKind, principal: NOBODY, operation: null, document: null, rootFields: [] },
      ...{ variables: null, grants: [], feeds: [], result: 'NOT_RECORDED', outcome: null, rowCount: 0, times },
      ...{ requestId: null, address: null, milliseconds: this.now().getTime() - at.getTime() },
    };
  }
}

/** Rows that are counted; beyond so many different ones by principal and result alone. */
class Alike {
  readonly #rows = new Map<string, AuditDraft>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#rows.size;
  }

  add(draft: AuditDraft): void {
    const { kind, principal, result, address, operation, rootFields, variables } = draft;
    const full = this.size >= this.most;
    const like = full ? [] : [address, operation, rootFields, variables];
    const key = JSON.stringify([kind, principal.id, result, ...like]);
    const before = this.#rows.get(key);
    const general = { ...draft, address: null, operation: null, document: null, rootFields: [], variables: null };
    const kept = full ? general : draft;
    this.#rows.set(key, before ? joined(before, draft) : kept);
  }

  take(): AuditDraft[] {
    const taken = [...this.#rows.values()];
    this.#rows.clear();
    return taken;
  }
}

/** Two rows that are alike as one. */
const joined = (a: AuditDraft, b: AuditDraft): AuditDraft => ({
  ...a,
  document: a.document === b.document ? a.document : null,
  outcome: a.outcome ?? b.outcome,
  feeds: [...new Set([...a.feeds, ...b.feeds])].sort(),
  rowCount: Math.min(a.rowCount + b.rowCount, 2_147_483_647),
  times: a.times + b.times,
  requestId: null,
  milliseconds: Math.max(a.milliseconds, b.milliseconds),
});
