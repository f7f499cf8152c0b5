import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { WarningRecord } from '../model/record.js';
import { type Graph, openGraph } from './support/graph.js';
import { warningRecord } from './support/records.js';
import { identifierOf } from './support/warning-office.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const FEED = 'weather/warnings';
const OTHER = 'emergency/relay';
const [a, b, c] = [identifierOf(1), identifierOf(2), identifierOf(3)];
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
let graph: Graph;
beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: FEED }, { id: OTHER }]);
});
afterEach(() => graph.close());

const states = async (): Promise<Record<string, string>> => {
  const { rows } = await graph.db.read.query<{ identifier: string; state: string }>(
    'SELECT identifier, state FROM warning',
  );
  return Object.fromEntries(rows.map((row) => [row.identifier, row.state]));
};
const told = async (): Promise<string[]> => {
  const { rows } = await graph.db.read.query<{ kind: string; key: string }>(
    `SELECT payload->>'kind' AS kind, key FROM log_entry WHERE topic = 'warning' ORDER BY position`,
  );
  return rows.map((row) => `${row.kind} ${row.key}`);
};
const cap = (record: WarningRecord): WarningRecord => ({
  ...record,
  raw: `${String(record.raw)} as CAP`,
  format: 'cap',
  hazardCode: null,
  texts: [
    {
      language: 'en-US',
      hazard: 'rainstorm',
      senderName: 'Wusu',
      headline: 'Rainstorm',
      description: 'Heavy rain.',
      instruction: null,
    },
  ],
});

describe('one warning per identifier', () => {
  test('brought by thirteen messages of two feeds in two dialects, it is one, with its sources listed and both languages', async () => {
    const record = warningRecord(a, at(-10));
    for (let i = 0; i < 6; i += 1) {
      await graph.take(FEED, [record]);
      await graph.take(OTHER, [cap(record)]);
    }
    await graph.take(OTHER, [record]);
    expect(await states()).toEqual({ [a]: 'ACTIVE' });
    const { data } = await graph.answer(
      `{ warning(id: "${a}") { languages sources { format feed { id } } headline(language: "en") } }`,
    );
    expect(data).toMatchObject({ warning: { languages: ['en-US', 'zh-CN'], headline: 'Rainstorm' } });
    expect(JSON.parse(JSON.stringify(data)).warning.sources).toHaveLength(3);
    expect((await told()).filter((line) => line.startsWith('ISSUED'))).toEqual([`ISSUED ${a}`]);
  });

  test('an identifier sent again with other content is a correction: told once as UPDATED, with its revision', async () => {
    await graph.take(FEED, [warningRecord(a, at(-10))]);
    const corrected = warningRecord(a, at(-5), { raw: 'corrected', level: 'RED' });
    await graph.take(FEED, [corrected]);
    await graph.take(FEED, [corrected, warningRecord(a, at(-10))]);
    expect(await told()).toEqual([`ISSUED ${a}`, `UPDATED ${a}`]);
    const { rows } = await graph.db.read.query('SELECT level, revision FROM warning');
    expect(rows).toEqual([{ level: 'RED', revision: 1 }]);
  });

  test('an update before its alert, a cancellation before either: the same end in every order and grouping', async () => {
    const messages = [
      warningRecord(a, at(-30)),
      warningRecord(b, at(-20), { messageType: 'UPDATE', references: [a], level: 'ORANGE' }),
      warningRecord(c, at(-10), { messageType: 'CANCEL', references: [b], level: null }),
      cap(warningRecord(b, at(-20), { messageType: 'UPDATE', references: [a], level: 'ORANGE' })),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(messages, { minLength: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (order, size) => {
          await graph.db.write.query('TRUNCATE warning, warning_text, warning_source, warning_reference CASCADE');
          for (let i = 0; i < order.length; i += size) await graph.take(FEED, order.slice(i, i + size));
          expect(await states()).toEqual({ [a]: 'SUPERSEDED', [b]: 'CANCELLED' });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a cancellation under the identifier of what it cancels ends it', async () => {
    await graph.take(FEED, [warningRecord(a, at(-30))]);
    await graph.take(FEED, [warningRecord(a, at(-10), { raw: 'cancel', messageType: 'CANCEL', level: null })]);
    expect(await states()).toEqual({ [a]: 'CANCELLED' });
    expect(await told()).toEqual([`ISSUED ${a}`, `CANCELLED ${a}`]);
  });

  test('two processes that bring the same messages at once make one warning and one issue', async () => {
    const record = warningRecord(a, at(-10));
    await Promise.all(Array.from({ length: 8 }, (_, i) => graph.take(i % 2 ? FEED : OTHER, [record])));
    expect(await states()).toEqual({ [a]: 'ACTIVE' });
    expect((await told()).filter((line) => line.startsWith('ISSUED'))).toHaveLength(1);
  });
});
