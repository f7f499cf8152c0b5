import type { FeedRecord, Reject } from '../../../model/record.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import type { Sl323Row } from '../../shared/codecs/sl323.js';
import type { TableName } from './tables.js';

/** Where one row's records and rejects go. */
export interface Sink {
  readonly records: FeedRecord[];
  readonly rejects: Reject[];
  /** Runs `read`. A DecodeError becomes a reject that holds the row's key and the columns named, the whole row where none is. */
  attempt<T>(columns: readonly string[], read: () => T): T | undefined;
}

/** A sink for one row that adds to the given lists. */
export function sinkOf(table: TableName, row: Sl323Row, records: FeedRecord[], rejects: Reject[]): Sink {
  return {
    records,
    rejects,
    attempt: (columns, read) => {
      try {
        return read();
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        const kept = columns.length === 0 ? row : pick(row, ['STCD', 'TM', ...columns]);
        rejects.push({
          raw: JSON.stringify({ table, ...kept }),
          reason: error.reason,
          detail: `${table}, station ${row.STCD?.trim() || '(none)'}: ${error.message}`,
        });
        return undefined;
      }
    },
  };
}

const pick = (row: Sl323Row, columns: readonly string[]): Sl323Row =>
  Object.fromEntries(columns.flatMap((column) => (row[column] === undefined ? [] : [[column, row[column]]])));
