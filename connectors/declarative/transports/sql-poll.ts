import { type SqlRow, withDatabase } from '../../shared/transports/sql-poll.js';
import type { Reader } from '../reader.js';
import { type SettingsOf, type Transport, takeReading } from './transport.js';

/**
 * Runs one SELECT in a transaction that may only read, from the watermark on. The watermark is that of the last row stored, and is
 * stored with it.
 */
export function sqlPoll(own: SettingsOf<'sql-poll'>, reader: Reader): Transport {
  const { query, watermark, maxRows, password, ...database } = own.database;
  const target = { ...database, url: withPassword(database.url, password) };
  return {
    everySeconds: own.pollSeconds,
    async run(context) {
      const start = watermark && ((await context.watermark()) ?? watermark.start);
      await withDatabase(target, own.zone, context, async (session) => {
        let count = 0;
        let mark = start;
        for await (const rows of session.pages(query, start === undefined ? [] : [start])) {
          const taken = rows.slice(0, maxRows - count);
          count += taken.length;
          mark = watermark && markOf(taken, watermark.column);
          const reading = await reader.read({ bytes: Buffer.from(JSON.stringify(taken)), about: {} });
          await takeReading(reading, context, mark);
          if (count >= maxRows) break;
        }
        if (count >= maxRows && mark === start)
          throw new Error(
            watermark
              ? `${maxRows} rows stand at one ${watermark.column}, "${mark}": raise database.maxRows`
              : `the query gives more than ${maxRows} rows: raise database.maxRows or give it a watermark`,
          );
      });
      context.contact();
    },
  };
}

function withPassword(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const whole = new URL(url);
  whole.password = encodeURIComponent(password);
  return whole.href;
}

/** Of the last row: the query orders by it. */
function markOf(rows: readonly SqlRow[], column: string): string {
  const mark = rows.at(-1)?.[column];
  if (typeof mark === 'string') return mark;
  throw new Error(`the query's last row has no ${column}: let it select that column, and none where it is null`);
}
