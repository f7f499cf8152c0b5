import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { FeedRecord } from '../model/record.js';
import { type Graph, openGraph } from './support/graph.js';
import {
  deviceStateRecord,
  fireAlarmRecord,
  hotspotRecord,
  observationRecord,
  stationRecord,
  warningRecord,
} from './support/records.js';
import { identifierOf } from './support/warning-office.js';

const NOW = new Date('2026-06-01T12:00:00Z');
const FEED = 'water/telemetry';
let graph: Graph;
beforeEach(async () => {
  graph = await openGraph(NOW, [{ id: FEED }, { id: 'weather/warnings' }]);
});
afterEach(() => graph.close());

const minutes = (n: number): Date => new Date(NOW.getTime() + n * 60_000);
const day: FeedRecord[] = [
  stationRecord('0000000001'),
  ...Array.from({ length: 100 }, (_, i) => observationRecord('0000000001', minutes(i - 100), 1 + i / 100)),
  deviceStateRecord('0000000001', minutes(-40)),
  deviceStateRecord('0000000001', minutes(-20), { condition: 'FAULT' }),
  deviceStateRecord('0000000001', minutes(-10)),
  hotspotRecord('N20-1', minutes(-30), 84.6, 44.1),
  fireAlarmRecord('cam-1', minutes(-20)),
  warningRecord(identifierOf(1), minutes(-60)),
  warningRecord(identifierOf(2), minutes(-50), {
    messageType: 'UPDATE',
    references: [identifierOf(1)],
    level: 'ORANGE',
  }),
];

/** A fingerprint of all that was taken in and told, without the times of receiving. */
async function fingerprint(): Promise<Record<string, unknown>> {
  const tables = {
    observation: 'SELECT datastream_key, observed_at, value, quality, revision FROM observation ORDER BY 1, 2',
    latest: 'SELECT datastream_key, observed_at, value, revision FROM observation_latest ORDER BY 1',
    warning: 'SELECT identifier, state, level, revision, superseded_by FROM warning ORDER BY 1',
    hotspot: 'SELECT id, revision FROM fire_hotspot ORDER BY 1',
    alarm: 'SELECT id, revision FROM fire_alarm ORDER BY 1',
    device: 'SELECT id, condition, revision FROM device_state ORDER BY 1',
    visitors: 'SELECT id, revision FROM visitor_flow ORDER BY 1',
    register: 'SELECT id, revision FROM register_entry ORDER BY 1',
    station: 'SELECT id, name, division_code FROM station ORDER BY 1',
    rejection: 'SELECT feed_id, reason, seen FROM rejection ORDER BY 1, 2',
    counts: 'SELECT id, received_count, rejected_count FROM feed ORDER BY 1',
  };
  const found = await Promise.all(
    Object.entries(tables).map(async ([name, sql]) => [name, (await graph.db.read.query(sql)).rows]),
  );
  return Object.fromEntries(found);
}
const logLength = async (): Promise<number> =>
  (await graph.db.read.query<{ position: number }>('SELECT position FROM log_head')).rows[0]?.position ?? 0;

describe('taking things in again', () => {
  test('a whole day replayed changes no row and tells nothing', async () => {
    const rejects = [{ raw: 'rubbish', reason: 'malformed' as const, detail: 'no frame' }];
    await graph.take(FEED, day, rejects);
    const [before, position] = [await fingerprint(), await logLength()];
    for (let i = 0; i < 3; i += 1) await graph.take(FEED, day, rejects);
    expect(await fingerprint()).toEqual(before);
    expect(await logLength()).toBe(position);
  });

  test('a shuffled day, in pieces, ends in the same state as one in order', async () => {
    await graph.take(FEED, day);
    const { counts: _counts, ...inOrder } = await fingerprint();
    const other = await openGraph(NOW, [{ id: FEED }, { id: 'weather/warnings' }]);
    const first = graph;
    try {
      await other.take(FEED, [day[0] as FeedRecord]);
      const shuffled = day
        .slice(1)
        .map((record, i) => ({ record, key: (i * 7919) % 103 }))
        .sort((a, b) => a.key - b.key);
      for (let i = 0; i < shuffled.length; i += 9)
        await other.take(
          FEED,
          shuffled.slice(i, i + 9).map(({ record }) => record),
        );
      graph = other;
      const { counts: _other, ...outOfOrder } = await fingerprint();
      expect(outOfOrder).toEqual(inOrder);
    } finally {
      graph = first;
      await other.close();
    }
  });

  test('a station described again with less keeps what was known, with more it gains', async () => {
    const { position: _position, ...bare } = stationRecord('0000000001', { name: 'renamed' });
    await graph.take(FEED, [stationRecord('0000000001')]);
    await graph.take(FEED, [bare]);
    const { rows } = await graph.db.read.query('SELECT name, lon, lat, division_code FROM station');
    expect(rows).toEqual([{ name: 'renamed', lon: 84.68, lat: 44.44, division_code: '654202' }]);
  });

  test('a later correction replaces the value and says so, also as the latest', async () => {
    await graph.take(FEED, day);
    await graph.take(FEED, [observationRecord('0000000001', minutes(-1), 9.99)]);
    const { rows } = await graph.db.read.query('SELECT value, revision FROM observation_latest');
    expect(rows).toEqual([{ value: 9.99, revision: 1 }]);
  });

  test('a late value fills history and never becomes the latest', async () => {
    await graph.take(FEED, day);
    const position = await logLength();
    await graph.take(FEED, [observationRecord('0000000001', minutes(-5000), 0.5)]);
    const { rows } = await graph.db.read.query('SELECT observed_at FROM observation_latest');
    expect(rows).toEqual([{ observed_at: minutes(-1) }]);
    expect(await logLength()).toBe(position);
  });

  test('a value of a station that nobody described is kept as a reject, the rest is stored', async () => {
    await graph.take(FEED, [stationRecord('1'), observationRecord('1', NOW, 1), observationRecord('2', NOW, 2)]);
    const { rows } = await graph.db.read.query('SELECT reason, detail FROM rejection');
    expect(rows).toEqual([{ reason: 'unknown-station', detail: expect.stringContaining('"2"') }]);
    expect((await graph.db.read.query('SELECT value FROM observation')).rows).toEqual([{ value: 1 }]);
  });
});
