import type { PeerRow } from '../../model/exchange-rows.js';
import type { Queryable } from '../database.js';
import { BUNDLE_COLUMNS, type BundleRow, type Direction } from './exchange-bundles.js';
import { PEER_COLUMNS } from './exchange-peers.js';
import { type Issuer, receiptsAfter } from './exchange-receipts.js';

/** Rows in one read: bundles are large. */
const PER_READ = 100;

/** Every platform that there ever was an exchange with. */
export async function readAllPeers(db: Queryable): Promise<PeerRow[]> {
  const { rows } = await db.query<PeerRow>(`SELECT ${PEER_COLUMNS} FROM exchange_peer ORDER BY name`);
  return rows;
}

export interface KeptBundle extends BundleRow {
  /** [kind, id, version, op, fault] of each item, in their order. */
  readonly items: readonly (readonly unknown[])[];
}

/** All bundles of one chain, in their order. */
export async function* bundleChain(db: Queryable, peer: string, direction: Direction): AsyncGenerator<KeptBundle> {
  for (let after = 0; ; ) {
    const { rows } = await db.query<KeptBundle>(
      `SELECT ${BUNDLE_COLUMNS}, coalesce((
         SELECT jsonb_agg(jsonb_build_array(i.kind, i.item_id, i.version, i.op, i.fault) ORDER BY i.n) FROM exchange_item i
         WHERE i.peer = b.peer AND i.direction = b.direction AND i.seq = b.seq), '[]') AS items
       FROM exchange_bundle b WHERE peer = $1 AND direction = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
      [peer, direction, after, PER_READ],
    );
    yield* rows;
    after = rows.at(-1)?.seq ?? after;
    if (rows.length < PER_READ) return;
  }
}

export async function* receiptChain(db: Queryable, peer: string, issuer: Issuer) {
  for (let after = 0; ; ) {
    const rows = await receiptsAfter(db, peer, issuer, after, PER_READ);
    yield* rows;
    after = rows.at(-1)?.number ?? after;
    if (rows.length < PER_READ) return;
  }
}
