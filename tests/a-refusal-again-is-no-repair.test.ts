import { expect, test } from '@jest/globals';
import type { Reject } from '../model/record.js';
import { writeBatch } from '../prisma/store/write-batch.js';
import { openGraph } from './support/graph.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'emergency/registries';
const reject = (raw: string, input: string): Reject => ({ raw, reason: 'malformed', detail: raw, input: () => input });

test('pieces of two inputs that become one entry when they are read again are not counted as repaired; one that is taken is', async () => {
  const graph = await openGraph(NOW, [{ id: FEED, freshness: 'contact' }]);
  try {
    await graph.take(FEED, [], [reject('file one, row 5', 'one'), reject('file two, row 7', 'two')]);
    const { rows } = await graph.db.read.query<{ id: number }>('SELECT id FROM rejected_input ORDER BY id');
    const again = (inputId: number, rejects: Reject[]): Promise<number> =>
      graph.db.transaction(async (client) => {
        const batch = { feedId: FEED, receivedAt: NOW, records: [], rejects, repairs: { inputId, receivedAt: NOW } };
        return (await writeBatch(client, batch)).repaired;
      });
    const [one, two] = rows.map(({ id }) => id) as [number, number];
    expect([await again(one, [reject('the row', 'one')]), await again(two, [reject('the row', 'two')])]).toEqual([
      0, 0,
    ]);
    expect(await again(one, [])).toBe(1);
  } finally {
    await graph.close();
  }
});
