import type { Outcome } from '../../../model/record.js';
import type { Connector, FeedContext } from '../../connector.js';
import { clockOf } from '../../shared/codecs/sl323.js';
import { listedStations } from '../../shared/listed-stations.js';
import { type SqlSession, withDatabase } from '../../shared/transports/sql-poll.js';
import { withInput } from '../../shared/with-input.js';
import { type Settings, settings } from './config.js';
import { normalize, normalizeRows } from './normalize.js';
import { type FoundTable, findTables, readPages } from './reader.js';
import { TABLES, type TableRows } from './tables.js';
import { advance, type Marks, readFrom, readMarks } from './watermark.js';

const connector: Connector<Settings> = {
  id: 'water/hydrology-db',
  department: 'WATER',
  title: { en: 'Hydrological database', zh: '水文数据库' },
  freshness: 'observation',
  settings,
  create(own) {
    let registryDueAt = 0;
    return {
      everySeconds: own.pollSeconds,
      async run(context) {
        await withDatabase(own.database, own.zone, context, async (session) => {
          const tables = await findTables(session, own);
          if (context.now().getTime() >= registryDueAt) {
            await readRegistry(session, tables, own, context);
            registryDueAt = context.now().getTime() + own.registrySeconds * 1000;
          }
          await readSeries(session, tables, own, context);
        });
      },
      replay: (input, now) => normalize(input, own, now, 'kept'),
    };
  },
};

/** Of one page of rows. */
const read = (rows: TableRows, own: Settings): Outcome =>
  withInput(normalizeRows(rows, own), () => JSON.stringify(rows));

/** Stations before thresholds before readings: each needs what comes before it. */
async function readRegistry(
  session: SqlSession,
  tables: readonly FoundTable[],
  own: Settings,
  context: FeedContext,
): Promise<void> {
  const listed = listedStations(own.stations, own.crs);
  if (listed.length > 0) await context.take({ records: listed, rejects: [] });
  for (const found of tables.filter(({ table }) => !TABLES[table].series))
    for await (const rows of readPages(session, found)) await context.take(read({ [found.table]: rows }, own));
}

async function readSeries(
  session: SqlSession,
  tables: readonly FoundTable[],
  own: Settings,
  context: FeedContext,
): Promise<void> {
  let marks: Marks = readMarks(await context.watermark());
  for (const found of tables.filter(({ table }) => TABLES[table].series)) {
    const now = context.now();
    const from = readFrom(marks[found.table], own, now);
    for await (const rows of readPages(session, found, from)) {
      marks = advance(marks, found.table, rows, clockOf(now, own.zone));
      await context.take({ ...read({ [found.table]: rows }, own), watermark: JSON.stringify(marks) });
    }
  }
}

export default connector;
