import { createHash } from 'node:crypto';
import { sameParty } from '../../exchange/envelope.js';
import { type OwnKey, type PeerKey, publicPartOf, type Validity } from '../../exchange/keys.js';
import { sign } from '../../exchange/signing.js';
import type { Party } from '../../model/exchange.js';
import type { PeerRow } from '../../model/exchange-rows.js';
import type { Queryable } from '../../prisma/database.js';
import { readForks } from '../../prisma/store/exchange-forks.js';
import { bundleChain, readAllPeers, receiptChain } from '../../prisma/store/read-exchange-chains.js';
import type { ExchangeSettings } from './settings.js';

/** A public key, and whose it is, as tools/verify-exchange.mjs takes it. */
export interface NamedKey extends Party {
  readonly kid: string;
  readonly publicKey: string;
  readonly from: string | null;
  readonly until: string | null;
}

/** The public keys of both sides as the settings pin them. */
export function keysOf({ keys, orgCode, peers }: ExchangeSettings, division: string): NamedKey[] {
  const own = keys.map((key) => named({ orgCode, division }, key, publicPartOf(key)));
  return [...own, ...Object.values(peers).flatMap((peer) => peer.keys.map((key) => named(peer, key, textOf(key))))];
}

const named = (
  { orgCode, division }: Party,
  key: Validity & { readonly kid: string },
  publicKey: string,
): NamedKey => ({
  ...{ orgCode, division, kid: key.kid, publicKey },
  ...{ from: key.from?.toISOString() ?? null, until: key.until?.toISOString() ?? null },
});

const textOf = ({ open }: PeerKey): string =>
  typeof open === 'string' ? open : (open.export({ type: 'spki', format: 'pem' }) as string);

export interface ExportOptions {
  readonly own: Party;
  readonly keys: readonly NamedKey[];
  /** Signs the end of the file. */
  readonly key: OwnKey;
  readonly now: Date;
  /** The exchange with this peer alone. */
  readonly peer?: string | undefined;
  /** Told how many records have gone by. */
  readonly onRecords?: (records: number) => void;
}

/**
 * All bundles and receipts that are kept, as lines for tools/verify-exchange.mjs, each with its line feed (docs/exchange-verify.md), and the end as
 * of this moment, signed. Run it in one transaction of REPEATABLE READ.
 */
export async function* exportExchange(db: Queryable, options: ExportOptions): AsyncGenerator<string> {
  const { key, now, onRecords = () => {}, own } = options;
  const all = await readAllPeers(db);
  const peers = all.filter(({ name }) => options.peer === undefined || name === options.peer);
  // Whoever gets the exchange with one of them learns nothing of the others.
  const keys = options.keys.filter((each) => [own, ...peers].some((party) => sameParty(party, each)));
  const hash = createHash('sha256');
  let lines = 0;
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    lines += 1;
    return text;
  };
  yield line({ exchange: 'fenghuo-exchange-1', exportedAt: now.toISOString(), own, keys });
  for (const peer of peers) {
    yield line(endsOf(peer));
    for await (const record of recordsOf(db, peer.name)) {
      yield line(record);
      onRecords(lines);
    }
  }
  const end = { lines, sha256: hash.digest('hex') };
  yield `${JSON.stringify({ signature: await sign(JSON.stringify(end), 'fenghuo-export+jws', key), end })}\n`;
}

const endsOf = (row: PeerRow): object => ({
  ...{ peer: row.name, orgCode: row.orgCode, division: row.division },
  ...{ sent: [row.sentSeq, row.sentHash], taken: [row.takenSeq, row.takenHash] },
  ...{ told: [row.toldNumber, row.toldHash], heard: [row.heardNumber, row.heardHash] },
});

/** Receipts first: by them it is judged how far a bundle has come. */
async function* recordsOf(db: Queryable, peer: string): AsyncGenerator<object> {
  for (const issuer of ['OURS', 'THEIRS'] as const)
    for await (const row of receiptChain(db, peer, issuer)) {
      const { number, bundleId, seq, state, at, hash, previous, signature, body } = row;
      yield { receipt: issuer, number, bundleId, seq, state, at, hash, previous, signature, body };
    }
  for (const direction of ['OUT', 'IN'] as const)
    for await (const row of bundleChain(db, peer, direction)) {
      const { seq, bundleId, kind, createdAt, state, hash, previous, itemCount, items, signature, body } = row;
      const said = { seq, bundleId, kind, createdAt, state, hash, previous, itemCount, items };
      yield { bundle: direction, ...said, signature, body };
    }
  for (const { chain, number, rejoinedAt, hash, previous, signature, body } of await readForks(db, peer))
    yield { fork: chain, number, rejoinedAt, hash, previous, signature, body };
}
