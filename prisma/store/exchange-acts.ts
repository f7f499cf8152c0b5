import type { InstructionRow } from '../../model/instruction.js';
import type { Queryable } from '../database.js';

/** Somebody or something acted on a bundle that a peer sent. */
export interface ExchangeAct {
  readonly peer: string;
  readonly seq: number;
  readonly who: string;
  readonly what: string;
  readonly at: Date;
}

/** Has the receipt ACTED follow, once for each bundle: what was written first stays. */
export async function tellActed(client: Queryable, { peer, seq, who, what, at }: ExchangeAct): Promise<void> {
  await client.query(
    `INSERT INTO exchange_act (peer, seq, who, what, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (peer, seq) DO NOTHING`,
    [peer, seq, who, what, at],
  );
}

/**
 * The same for the bundle that brought an instruction, once nothing that came with it is open any more: to be called after the row is saved
 * as finished, in the transaction that locked it. `who` and `what` are those of the last.
 */
export async function tellFinished(
  client: Queryable,
  { peer, bundleSeq }: Pick<InstructionRow, 'peer' | 'bundleSeq'>,
  act: Pick<ExchangeAct, 'who' | 'what' | 'at'>,
): Promise<void> {
  if (bundleSeq === null) return;
  const { rowCount } = await client.query(
    `SELECT FROM instruction WHERE peer = $1 AND bundle_seq = $2 AND state IN ('OPEN', 'ACKNOWLEDGED', 'PARTLY') LIMIT 1`,
    [peer, bundleSeq],
  );
  if (rowCount === 0) await tellActed(client, { ...act, peer, seq: bundleSeq });
}

/** Something in this bundle is still to be acted on, whatever was said before in the same transaction. */
export async function expectAct(client: Queryable, peer: string, seq: number): Promise<void> {
  await client.query('DELETE FROM exchange_act WHERE peer = $1 AND seq = $2 AND NOT done', [peer, seq]);
}

/** A platform that the settings name; undefined for any other. */
export async function readPeerPlace(
  db: Queryable,
  name: string,
): Promise<{ readonly name: string; readonly division: string } | undefined> {
  const { rows } = await db.query<{ name: string; division: string }>(
    'SELECT name, division FROM exchange_peer WHERE name = $1 AND configured',
    [name],
  );
  return rows[0];
}

/** The first act whose bundle is carried out and has no receipt ACTED yet; `hash` and `bundleId` are the bundle's. */
export async function firstUntoldAct(
  db: Queryable,
  peer: string,
): Promise<
  (Pick<ExchangeAct, 'who' | 'what' | 'seq'> & { readonly bundleId: string; readonly hash: string }) | undefined
> {
  const { rows } = await db.query<{ seq: number; who: string; what: string; bundleId: string; hash: string }>(
    `SELECT a.seq, a.who, a.what, b.bundle_id AS "bundleId", b.hash FROM exchange_act a
     JOIN exchange_bundle b ON b.peer = a.peer AND b.direction = 'IN' AND b.seq = a.seq
     WHERE a.peer = $1 AND NOT a.done AND b.state = 'APPLIED' ORDER BY a.seq LIMIT 1`,
    [peer],
  );
  return rows[0];
}

export async function actTold(client: Queryable, peer: string, seq: number): Promise<void> {
  await client.query('UPDATE exchange_act SET done = true WHERE peer = $1 AND seq = $2', [peer, seq]);
}
