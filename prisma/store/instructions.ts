import type { InstructionDirection, InstructionRow, InstructionState } from '../../model/instruction.js';
import type { Page } from '../../model/rows.js';
import type { Database, Queryable } from '../database.js';
import { decodeKey, encodeKey, type PageRequest, pageSize, toPage, Where } from './keyset.js';

const FIELDS = [
  ...['id', 'direction', 'peer', 'originId', 'title', 'text', 'hazardCode', 'divisionCodes', 'status', 'issuedAt'],
  ...['issuedBy', 'dueAt', 'state', 'acknowledgedAt', 'acknowledgeNote', 'acknowledgedBy', 'outcome', 'outcomeAt'],
  ...['outcomeText', 'outcomeBy', 'cancelledAt', 'cancelReason', 'revision', 'changedAt', 'bundleId', 'bundleSeq'],
] as const;
const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** The select list of an InstructionRow. */
const COLUMNS = FIELDS.map((name) => `${snake(name)} AS "${name}"`).join(', ');
const recordOf = (row: object): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).map(([name, value]) => [snake(name), value])));

/** The call by which an instruction was issued. */
export interface InstructionCall {
  readonly key: string;
  readonly hash: Buffer;
}

/** Holds up whoever issues under the same key, until the transaction ends; what was issued under it, if anything was. */
export async function lockInstructionCall(
  client: Queryable,
  principal: string,
  key: string,
): Promise<{ readonly row: InstructionRow; readonly hash: Buffer } | undefined> {
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`instruction ${principal} ${key}`]);
  const { rows } = await client.query<InstructionRow & { hash: Buffer }>(
    `SELECT ${COLUMNS}, input_hash AS hash FROM instruction WHERE issued_by = $1 AND idempotency_key = $2`,
    [principal, key],
  );
  if (!rows[0]) return undefined;
  const { hash, ...row } = rows[0];
  return { row, hash };
}

/** Locked until the transaction ends; undefined for an unknown id. */
export const lockInstruction = (client: Queryable, id: string): Promise<InstructionRow | undefined> =>
  lock(client, 'id = $1', [id]);

/** The same by what its issuer calls it. */
export const lockOrigin = (
  client: Queryable,
  { direction, peer, originId }: Pick<InstructionRow, 'direction' | 'peer' | 'originId'>,
): Promise<InstructionRow | undefined> =>
  lock(client, 'direction = $1 AND peer = $2 AND origin_id = $3', [direction, peer, originId]);

/** What came in one bundle is changed one at a time: of two that finish at once, the later one sees that the earlier is finished. */
async function lock(client: Queryable, which: string, values: readonly string[]): Promise<InstructionRow | undefined> {
  await client.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('instructions of ' || peer || ' ' || bundle_seq, 0)) FROM instruction
     WHERE ${which} AND bundle_seq IS NOT NULL`,
    [...values],
  );
  const { rows } = await client.query<InstructionRow>(`SELECT ${COLUMNS} FROM instruction WHERE ${which} FOR UPDATE`, [
    ...values,
  ]);
  return rows[0];
}

/** Inserts an instruction, or writes how it stands now. */
export async function saveInstruction(client: Queryable, row: InstructionRow, call?: InstructionCall): Promise<void> {
  const columns = FIELDS.map(snake);
  await client.query(
    `INSERT INTO instruction (${columns.join(', ')}, idempotency_key, input_hash)
     SELECT ${columns.join(', ')}, $2::text, $3::bytea FROM jsonb_populate_record(NULL::instruction, $1)
     ON CONFLICT (id) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
    [recordOf(row), call?.key ?? null, call?.hash ?? null],
  );
}

export interface InstructionQuery extends PageRequest {
  readonly directions?: readonly InstructionDirection[] | undefined;
  readonly states?: readonly InstructionState[] | undefined;
  readonly peers?: readonly string[] | undefined;
  /** True: only those whose time is over and that are not finished; false: none of them. */
  readonly overdue?: boolean | undefined;
  readonly now: Date;
}

export type NumberedInstruction = InstructionRow & { readonly number: number };

/** The last that came or were issued first. */
export async function readInstructions(db: Database, query: InstructionQuery): Promise<Page<NumberedInstruction>> {
  const size = pageSize(query);
  const where = new Where();
  const after = decodeKey(query.after, 'number')?.[0];
  if (after !== undefined) where.and('number < ?::bigint', after);
  if (query.directions) where.and('direction = ANY(?)', query.directions);
  if (query.states) where.and('state = ANY(?)', query.states);
  if (query.peers) where.and('peer = ANY(?)', query.peers);
  if (query.overdue !== undefined)
    where.and(`(due_at < ? AND state IN ('OPEN', 'ACKNOWLEDGED', 'PARTLY')) = ?`, query.now, query.overdue);
  const { rows } = await db.read.query<NumberedInstruction>(
    `SELECT ${COLUMNS}, number FROM instruction ${where.sql} ORDER BY number DESC LIMIT ${where.bind(size + 1)}`,
    where.values,
  );
  return toPage(rows, size, (row) => encodeKey(String(row.number)));
}

export async function readInstruction(db: Queryable, id: string): Promise<InstructionRow | undefined> {
  const { rows } = await db.query<InstructionRow>(`SELECT ${COLUMNS} FROM instruction WHERE id = $1`, [id]);
  return rows[0];
}
