import { parseTime } from '../../../model/time.js';
import { clockOf, type Sl323Row } from '../../shared/codecs/sl323.js';
import type { Settings } from './config.js';
import { isTableName, type TableName } from './tables.js';

/** The newest TM taken in of each table, as clock time in the feed's zone. */
export type Marks = Readonly<Partial<Record<TableName, string>>>;

/** What an earlier round left; nothing where there was none or it cannot be read. */
export function readMarks(text: string | undefined): Marks {
  try {
    const parsed: unknown = JSON.parse(text ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(
      Object.entries(parsed).filter(([table, mark]) => isTableName(table) && typeof mark === 'string'),
    );
  } catch {
    return {};
  }
}

/** Where a round begins to read: `overlapMinutes` before the mark, or `backfillHours` before now. Clock time in the feed's zone. */
export function readFrom(mark: string | undefined, own: Settings, now: Date): string {
  const newest = mark === undefined ? undefined : parseTime(mark, own.zone);
  const from = newest ? newest.getTime() - own.overlapMinutes * 60_000 : now.getTime() - own.backfillHours * 3_600_000;
  return clockOf(new Date(from), own.zone);
}

/** The marks after a page. A time ahead of now moves none: readings of the time between are still to come. */
export function advance(marks: Marks, table: TableName, rows: readonly Sl323Row[], nowClock: string): Marks {
  const newest = rows.reduce<string>((best, row) => {
    const clock = (row.TM ?? '').trim().slice(0, 19);
    return clock > best && clock <= nowClock ? clock : best;
  }, marks[table] ?? '');
  return newest === '' ? marks : { ...marks, [table]: newest };
}
