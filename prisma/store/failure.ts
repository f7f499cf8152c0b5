/**
 * SQLSTATE classes that say the database cannot serve now, rather than that the data is bad: connection exception,
 * transaction rollback (deadlock), insufficient resources (disk full), operator intervention (shutdown, timeout), system error,
 * read-only transaction, lock not available.
 */
const UNAVAILABLE = /^(08|40|53|57|58|25006|55P03|F0|XX)/;
/** The same by Prisma's own codes: not reached, timed out, closed, no connection left, conflict of transactions. */
const PRISMA_UNAVAILABLE = /^P(1001|1002|1008|1011|1017|2024|2034|2037)$/;

/** True where the same write may succeed later unchanged; false where the data itself was refused. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
    return UNAVAILABLE.test(code) || PRISMA_UNAVAILABLE.test(code);
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true;
  return /timeout|connection|terminat|pool|socket/i.test(error.message);
}
