import type { Signed } from '../../model/exchange.js';
import type { Queryable } from '../database.js';
import type { BundleKey } from './exchange-bundles.js';

/** A bundle or a receipt of ours that stood where another one is known to the peer. */
export interface ForkRow extends Signed {
  readonly chain: 'OUT' | 'OURS';
  readonly number: number;
  readonly hash: string;
  readonly previous: string;
  readonly madeAt: Date;
  readonly rejoinedAt: Date;
}

const COLUMNS = `chain, number, body, signature, hash, previous, made_at AS "madeAt", rejoined_at AS "rejoinedAt"`;

/** Takes our records behind a number out of their chain and keeps them apart, in the caller's transaction; returns them in their order. */
export async function setForkAside(
  client: Queryable,
  peer: string,
  chain: ForkRow['chain'],
  after: number,
  at: Date,
): Promise<ForkRow[]> {
  const [table, number, whose] =
    chain === 'OUT'
      ? ['exchange_bundle', 'seq', `direction = 'OUT'`]
      : ['exchange_receipt', 'number', `issuer = 'OURS'`];
  const { rows } = await client.query<ForkRow>(
    `INSERT INTO exchange_fork (peer, chain, number, body, signature, hash, previous, made_at, rejoined_at)
     SELECT peer, $2, ${number}, body, signature, hash, previous, stored_at, $4 FROM ${table}
     WHERE peer = $1 AND ${whose} AND ${number} > $3 RETURNING ${COLUMNS}`,
    [peer, chain, after, at],
  );
  // They are kept, elsewhere: what guards the chains is opened for this one statement.
  await client.query(`SELECT set_config('fenghuo.retention', 'on', true)`);
  await client.query(`DELETE FROM ${table} WHERE peer = $1 AND ${whose} AND ${number} > $2`, [peer, after]);
  await client.query(`SELECT set_config('fenghuo.retention', 'off', true)`);
  return rows.sort((a, b) => a.number - b.number);
}

/** All that was ever set aside so, the oldest first. */
export async function readForks(db: Queryable, peer: string): Promise<ForkRow[]> {
  const { rows } = await db.query<ForkRow>(
    `SELECT ${COLUMNS} FROM exchange_fork WHERE peer = $1 ORDER BY rejoined_at, chain, number`,
    [peer],
  );
  return rows;
}

export type ChainName = 'OUT' | 'IN' | 'OURS' | 'THEIRS';

/** Numbers and hashes of a chain behind a number, in their order. */
export async function chainHashes(
  db: Queryable,
  peer: string,
  chain: ChainName,
  after: number,
  limit: number,
): Promise<{ number: number; hash: string }[]> {
  const isBundle = chain === 'OUT' || chain === 'IN';
  const { rows } = await db.query<{ number: number; hash: string }>(
    isBundle
      ? `SELECT seq AS number, hash FROM exchange_bundle WHERE peer = $1 AND direction = $2 AND seq > $3 ORDER BY seq LIMIT $4`
      : 'SELECT number, hash FROM exchange_receipt WHERE peer = $1 AND issuer = $2 AND number > $3 ORDER BY number LIMIT $4',
    [peer, chain, after, limit],
  );
  return rows;
}

/** A bundle stands again where it stood when it had just come: what its receipts say of it is to be written anew. */
export async function standAnew(client: Queryable, { peer, direction, seq }: BundleKey): Promise<void> {
  const key = [peer, direction, seq];
  await client.query(
    `UPDATE exchange_bundle SET state = 'RECEIVED' WHERE peer = $1 AND direction = $2 AND seq = $3`,
    key,
  );
  await client.query('UPDATE exchange_item SET fault = NULL WHERE peer = $1 AND direction = $2 AND seq = $3', key);
}

/** Which of these things a peer was told in this very version, by a bundle that is in the chain; as `kind id version op`. */
export async function toldVersions(client: Queryable, peer: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ told: string }>(
    `SELECT concat_ws(' ', kind, item_id, version, op) AS told FROM exchange_item
     WHERE peer = $1 AND direction = 'OUT' AND item_id = ANY ($2)`,
    [peer, ids],
  );
  return new Set(rows.map(({ told }) => told));
}
