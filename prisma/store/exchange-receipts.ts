import type { ReceiptState, Signed } from '../../model/exchange.js';
import type { Queryable } from '../database.js';

export type Issuer = 'OURS' | 'THEIRS';

/** A receipt as it is kept. */
export interface ReceiptRow extends Signed {
  readonly peer: string;
  readonly issuer: Issuer;
  readonly number: number;
  readonly bundleId: string;
  readonly seq: number;
  readonly state: ReceiptState;
  readonly at: Date;
  readonly hash: string;
  readonly previous: string;
  readonly storedAt: Date;
}

export const RECEIPT_COLUMNS = `peer, issuer, number, bundle_id AS "bundleId", seq, state, at, body, signature, hash, previous,
  stored_at AS "storedAt"`;

export async function insertReceipt(client: Queryable, row: ReceiptRow): Promise<void> {
  await client.query(
    `INSERT INTO exchange_receipt (peer, issuer, number, bundle_id, seq, state, at, body, signature, hash, previous, stored_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[row.peer, row.issuer, row.number, row.bundleId, row.seq, row.state, row.at, row.body, row.signature],
      ...[row.hash, row.previous, row.storedAt],
    ],
  );
}

/** Receipts of ours that the peer is not known to have and whose signature begins in none of these ways, at most `limit`. */
export async function untoldUnderNone(
  db: Queryable,
  peer: string,
  beginnings: readonly string[],
  limit: number,
): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>(
    `SELECT ${RECEIPT_COLUMNS} FROM exchange_receipt
     WHERE peer = $1 AND issuer = 'OURS' AND number > (SELECT told_upto FROM exchange_peer WHERE name = $1)
       AND NOT signature ^@ ANY ($2) ORDER BY number LIMIT $3`,
    [peer, beginnings, limit],
  );
  return rows;
}

/** Puts another signature of ours over the same text. */
export async function resignReceipt(client: Queryable, { peer, number }: ReceiptRow, signature: string): Promise<void> {
  await client.query(`UPDATE exchange_receipt SET signature = $3 WHERE peer = $1 AND issuer = 'OURS' AND number = $2`, [
    peer,
    number,
    signature,
  ]);
}

/** Receipts after a number in their order, at most `limit`. */
export async function receiptsAfter(
  db: Queryable,
  peer: string,
  issuer: Issuer,
  after: number,
  limit: number,
): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>(
    `SELECT ${RECEIPT_COLUMNS} FROM exchange_receipt WHERE peer = $1 AND issuer = $2 AND number > $3 ORDER BY number LIMIT $4`,
    [peer, issuer, after, limit],
  );
  return rows;
}

export async function readReceipt(
  db: Queryable,
  peer: string,
  issuer: Issuer,
  number: number,
): Promise<ReceiptRow | undefined> {
  const [row] = await receiptsAfter(db, peer, issuer, number - 1, 1);
  return row?.number === number ? row : undefined;
}

/** What an issuer said of a bundle in one state, where it has. */
export async function receiptIn(
  db: Queryable,
  peer: string,
  issuer: Issuer,
  bundleId: string,
  state: ReceiptState,
): Promise<ReceiptRow | undefined> {
  const { rows } = await db.query<ReceiptRow>(
    `SELECT ${RECEIPT_COLUMNS} FROM exchange_receipt WHERE peer = $1 AND issuer = $2 AND bundle_id = $3 AND state = $4`,
    [peer, issuer, bundleId, state],
  );
  return rows[0];
}

/** The receipts of one bundle, in their order. */
export async function receiptsOf(db: Queryable, peer: string, issuer: Issuer, seq: number): Promise<ReceiptRow[]> {
  const { rows } = await db.query<ReceiptRow>(
    `SELECT ${RECEIPT_COLUMNS} FROM exchange_receipt WHERE peer = $1 AND issuer = $2 AND seq = $3 ORDER BY number`,
    [peer, issuer, seq],
  );
  return rows;
}
