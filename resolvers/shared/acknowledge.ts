import type { AcknowledgementRow } from '../../model/delivery.js';
import type { WarningSnapshot } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import { PUBLISHED } from '../../model/warning-sight.js';
import { acknowledge } from '../../prisma/store/acknowledgements.js';
import { recipientsBy, targetedAmong } from '../../prisma/store/recipients.js';
import { type HubContext, hasRole, renewLoaders, requireRole } from '../context.js';
import { idInput, noteInput } from './text-input.js';
import { stateOf, warning as warningOf } from './warning.js';

export interface WarningAcknowledged {
  readonly outcome: 'acknowledged';
  readonly warning: WarningSnapshot;
  readonly acknowledgements: readonly AcknowledgementRow[];
  /** All of it had been said before. */
  readonly repeated: boolean;
}

export const NOT_ACKNOWLEDGED = ['NOT_RELEASED', 'NO_RECIPIENT', 'NOT_YOURS', 'NOT_MEANT_FOR_IT'] as const;
export interface WarningNotAcknowledged {
  readonly outcome: 'not-acknowledged';
  readonly warning: WarningSnapshot;
  readonly reason: (typeof NOT_ACKNOWLEDGED)[number];
}

/** Whoever works for a department may say that a warning is known. */
const OFFICERS = ['READER', 'FEEDER', 'FORECASTER', 'RELEASER', 'DUTY_OFFICER'] as const;

/**
 * Takes down that a warning is known: by a recipient's own system (the recipients whose entry names this principal), by the duty officer
 * for a recipient, or by an officer for themselves. Once for each principal and recipient, however often and at whatever moment it is
 * said; after the warning is over it still counts, as late.
 */
export async function acknowledgeWarning(
  args: { identifier: string; recipient?: string | null | undefined; note?: string | null | undefined },
  context: HubContext,
): Promise<WarningAcknowledged | WarningNotAcknowledged> {
  requireRole(context, OFFICERS);
  const warning = await warningOf(args.identifier, context);
  if (!warning) throw new HubError('NOT_FOUND', `no warning "${args.identifier}"`);
  const note = noteInput('note', args.note) ?? null;
  if (!PUBLISHED.includes(warning.state)) return { outcome: 'not-acknowledged', warning, reason: 'NOT_RELEASED' };
  const recipients = await recipientsFor(warning, args.recipient, context);
  if (typeof recipients === 'string') return { outcome: 'not-acknowledged', warning, reason: recipients };
  const now = context.now();
  const late = stateOf(warning, context) !== 'ACTIVE';
  const base = { identifier: warning.identifier, principal: context.viewer.id, note, at: now, late };
  const written = await context.db.transaction((client) =>
    acknowledge(
      client,
      recipients.map((recipient) => ({ ...base, recipient })),
      now,
    ),
  );
  renewLoaders(context);
  return {
    outcome: 'acknowledged',
    warning,
    acknowledgements: written.map(({ row }) => row),
    repeated: written.every(({ added }) => !added),
  };
}

/** For whom: entries of the register, or nobody in it (''). */
async function recipientsFor(
  { identifier }: WarningSnapshot,
  asked: string | null | undefined,
  context: HubContext,
): Promise<readonly string[] | WarningNotAcknowledged['reason']> {
  const { db, viewer } = context;
  if (asked === null || asked === undefined) {
    const own = (await recipientsBy(db.read, { principal: viewer.id })).map(({ id }) => id);
    const meant = own.length > 0 ? await targetedAmong(db.read, identifier, own) : [];
    return meant.length > 0 ? meant : [''];
  }
  const [recipient] = await recipientsBy(db.read, { id: idInput('recipient', asked) });
  const may = recipient?.principal === viewer.id || hasRole(context, ['DUTY_OFFICER']);
  // Whether an entry exists is told to those only who may speak for any.
  if (!may) return 'NOT_YOURS';
  if (!recipient) return 'NO_RECIPIENT';
  const meant = await targetedAmong(db.read, identifier, [recipient.id]);
  return meant.length > 0 ? meant : 'NOT_MEANT_FOR_IT';
}
