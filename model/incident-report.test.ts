import { describe, expect, test } from '@jest/globals';
import { DEFAULT_DEADLINES, deadlineOf, nextReport, orderFault, type ReportProgress } from './incident-report.js';

const T = new Date('2026-07-01T08:00:00Z');
const at = (minutes: number): Date => new Date(T.getTime() + minutes * 60_000);
const progress = (change: Partial<ReportProgress>): ReportProgress => ({
  level: 'III',
  knownAt: T,
  reportCount: 0,
  lastReportKind: null,
  lastReportAt: null,
  writtenReportAt: null,
  controlledAt: null,
  ...change,
});
const phoned = progress({ reportCount: 1, lastReportKind: 'FIRST', lastReportAt: at(10) });
const written = progress({ reportCount: 2, lastReportKind: 'FIRST', lastReportAt: at(40), writtenReportAt: at(40) });
const due = (each: ReportProgress) => nextReport(each, DEFAULT_DEADLINES);

test('what is due follows from what was filed', () => {
  expect(due(progress({}))).toEqual({ kind: 'FIRST', medium: 'PHONE', dueAt: at(30) });
  expect(due(phoned)).toEqual({ kind: 'FIRST', medium: 'WRITTEN', dueAt: at(60) });
  expect(due(written)).toEqual({ kind: 'FOLLOW_UP', medium: 'WRITTEN', dueAt: at(40 + 12 * 60) });
  expect(due({ ...written, level: 'I' })?.dueAt).toEqual(at(40 + 2 * 60));
  expect(due({ ...written, controlledAt: at(300) })).toEqual({
    kind: 'FINAL',
    medium: 'WRITTEN',
    dueAt: at(300 + 72 * 60),
  });
  expect(due({ ...written, lastReportKind: 'FINAL' })).toBeNull();
});

test('a first report has the time of its own kind, any other what was due', () => {
  expect(deadlineOf('FIRST', 'WRITTEN', progress({}), DEFAULT_DEADLINES)).toEqual(at(60));
  expect(deadlineOf('FIRST', 'PHONE', progress({}), DEFAULT_DEADLINES)).toEqual(at(30));
  expect(deadlineOf('FOLLOW_UP', 'WRITTEN', written, DEFAULT_DEADLINES)).toEqual(at(40 + 12 * 60));
});

describe('the order', () => {
  test.each([
    ['a first one', 'FIRST', 'PHONE', progress({}), false, undefined],
    ['a written one after the call', 'FIRST', 'WRITTEN', phoned, false, undefined],
    ['a second call', 'FIRST', 'PHONE', phoned, false, 'FIRST_ALREADY_FILED'],
    ['a second written one', 'FIRST', 'WRITTEN', written, false, 'FIRST_ALREADY_FILED'],
    ['a follow-up before the first', 'FOLLOW_UP', 'WRITTEN', progress({}), false, 'NO_FIRST'],
    ['a final one before the first', 'FINAL', 'WRITTEN', progress({}), false, 'NO_FIRST'],
    ['a follow-up', 'FOLLOW_UP', 'WRITTEN', written, false, undefined],
    ['a final one', 'FINAL', 'WRITTEN', written, false, undefined],
    [
      'a follow-up after the end',
      'FOLLOW_UP',
      'WRITTEN',
      { ...written, lastReportKind: 'FINAL' },
      false,
      'ALREADY_CLOSED',
    ],
    ['a second final one', 'FINAL', 'WRITTEN', { ...written, lastReportKind: 'FINAL' }, true, 'ALREADY_CLOSED'],
    [
      'a follow-up that opens it again',
      'FOLLOW_UP',
      'WRITTEN',
      { ...written, lastReportKind: 'FINAL' },
      true,
      undefined,
    ],
  ] as const)('%s', (_name, kind, medium, before, reopens, fault) => {
    expect(orderFault(kind, medium, before, reopens)).toBe(fault);
  });
});
