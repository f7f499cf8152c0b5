import { expect, test } from '@jest/globals';
import { ANONYMOUS, ROOT } from '../../model/access.js';
import { type AuditDraft, feedKey } from '../../model/audit.js';
import { Pending } from './pending.js';

const NOW = new Date('2026-06-01T00:00:00Z');
const draft = (change: Partial<AuditDraft> = {}): AuditDraft => ({
  ...{ at: NOW, kind: 'QUERY', principal: ROOT, operation: null, document: null, rootFields: [], variables: null },
  ...{ grants: [], feeds: [], result: 'OK', outcome: null, rowCount: 0, times: 1, requestId: null, address: null },
  ...{ milliseconds: 0, ...change },
});
const stranger = (address: string): AuditDraft =>
  draft({ principal: ANONYMOUS, kind: 'DOOR', result: 'UNAUTHENTICATED', address });

test('beyond 10,000 what waits is full, and what finds no room is counted and told as one row', () => {
  const pending = new Pending(() => new Date(NOW.getTime() + 5000));
  for (let n = 0; n < 10_003; n += 1) pending.add(draft());
  expect([pending.length, pending.isFull, pending.lost]).toEqual([10_001, true, 3]);
  const taken = pending.take(10_000);
  expect(taken).toHaveLength(10_000);
  pending.putBack(taken);
  expect([pending.length, pending.isFull]).toEqual([10_001, true]);
  expect(pending.take(20_000).at(-1)).toMatchObject({ kind: 'LOST', times: 3, at: NOW, milliseconds: 5000 });
  expect([pending.length, pending.isFull]).toEqual([0, false]);
});

test('nobody known can fill it, from however many addresses, and each of their attempts is counted', () => {
  const pending = new Pending(() => NOW);
  for (let n = 0; n < 12_000; n += 1) pending.add(stranger(`10.0.${n >> 8}.${n & 255}`));
  expect(pending.isFull).toBe(false);
  const taken = pending.take(1000);
  expect(taken.length).toBeLessThanOrEqual(501);
  expect(taken.reduce((sum, { times }) => sum + times, 0)).toBe(12_000);
  pending.putBack(taken);
  expect(pending.take(1000)).toEqual(taken);
});

test('like pushes by a feed’s own key, and those refused for want of evidence, are counted; a FEEDER’s are not', () => {
  const pending = new Pending(() => NOW);
  const pushed = (change: Partial<AuditDraft>): void =>
    pending.add(draft({ kind: 'PUSH', rootFields: ['water/a'], rowCount: 2, ...change }));
  for (let n = 0; n < 3; n += 1) {
    pushed({ principal: feedKey('water/a') });
    pushed({ principal: feedKey('water/b') });
    pushed({ result: 'SOURCE_UNAVAILABLE', rowCount: 0 });
    pushed({});
  }
  expect(pending.length).toBe(6);
  const taken = pending.take(1000);
  const brief = taken.map(({ principal, result, times, rowCount }) => [principal.id, result, times, rowCount]);
  expect(brief).toEqual([
    ...Array(3).fill([ROOT.id, 'OK', 1, 2]),
    ['feed:water/a', 'OK', 3, 6],
    ['feed:water/b', 'OK', 3, 6],
    [ROOT.id, 'SOURCE_UNAVAILABLE', 3, 0],
  ]);
  pending.putBack(taken);
  expect(pending.take(1000)).toEqual(taken);
});
