import { HubError } from '../../model/errors.js';
import type { LiveNoun } from '../../model/live.js';
import type { RegisterFields } from '../../model/register.js';
import type { RegisterRow } from '../../model/rows.js';
import type { HubContext } from '../context.js';

/** What a department's own service says of one entry. */
export interface LiveNode {
  readonly feedId: string;
  readonly fields: RegisterFields;
  readonly observedAt: Date | null;
  readonly receivedAt: Date;
  readonly ageSeconds: number;
  readonly stale: boolean;
}

/**
 * Asks the service that this hub has for the noun, together with all other entries of the operation. Null where there is none, or
 * where it does not know the entry; throws SOURCE_UNAVAILABLE where it does not answer and there is no last known value.
 */
export async function live(noun: LiveNoun, row: RegisterRow, context: HubContext): Promise<LiveNode | null> {
  const answer = await context.loaders.live(noun.noun).load(row.code);
  if (!answer) return null;
  const { feedId } = answer;
  if (answer.value) {
    const { fields, observedAt, receivedAt } = answer.value;
    const ageSeconds = Math.max(0, (context.now().getTime() - receivedAt.getTime()) / 1000);
    return fields && { feedId, fields, observedAt, receivedAt, ageSeconds, stale: answer.stale };
  }
  const last = answer.lastReceivedAt ?? (await context.loaders.feed.load(feedId))?.lastReceivedAt ?? null;
  throw new HubError('SOURCE_UNAVAILABLE', `${feedId} gives no answer: ${answer.reason}`, {
    feed: feedId,
    lastReceivedAt: last?.toISOString() ?? null,
  });
}
