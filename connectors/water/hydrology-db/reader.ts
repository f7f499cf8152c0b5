import type { SqlRow, SqlSession } from '../../shared/transports/sql-poll.js';
import type { Settings } from './config.js';
import { TABLE_NAMES, TABLES, type TableName } from './tables.js';

/** A table as it is in this database: its own spelling, and of the known columns those that it has. */
export interface FoundTable {
  readonly table: TableName;
  readonly from: string;
  readonly columns: ReadonlyMap<string, string>;
}

/** Looks up which tables there are. Throws where a table lacks a required column, where one name fits two, or where none is there. */
export async function findTables(session: SqlSession, { database, tables }: Settings): Promise<FoundTable[]> {
  const wanted = TABLE_NAMES.map((table) => ({ table, name: tables[table] ?? table }));
  const rows = await session.query(
    `SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = $1 AND lower(table_name) = ANY($2) ORDER BY table_name, column_name`,
    [database.schema, wanted.map(({ name }) => name.toLowerCase())],
  );
  const found = wanted.flatMap(({ table, name }) => {
    const one = spelling(rows, name);
    return one === undefined ? [] : [columnsOf(rows, table, one, database.schema)];
  });
  if (!found.some(({ table }) => TABLES[table].series))
    throw new Error(
      `schema ${database.schema} has none of ST_PPTN_R, ST_RIVER_R, ST_RSVR_R that this role may read: check the schema, the names and the grants`,
    );
  return found;
}

/** The exact name where it is there, else the one that differs in case only. */
function spelling(rows: readonly SqlRow[], name: string): string | undefined {
  const names = [...new Set(rows.map((row) => row.table_name ?? ''))];
  if (names.includes(name)) return name;
  const alike = names.filter((each) => each.toLowerCase() === name.toLowerCase());
  if (alike.length > 1) throw new Error(`${name} may be ${alike.join(' or ')}: name one in "tables"`);
  return alike[0];
}

function columnsOf(rows: readonly SqlRow[], table: TableName, name: string, schema: string): FoundTable {
  const { required, optional } = TABLES[table];
  const own = rows.filter((row) => row.table_name === name).map((row) => row.column_name ?? '');
  const columns = new Map<string, string>();
  for (const column of [...required, ...optional]) {
    const match = own.includes(column) ? column : own.find((each) => each.toUpperCase() === column);
    if (match !== undefined) columns.set(column, match);
  }
  const absent = required.filter((column) => !columns.has(column));
  if (absent.length > 0)
    throw new Error(`table ${name} has no column ${absent.join(', ')}, or this role may not read it`);
  return { table, from: `${quoted(schema)}.${quoted(name)}`, columns };
}

/** The rows of a table a page at a time; of a series those since a clock time in the session's zone, by time. */
export function readPages(
  session: SqlSession,
  { table, from, columns }: FoundTable,
  since?: string,
): AsyncGenerator<SqlRow[]> {
  const list = [...columns].map(([column, own]) => `${quoted(own)} AS ${quoted(column)}`).join(', ');
  const time = columns.get('TM');
  if (since === undefined || !time || !TABLES[table].series) return session.pages(`SELECT ${list} FROM ${from}`);
  const [tm, stcd] = [quoted(time), quoted(columns.get('STCD') ?? '')];
  return session.pages(`SELECT ${list} FROM ${from} WHERE ${tm} >= $1 ORDER BY ${tm}, ${stcd}`, [since]);
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
