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
    const record = warningRecord(a, at(-10), { warnsFor: ['WEATHER'] });
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
    const record = warningRecord(a, at(-10), { warnsFor: ['WEATHER'] });
    await Promise.all(Array.from({ length: 8 }, (_, i) => graph.take(i % 2 ? FEED : OTHER, [record])));
    expect(await states()).toEqual({ [a]: 'ACTIVE' });
    expect((await told()).filter((line) => line.startsWith('ISSUED'))).toHaveLength(1);
  });
});

describe('a feed speaks for its own department', () => {
  const TOURISM = 'tourism/drill';
  const refused = async (): Promise<string[]> =>
    (
      await graph.db.read.query<{ line: string }>(
        `SELECT feed_id || ' ' || reason || ' ' || split_part(detail, ' ', 1) AS line FROM rejection ORDER BY id`,
      )
    ).rows.map(({ line }) => line);
  const statuses = async (): Promise<string[]> =>
    (
      await graph.db.read.query<{ line: string }>(
        `SELECT identifier || ' ' || department_code || ' ' || status || ' ' || state AS line FROM warning ORDER BY 1`,
      )
    ).rows.map(({ line }) => line);
  beforeEach(async () => {
    await graph.db.write.query(
      `INSERT INTO feed (id, department_code, title_en, title_zh, freshness, expected_every_seconds, status, link, announced_state)
       SELECT $1, 'TOURISM', title_en, title_zh, freshness, expected_every_seconds, status, link, announced_state FROM feed WHERE id = $2`,
      [TOURISM, FEED],
    );
  });
  const cancel = (references: string[]): WarningRecord =>
    warningRecord('T-END', at(-5), { messageType: 'CANCEL', references, level: null, status: 'ACTUAL' });

  test.each([
    a,
    'W-1',
  ])('%s: none of another department changes its status or ends it, and each try is in the ledger', async (id) => {
    const [actual, exercise] = [id, id.replace(/1$/, '2')];
    await graph.take(FEED, [
      warningRecord(actual, at(-30), { status: 'ACTUAL', format: 'cap' }),
      warningRecord(exercise, at(-30), { status: 'EXERCISE', format: 'cap' }),
    ]);
    const before = await statuses();
    expect(before).toEqual([`${actual} WEATHER ACTUAL ACTIVE`, `${exercise} WEATHER EXERCISE ACTIVE`]);
    await graph.take(TOURISM, [warningRecord(actual, at(-10), { raw: '1', status: 'EXERCISE' })]);
    await graph.take(TOURISM, [warningRecord(exercise, at(-10), { raw: '2', status: 'ACTUAL' })]);
    await graph.take(TOURISM, [cancel([actual])]);
    await graph.take(TOURISM, [warningRecord(actual, at(-9), { raw: '3', status: 'ACTUAL', messageType: 'CANCEL' })]);
    await graph.take(TOURISM, [
      warningRecord('T-2', at(-9), { status: 'ACTUAL', messageType: 'UPDATE', references: [actual] }),
    ]);
    expect(await statuses()).toEqual(before);
    expect(await refused()).toEqual(
      [actual, exercise, 'T-END', actual, 'T-2'].map((each) => `${TOURISM} not-authorised ${each}`),
    );
    // The control: a feed that may speak for weather is heard.
    await graph.take(TOURISM, [{ ...cancel([actual]), warnsFor: ['WEATHER'] }]);
    expect((await statuses())[0]).toBe(`${actual} WEATHER ACTUAL CANCELLED`);
  });

  test('what came before the warning that it names counts for nothing once that is known', async () => {
    await graph.take(TOURISM, [cancel(['W-1'])]);
    await graph.take(FEED, [warningRecord('W-1', at(-30), { status: 'ACTUAL' })]);
    expect(await statuses()).toEqual(['W-1 WEATHER ACTUAL ACTIVE']);
    expect((await graph.db.read.query('SELECT * FROM warning_reference')).rows).toEqual([]);
    // Nor may it take the name of another department's cancellation.
    await graph.take(FEED, [
      warningRecord('W-END', at(-5), { messageType: 'CANCEL', references: ['W-1'], level: null }),
    ]);
    await graph.take(TOURISM, [warningRecord('W-END', at(-4), { ...cancel(['W-2']), identifier: 'W-END' })]);
    expect(await refused()).toEqual([`${TOURISM} not-authorised W-END`]);
  });

  test('an exercise that cancels under its own identifier ends nothing in earnest', async () => {
    await graph.take(FEED, [warningRecord(a, at(-30), { status: 'ACTUAL' })]);
    const end = (status: WarningRecord['status']) =>
      warningRecord(a, at(-10), { raw: status, messageType: 'CANCEL', level: null, status });
    await graph.take(FEED, [end('EXERCISE')]);
    expect(await states()).toEqual({ [a]: 'ACTIVE' });
    await graph.take(FEED, [end('ACTUAL')]);
    expect(await states()).toEqual({ [a]: 'CANCELLED' });
  });
});
