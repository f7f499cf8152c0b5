import { auditText, dayText, sha256 } from '../../model/audit.js';
import type { Queryable } from '../../prisma/database.js';
import {
  readAuditDays,
  readAuditFloor,
  readAuditKeys,
  readChain,
  type SignedDay,
} from '../../prisma/store/read-audit-chain.js';
import { readAuditHead } from '../../prisma/store/write-audit.js';
import type { AuditKey } from './key.js';

const PER_READ = 2000;

/**
 * The whole audit as lines for tools/verify-audit.mjs, each with its line feed (docs/audit.md): a first line, rows with the signed head behind
 * each day, and the end as of this moment, signed. Run it in one transaction of REPEATABLE READ. `onRows` is told how many rows have gone by.
 */
export async function* exportAudit(
  db: Queryable,
  key: AuditKey,
  now: Date,
  onRows: (rows: number) => void = () => {},
): AsyncGenerator<string> {
  const head = await readAuditHead(db);
  const floor = await readAuditFloor(db);
  const keys = [...new Set([...(await readAuditKeys(db)), key.pem])];
  const header = JSON.stringify({ audit: 'fenghuo-audit-1', exportedAt: now.toISOString(), first: floor + 1, keys });
  yield `${header}\n`;
  let after = floor;
  for (const day of await readAuditDays(db)) {
    if (day.last > floor) yield* rows(db, after, day.last, floor, onRows);
    after = Math.max(after, day.last);
    yield dayLine(day);
  }
  yield* rows(db, after, Number.MAX_SAFE_INTEGER, floor, onRows);
  const end = JSON.stringify({ header: sha256(header), last: head.position, hash: head.hash });
  yield `{"signature":"${key.sign(end).toString('hex')}","key":"${key.id}","end":${end}}\n`;
}

async function* rows(
  db: Queryable,
  from: number,
  upTo: number,
  floor: number,
  onRows: (rows: number) => void,
): AsyncGenerator<string> {
  for (let after = from; ; ) {
    const found = await readChain(db, after, upTo, PER_READ);
    if (found.length > 0)
      yield found
        .map(({ entry, variables, hash }) => `{"hash":"${hash}","entry":${auditText(entry, variables)}}\n`)
        .join('');
    after = found.at(-1)?.entry.position ?? after;
    onRows(after - floor);
    if (found.length < PER_READ) return;
  }
}

const dayLine = ({ key, signature, ...day }: SignedDay): string =>
  `{"signature":"${signature}","key":"${key}","day":${dayText(day)}}\n`;
