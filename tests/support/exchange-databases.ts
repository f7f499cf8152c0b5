import { join } from 'node:path';
import { publicPartOf } from '../../exchange/keys.js';
import type { Party } from '../../model/exchange.js';
import { applyMigrations } from '../../prisma/apply-migrations.js';
import { exportExchange } from '../../server/exchange/export.js';
import { packageRoot } from '../../server/root.js';
import { verifyExchange } from '../../tools/verify-exchange.mjs';
import type { makeKey } from './exchange-pair.js';
import { onDatabase } from './exchange-platform.js';

/** A database for each name on a server that the long runs started, with every migration. */
export async function sideDatabases(server: string, names: readonly string[]): Promise<string[]> {
  const urls: string[] = [];
  for (const name of names) {
    await onDatabase(server, async (client) => void (await client.query(`CREATE DATABASE ${name} TEMPLATE template0`)));
    const url = new URL(server);
    url.pathname = `/${name}`;
    await applyMigrations(url.href, join(packageRoot(), 'prisma', 'migrations'));
    urls.push(url.href);
  }
  return urls;
}

export interface VerifiedSide {
  readonly url: string;
  readonly party: Party;
  readonly key: ReturnType<typeof makeKey>;
}

/** What a verifier finds in all that a side keeps, by the keys of both. */
export async function verified(
  side: VerifiedSide,
  both: readonly VerifiedSide[],
  now = new Date(),
): Promise<{ records: number; faults: string[] }> {
  const keys = both.map(({ key, party }) => ({
    ...{ ...party, kid: key.kid, publicKey: publicPartOf(key), from: null, until: null },
  }));
  return onDatabase(side.url, async (client) => {
    let text = '';
    for await (const line of exportExchange(client, { own: side.party, keys, key: side.key, now })) text += line;
    return verifyExchange([Buffer.from(text)], keys);
  });
}
