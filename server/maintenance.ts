import { dropOldEntries } from '../events/retention.js';
import { auditDay } from '../model/audit.js';
import type { LogTopic } from '../model/entry.js';
import type { Database } from '../prisma/database.js';
import { dropAuditDays } from '../prisma/store/drop-audit.js';
import { dropOldExchange } from '../prisma/store/drop-exchange.js';
import { dropOldHoldings } from '../prisma/store/exchange-holdings.js';
import { dropOldRefusals } from '../prisma/store/exchange-refusals.js';
import type { Partitions } from '../prisma/store/partitions.js';
import { dropOldDispatches } from '../prisma/store/plan-deliveries.js';
import { dropOldChannelRejections } from '../prisma/store/send-deliveries.js';
import { dropOldRejections } from '../prisma/store/write-rejections.js';
import type { Job } from './clockwork.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 10 * 60_000;

export interface Keeping {
  readonly keepObservationsDays: number;
  readonly keepLogDays: number;
  readonly keepRejectionsDays: number;
  readonly keepAuditDays: number;
  readonly keepDeliveriesDays: number;
  readonly keepExchangeDays: number;
}

/** Makes partitions ahead and drops what is past its keeping: observations by the day, log entries by topic, rejections, the audit by the day. */
export const maintenanceJob = (db: Database, partitions: Partitions, keeping: Keeping, now: () => Date): Job => ({
  name: 'retention',
  run: async (signal) => {
    const before = (days: number): Date => new Date(now().getTime() - days * DAY_MS);
    await partitions.ahead(now(), 3);
    await partitions.dropBefore(before(keeping.keepObservationsDays));
    // Observations only wake subscribers: the rows themselves are kept elsewhere.
    const kept: readonly (readonly [LogTopic, Date])[] = [
      ['observation', new Date(now().getTime() - 3_600_000)],
      ['warning', before(keeping.keepLogDays)],
      ['feed', before(keeping.keepLogDays)],
      ['incident', before(keeping.keepLogDays)],
      ['exchange', before(keeping.keepLogDays)],
      ['instruction', before(keeping.keepLogDays)],
      ['access', before(1)],
    ];
    for (const [topic, limit] of kept) await dropOldEntries(db, topic, limit);
    await dropOldRejections(db.write, before(keeping.keepRejectionsDays));
    await dropAuditDays(db, auditDay(before(keeping.keepAuditDays + 1)));
    await dropOldChannelRejections(db.write, before(keeping.keepRejectionsDays));
    const exchanged = before(keeping.keepExchangeDays);
    while (!signal.aborted && (await db.transaction((client) => dropOldExchange(client, exchanged))));
    await dropOldRefusals(db.write, before(keeping.keepExchangeDays));
    await dropOldDispatches(db.write, before(keeping.keepDeliveriesDays));
    await dropOldHoldings(db.write, {
      versions: before(keeping.keepLogDays),
      contents: before(keeping.keepObservationsDays),
    });
    return EVERY_MS;
  },
});
