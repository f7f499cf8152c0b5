import { describe, expect, test } from '@jest/globals';
import type { ObservationRecord, WarningRecord } from '../model/record.js';
import type { WarnsFor } from '../model/warning-authority.js';
import { guard } from './guard.js';

const now = new Date('2026-06-01T12:00:00Z');
const observation = (change: Partial<ObservationRecord> = {}): ObservationRecord => ({
  kind: 'observation',
  sourceId: 's',
  raw: 'r',
  observedAt: now,
  originalTime: 't',
  zone: 'UTC',
  station: '51346',
  property: 'air-temperature',
  value: 21.5,
  quality: 'GOOD',
  ...change,
});
const options = { keepObservationsDays: 30, exercise: false };
const reasonOf = (change: Partial<ObservationRecord>): string | undefined =>
  guard([observation(change)], now, options).rejects[0]?.reason;

describe('what no codec may let through', () => {
  test('a time at most ten minutes ahead passes, a later one is rejected and says both times', () => {
    expect(reasonOf({ observedAt: new Date('2026-06-01T12:10:00Z') })).toBeUndefined();
    const { rejects, records } = guard(
      [observation({ observedAt: new Date('2026-06-01T12:10:01Z'), originalTime: '20:10:01' })],
      now,
      options,
    );
    expect(records).toEqual([]);
    expect(rejects[0]).toMatchObject({ reason: 'future-date', detail: expect.stringContaining('20:10:01') });
  });
  test('a time older than observations are kept is rejected', () => {
    expect(reasonOf({ observedAt: new Date('2026-05-01T11:59:59Z') })).toBe('too-old');
    expect(reasonOf({ observedAt: new Date('2026-05-02T12:00:01Z') })).toBeUndefined();
  });
  test('a value that cannot be true, or is no number, is rejected', () => {
    expect(reasonOf({ value: 61 })).toBe('out-of-range');
    expect(reasonOf({ value: Number.NaN })).toBe('not-a-number');
    expect(reasonOf({ value: Number.POSITIVE_INFINITY })).toBe('not-a-number');
    expect(reasonOf({ value: null })).toBe('not-a-number');
    expect(reasonOf({ value: null, quality: 'MISSING' })).toBeUndefined();
    expect(reasonOf({ observedAt: new Date(Number.NaN) })).toBe('bad-time');
  });
  test('a warning that expires before it was sent is rejected', () => {
    const warning = {
      kind: 'warning',
      observedAt: now,
      expiresAt: now,
      raw: '',
      status: 'ACTUAL',
    } as unknown as WarningRecord;
    expect(guard([warning], now, options).rejects[0]?.reason).toBe('expires-before-sent');
  });
  test("a warning of another department, or a message that names one, is rejected unless the feed's settings allow it", () => {
    const warning = (identifier: string, references: string[] = []) =>
      ({
        kind: 'warning',
        observedAt: now,
        expiresAt: new Date('2026-06-02'),
        raw: '',
        status: 'ACTUAL',
        identifier,
        references,
      }) as unknown as WarningRecord;
    const [weather, tourism, emergency] = ['416', '908', '910'].map((agency) => `654202${agency}00000_20260601120000`);
    const take = (record: WarningRecord, feedId: string, warnsFor?: WarnsFor) =>
      guard([record], now, { ...options, speaker: { feedId, warnsFor } });
    const drill = take(warning(weather ?? ''), 'tourism/drill');
    expect(drill).toMatchObject({ records: [], rejects: [{ reason: 'not-authorised' }] });
    expect(drill.rejects[0]?.detail).toMatch(/WEATHER.*tourism\/drill.*warnsFor/);
    const end = warning(tourism ?? '', ['T-1', weather ?? '']);
    expect(take(end, 'tourism/drill').rejects).toMatchObject([{ reason: 'not-authorised' }]);
    for (const fit of [warning(tourism ?? ''), warning('T-1', ['T-2'])])
      expect(take(fit, 'tourism/drill')).toEqual({ records: [fit], rejects: [] });
    for (const warnsFor of ['all', ['WEATHER']] as const)
      expect(take(end, 'tourism/drill', warnsFor).records).toEqual([{ ...end, warnsFor }]);
    expect(take(warning(emergency ?? ''), 'tourism/drill', ['WEATHER']).records).toEqual([]);
  });
  test('what a feed of generated data says is an exercise, whatever its messages claim', () => {
    const warning = {
      kind: 'warning',
      observedAt: now,
      expiresAt: new Date('2026-06-02'),
      raw: '',
      status: 'ACTUAL',
    } as unknown as WarningRecord;
    expect(guard([warning], now, { ...options, exercise: true }).records[0]).toMatchObject({ status: 'EXERCISE' });
  });
});
