import { randomUUID } from 'node:crypto';
import type { Database } from '../../prisma/database.js';
import { insertBundle } from '../../prisma/store/exchange-bundles.js';
import { registerPeers } from '../../prisma/store/exchange-peers.js';
import { insertReceipt } from '../../prisma/store/exchange-receipts.js';
import { keepRefusal } from '../../prisma/store/exchange-refusals.js';

const HASH = '0'.repeat(64);

/** Rows of an exchange as they lie in the database, for questions about who sees them: a warning handed over with its receipt, one taken over, and a refusal. */
export async function exchangeRows(db: Database, peer: string, warning: string, at: Date): Promise<void> {
  await db.transaction(async (client) => {
    await registerPeers(client, [
      {
        ...{
          name: peer,
          orgCode: '65420000000000',
          tier: 'PREFECTURE' as const,
          division: '654200',
          feedId: `emergency/exchange-${peer}`,
        },
        ...{ topics: ['warning'], title: { en: peer, zh: peer }, everySeconds: 600 },
      },
    ]);
    for (const direction of ['OUT', 'IN'] as const) {
      const [bundleId, body] = [randomUUID(), '{"acted":{"who":"x","what":"x"},"note":"x"}'];
      const common = { peer, seq: 1, bundleId, body, signature: 'x..x', hash: HASH, previous: HASH, storedAt: at };
      await insertBundle(client, { ...common, direction, kind: 'warning', createdAt: at, state: 'SEALED' }, [
        { kind: 'warning', id: warning, version: '1', op: 'upsert' },
      ]);
      const issuer = direction === 'OUT' ? 'THEIRS' : 'OURS';
      await insertReceipt(client, { ...common, issuer, number: 1, state: 'ACTED', at });
    }
    await client.query(
      `UPDATE exchange_bundle SET overdue_at = $1, sent_at = $1, last_error = 'x' WHERE direction = 'OUT'`,
      [at],
    );
    await client.query(`UPDATE exchange_item SET fault = '{"code": "x", "path": "x", "note": "x"}'`);
    await client.query(`UPDATE exchange_peer SET fault = 'x', last_heard_at = $1, last_sent_at = $1`, [at]);
  });
  const refused = { at, road: 'x', code: 'BAD_SHAPE', reason: 'x', bundleId: 'x', seq: 1, raw: 'x' };
  await keepRefusal(db.write, { peer, ...refused });
}
