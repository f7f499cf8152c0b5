import type { AuditDraft, AuditKind } from '../../model/audit.js';

/** The most that wait at one time. */
const MOST = 10_000;
/** Of these, from callers whom nobody knows: they cannot fill what known ones need. */
const MOST_STRANGERS = 500;

/** Nobody in particular. */
const NOBODY: AuditDraft['principal'] = { id: 'hub', kind: 'SYSTEM', name: 'hub', department: null, roles: [] };

/** What waits to be written. Like operations of nobody known are one row, counted; what finds no room is counted and told as LOST. */
export class Pending {
  #drafts: AuditDraft[] = [];
  readonly #strangers = new Map<string, AuditDraft>();
  #missed = 0;
  #missedSince: Date | undefined;
  #lost = 0;

  constructor(private readonly now: () => Date) {}

  get length(): number {
    return this.#drafts.length + this.#strangers.size + (this.#missed > 0 ? 1 : 0);
  }

  get isFull(): boolean {
    return this.#drafts.length >= MOST;
  }

  /** Operations that were never written down one by one. */
  get lost(): number {
    return this.#lost;
  }

  add(draft: AuditDraft): void {
    if (draft.principal.kind === 'ANONYMOUS') this.#addStranger(draft);
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
    taken.push(...this.#strangers.values());
    this.#strangers.clear();
    if (this.#missed > 0) taken.push(this.#loss());
    return taken;
  }

  putBack(drafts: readonly AuditDraft[]): void {
    for (const draft of drafts) {
      if (draft.kind !== 'LOST') continue;
      this.#missed += draft.times;
      this.#missedSince = draft.at;
    }
    const known = drafts.filter(({ kind, principal }) => kind !== 'LOST' && principal.kind !== 'ANONYMOUS');
    this.#drafts = [...known, ...this.#drafts];
    for (const draft of drafts) if (draft.principal.kind === 'ANONYMOUS') this.#addStranger(draft);
  }

  #addStranger(draft: AuditDraft): void {
    const like = [draft.kind, draft.address, draft.result, draft.operation, draft.rootFields, draft.variables];
    const full = this.#strangers.size >= MOST_STRANGERS;
    const key = JSON.stringify(full ? [draft.kind, draft.result] : like);
    const before = this.#strangers.get(key);
    const kept = full ? { ...draft, address: null, operation: null, document: null, variables: null } : draft;
    this.#strangers.set(key, before ? joined(before, draft) : kept);
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

/** Two rows of strangers as one. */
const joined = (a: AuditDraft, b: AuditDraft): AuditDraft => ({
  ...a,
  document: a.document === b.document ? a.document : null,
  feeds: [...new Set([...a.feeds, ...b.feeds])].sort(),
  rowCount: Math.min(a.rowCount + b.rowCount, 2_147_483_647),
  times: a.times + b.times,
  requestId: null,
  milliseconds: Math.max(a.milliseconds, b.milliseconds),
});
