import type { ExchangeAlarm } from '../model/entry.js';
import { markOverdue, type Overdue, readOverdue, saveOverdueTold } from '../prisma/store/exchange-overdue.js';
import { lockPeer } from '../prisma/store/exchange-peers.js';
import type { PeerGround } from './ground.js';
import { raiseAlarms } from './receipts.js';

/**
 * Watches over the receipts of one peer. All that is overdue is one alarm: raised with the first bundle, told again when twice or half as many are
 * overdue as it says, and cleared with the last; what is overdue later raises it anew.
 */
export async function watchOverdue(ground: PeerGround): Promise<void> {
  const { db, now, peer } = ground;
  const at = now();
  const limit = new Date(at.getTime() - peer.receiptWithinMs);
  const seen = await readOverdue(db.write, peer.name, limit);
  if (!seen || (seen.unmarked === 0 && !changeOf(seen))) return;
  let alarms: readonly ExchangeAlarm[] = [];
  await db.transaction(async (client) => {
    await lockPeer(client, peer.name);
    await markOverdue(client, peer.name, limit, at);
    const late = await readOverdue(client, peer.name, limit);
    const change = late && changeOf(late);
    if (!change) return;
    await saveOverdueTold(client, peer.name, late.count);
    alarms = await raiseAlarms(client, ground, [alarmOf(late, change, peer.receiptWithinMs)]);
  });
  // Somebody is called once.
  for (const alarm of alarms) if (alarm.change === 'RAISED') ground.onAlarm(alarm);
}

function changeOf({ count, told }: Overdue): ExchangeAlarm['change'] {
  if (told === 0) return count > 0 ? 'RAISED' : undefined;
  if (count === 0) return 'CLEARED';
  return count >= 2 * told || 2 * count <= told ? 'UPDATED' : undefined;
}

function alarmOf(
  { count, kind, seq, since, told }: Overdue,
  change: ExchangeAlarm['change'],
  withinMs: number,
): Omit<ExchangeAlarm, 'peer'> {
  const made = since?.toISOString() ?? null;
  const reason =
    change === 'CLEARED'
      ? `nothing is overdue any more; ${told} were`
      : `${count} overdue, each to be carried out within ${withinMs / 1000} s; the oldest is seq ${seq} (${kind}) of ${made}`;
  return { kind: 'OVERDUE', change, direction: 'OUT', seq, reason, count, since: made };
}
