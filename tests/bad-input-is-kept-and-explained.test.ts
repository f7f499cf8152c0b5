import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { guard } from '../connectors/guard.js';
import type { Outcome } from '../model/record.js';
import { badSamples, type FeedModule, feedModules } from './support/feed-inputs.js';
import { type Graph, openGraph } from './support/graph.js';

const NOW = new Date('2026-11-01T00:00:00Z');
let graph: Graph;
beforeAll(async () => {
  graph = await openGraph(
    NOW,
    feedModules.map(({ id }) => ({ id })),
  );
});
// What is taken in is only ever kept, and looked for in the ledger: nothing of one piece changes how the next is taken.
afterEach(() => graph.db.write.query('TRUNCATE rejection'));
afterAll(() => graph.close());

/** Takes bytes in as the runtime does: normalise, guard, store. */
async function takeIn(feed: FeedModule, input: Uint8Array, fileName: string): Promise<Outcome> {
  const outcome = feed.normalize(input, feed.settings, NOW, fileName);
  const checked = guard(outcome.records, NOW, { keepObservationsDays: 10_000, exercise: true });
  const rejects = [...outcome.rejects, ...checked.rejects];
  await graph.take(feed.id, checked.records, rejects);
  return { records: checked.records, rejects };
}

const ledger = async (): Promise<{ feed_id: string; reason: string; detail: string; raw: Buffer }[]> =>
  (await graph.db.read.query('SELECT feed_id, reason, detail, raw FROM rejection ORDER BY id')).rows;

describe('bad input', () => {
  const samples = badSamples();
  if (samples.length === 0) console.warn('skipped: the real bad samples (no ../shared/samples here)');

  for (const sample of samples)
    test(`${sample.name} is kept with its reason: ${sample.reasons.join(' or ')}`, async () => {
      const { records } = await takeIn(sample.feed, sample.bytes, sample.name);
      expect(records.filter((record) => record.kind !== 'station')).toEqual([]);
      const rows = await ledger();
      expect(rows.length).toBeGreaterThan(0);
      expect(sample.reasons).toContain(rows[0]?.reason);
      expect(rows[0]?.detail.length).toBeGreaterThan(10);
      expect(rows[0]?.raw.length).toBeGreaterThan(0);
    });

  for (const feed of feedModules)
    test(`${feed.id}: whatever is changed in real input, each piece is stored or kept with a reason, and nothing throws`, () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...feed.inputs),
          fc.array(
            fc.record({
              at: fc.double({ min: 0, max: 0.999, noNaN: true }),
              byte: fc.integer({ min: 0, max: 255 }),
              cut: fc.boolean(),
            }),
            { minLength: 1, maxLength: 6 },
          ),
          (input, changes) => {
            let bytes = Uint8Array.from(input.bytes);
            for (const { at, byte, cut } of changes) {
              const position = Math.floor(at * bytes.length);
              if (cut && changes.length === 1) bytes = bytes.subarray(0, position);
              else bytes[position] = byte;
            }
            const outcome = feed.normalize(bytes, feed.settings, NOW, input.name);
            for (const { reason, detail } of outcome.rejects)
              expect([reason.length > 0, detail.length > 0]).toEqual([true, true]);
          },
        ),
        { numRuns: 400 },
      );
    });

  test('a piece of a megabyte is cut safely, and its size and the feed’s count are told', async () => {
    const [feed] = feedModules as [FeedModule];
    await graph.take(
      feed.id,
      [],
      [{ raw: Buffer.alloc(1_000_000, 0x1b), reason: 'too-large', detail: 'larger than 256 kB' }],
    );
    const { data } = await graph.answer(
      `{ feed(id: "${feed.id}") { rejectedCount rejections { edges { node { reason raw rawSize } } } } }`,
    );
    const { rejectedCount, rejections } = (
      JSON.parse(JSON.stringify(data)) as {
        feed: { rejectedCount: number; rejections: { edges: { node: { raw: string; rawSize: number } }[] } };
      }
    ).feed;
    expect([rejectedCount, rejections.edges[0]?.node.rawSize]).toEqual([1, 1_000_000]);
    expect(rejections.edges[0]?.node.raw).not.toContain('\u001b');
    expect(rejections.edges[0]?.node.raw.length).toBeLessThan(3000);
  });
});
