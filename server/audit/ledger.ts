import { type AuditDraft, auditDay, dayText } from '../../model/audit.js';
import type { Queryable } from '../../prisma/database.js';
import { type AuditHead, appendAudit, insertAuditDay, lockAuditHead } from '../../prisma/store/write-audit.js';
import type { AuditKey } from './key.js';

/** Appends to the chain, in the caller's transaction, and signs each day's head once the next day begins. */
export class Ledger {
  #key: AuditKey | undefined;

  constructor(
    private readonly loadKey: () => AuditKey,
    private readonly now: () => Date,
  ) {}

  /** The key that signs. Throws where it cannot be read; asked again the next time. */
  key(): AuditKey {
    this.#key ??= this.loadKey();
    return this.#key;
  }

  /** Returns the chain's new end. Call it last, behind what is appended to the log: it stays locked until the transaction ends. */
  async append(client: Queryable, drafts: readonly AuditDraft[]): Promise<AuditHead> {
    // Without the key nothing is written that could not be signed.
    const key = this.key();
    const head = await lockAuditHead(client);
    const today = auditDay(this.now());
    // A clock that goes back does not open a day again.
    const day = head.day !== null && head.day > today ? head.day : today;
    if (head.day !== null && day > head.day) await this.#close(client, head as AuditHead & { day: string }, key);
    return appendAudit(client, head, day, drafts);
  }

  async #close(client: Queryable, head: AuditHead & { day: string }, key: AuditKey): Promise<void> {
    const { day, first, position: last, opening: previous, hash } = head;
    const ended = { day, first, last, previous, head: hash, signedAt: this.now() };
    await insertAuditDay(client, ended, key, key.sign(dayText(ended)));
  }
}
