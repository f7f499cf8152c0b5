import { PEER_FEEDS, type Tier } from '../../model/exchange.js';
import type { PeerRow } from '../../model/exchange-rows.js';
import type { Queryable } from '../database.js';

export const PEER_COLUMNS = `name, org_code AS "orgCode", tier, division, configured, feed_id AS "feedId", sent_seq AS "sentSeq", sent_hash AS "sentHash",
  taken_seq AS "takenSeq", taken_hash AS "takenHash", told_number AS "toldNumber", told_hash AS "toldHash",
  heard_number AS "heardNumber", heard_hash AS "heardHash", told_upto AS "toldUpto", last_heard_at AS "lastHeardAt",
  last_sent_at AS "lastSentAt", fault, fault_at AS "faultAt", resend_from AS "resendFrom"`;

export interface ConfiguredPeer {
  readonly name: string;
  readonly orgCode: string;
  readonly division: string;
  readonly feedId: string;
  readonly tier: Tier;
  readonly topics: readonly string[];
  readonly title: { readonly en: string; readonly zh: string };
  /** It gives a sign of life at least this often. */
  readonly everySeconds: number;
}

/** The peers of the settings, and only they, are told from now on. A peer keeps its chains when it goes and comes back. */
export async function registerPeers(client: Queryable, peers: readonly ConfiguredPeer[]): Promise<void> {
  await client.query('UPDATE exchange_peer SET configured = false WHERE name <> ALL ($1)', [
    peers.map(({ name }) => name),
  ]);
  await client.query('UPDATE feed SET configured = false WHERE starts_with(id, $1) AND id <> ALL ($2)', [
    PEER_FEEDS,
    peers.map(({ feedId }) => feedId),
  ]);
  for (const peer of peers) {
    const { name, orgCode, division, feedId, tier, topics } = peer;
    await client.query(
      `INSERT INTO exchange_peer (name, org_code, division, feed_id, configured, topics, tier) VALUES ($1, $2, $3, $4, true, $5, $6)
       ON CONFLICT (name) DO UPDATE SET org_code = excluded.org_code, division = excluded.division,
         feed_id = excluded.feed_id, configured = true, topics = excluded.topics, tier = excluded.tier`,
      [name, orgCode, division, feedId, topics, tier],
    );
    // Behind the peer, as whoever takes something from it while this process starts.
    await registerPeerFeed(client, peer);
  }
}

/** What it sends is of its own feed, which may pass on the warnings of all departments. */
async function registerPeerFeed(client: Queryable, { everySeconds, feedId, title }: ConfiguredPeer): Promise<void> {
  await client.query(
    `INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds, link)
     VALUES ($1, 'EMERGENCY', $2, $3, 'contact', $4, 'STARTING')
     ON CONFLICT (id) DO UPDATE SET title_en = excluded.title_en, title_zh = excluded.title_zh, configured = true,
       expected_every_seconds = excluded.expected_every_seconds`,
    [feedId, title.en, title.zh, everySeconds],
  );
}

/** Held until the transaction ends: one writer of a peer's chains at a time. */
export async function lockPeer(client: Queryable, name: string): Promise<PeerRow> {
  const { rows } = await client.query<PeerRow>(
    `SELECT ${PEER_COLUMNS} FROM exchange_peer WHERE name = $1 FOR NO KEY UPDATE`,
    [name],
  );
  if (!rows[0]) throw new Error(`the peer ${name} is not registered`);
  return rows[0];
}

export async function readPeers(db: Queryable): Promise<PeerRow[]> {
  const { rows } = await db.query<PeerRow>(`SELECT ${PEER_COLUMNS} FROM exchange_peer WHERE configured ORDER BY name`);
  return rows;
}

export async function readPeer(db: Queryable, name: string): Promise<PeerRow | undefined> {
  return (await readPeers(db)).find((row) => row.name === name);
}

type Settable = Partial<Omit<PeerRow, 'name' | 'orgCode' | 'division' | 'configured' | 'feedId' | 'tier'>>;
const COLUMN_OF: Readonly<Record<keyof Settable, string>> = {
  sentSeq: 'sent_seq',
  sentHash: 'sent_hash',
  takenSeq: 'taken_seq',
  takenHash: 'taken_hash',
  toldNumber: 'told_number',
  toldHash: 'told_hash',
  heardNumber: 'heard_number',
  heardHash: 'heard_hash',
  toldUpto: 'told_upto',
  lastHeardAt: 'last_heard_at',
  lastSentAt: 'last_sent_at',
  fault: 'fault',
  faultAt: 'fault_at',
  resendFrom: 'resend_from',
};

/** Moves what is named; the caller holds the peer where ends of chains are among it. */
export async function movePeer(client: Queryable, name: string, change: Settable): Promise<void> {
  const names = Object.keys(change) as (keyof Settable)[];
  if (names.length === 0) return;
  const set = names.map((each, i) => `${COLUMN_OF[each]} = $${i + 2}`).join(', ');
  await client.query(`UPDATE exchange_peer SET ${set} WHERE name = $1`, [name, ...names.map((each) => change[each])]);
}

/** Something came that it signed: its line works, as its feed shows. */
export async function heardFrom(client: Queryable, { name, feedId }: PeerRow, at: Date): Promise<void> {
  await movePeer(client, name, { lastHeardAt: at });
  await client.query(
    `UPDATE feed SET link = 'UP', link_reason = NULL, last_received_at = greatest(last_received_at, $2) WHERE id = $1`,
    [feedId, at],
  );
}
