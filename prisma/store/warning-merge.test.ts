import { describe, expect, test } from '@jest/globals';
import { mergeWarning, type StoredMessage, type StoredSource } from './warning-merge.js';

const message = (change: Partial<StoredMessage> = {}): StoredMessage => ({
  kind: 'warning',
  sourceId: 'x',
  originalTime: '',
  zone: '+08:00',
  identifier: '65420241600000_20260601080000',
  format: '12379',
  messageType: 'ALERT',
  status: 'ACTUAL',
  references: [],
  hazardCode: '11B03',
  level: 'BLUE',
  observedAt: '2026-06-01T00:00:00.000Z',
  effectiveAt: null,
  onsetAt: null,
  expiresAt: '2026-06-01T12:00:00.000Z',
  divisionCodes: ['654202'],
  area: null,
  texts: [
    {
      language: 'zh-CN',
      hazard: '暴雨',
      senderName: '乌苏市气象台',
      headline: '暴雨蓝色预警',
      description: '……',
      instruction: null,
    },
  ],
  ...change,
});
const source = (format: '12379' | 'cap', change: Partial<StoredMessage> = {}): StoredSource => ({
  identifier: message().identifier,
  feedId: 'weather/warnings',
  format,
  receivedAt: new Date('2026-06-01T00:01:00Z'),
  record: message({ format, ...change }),
});
const now = new Date('2026-06-01T06:00:00Z');
const english = {
  language: 'en-US',
  hazard: 'rainstorm',
  senderName: 'Wusu',
  headline: 'Blue rainstorm',
  description: '…',
  instruction: null,
};

describe('one warning from many messages', () => {
  test('two dialects give one warning with both languages, in whatever order they came', () => {
    const domestic = source('12379');
    const cap = source('cap', { hazardCode: null, level: 'YELLOW', texts: [english] });
    const one = mergeWarning([domestic, cap], [], now);
    expect(mergeWarning([cap, domestic], [], now)).toEqual(one);
    expect(one).toMatchObject({ level: 'BLUE', hazardCode: '11B03', departmentCode: 'WEATHER', state: 'ACTIVE' });
    expect(one.texts.map((text) => text.language)).toEqual(['zh-CN', 'en-US']);
  });
  test('a cancellation ends it, an update supersedes it, and time runs it out', () => {
    const at = new Date('2026-06-01T03:00:00Z');
    const by = [{ feedId: 'weather/warnings', status: 'ACTUAL' as const }];
    expect(mergeWarning([source('12379')], [{ from: 'c', kind: 'CANCEL', sentAt: at, by }], now)).toMatchObject({
      state: 'CANCELLED',
      cancelledAt: at.toISOString(),
    });
    expect(mergeWarning([source('12379')], [{ from: 'u', kind: 'UPDATE', sentAt: at, by }], now)).toMatchObject({
      state: 'SUPERSEDED',
      supersededById: 'u',
    });
    expect(mergeWarning([source('12379')], [], new Date('2026-06-01T12:00:00Z')).state).toBe('EXPIRED');
  });
  test.each([
    'ACTUAL',
    'EXERCISE',
  ] as const)('%s stays so, and in force, whatever another department says of it', (status) => {
    const other = status === 'ACTUAL' ? 'EXERCISE' : 'ACTUAL';
    const own = source('cap', { status });
    const foreign = { ...source('12379', { status: other, level: 'RED' }), feedId: 'tourism/drill' };
    const at = new Date('2026-06-01T03:00:00Z');
    const said = (feedId: string) =>
      [{ from: 'c', kind: 'CANCEL' as const, sentAt: at, by: [{ feedId, status }] }] as const;
    const merged = mergeWarning([foreign, own], said('tourism/drill'), now);
    expect(merged).toEqual(mergeWarning([own], [], now));
    expect(merged).toMatchObject({ status, level: 'BLUE', state: 'ACTIVE' });
    // The control: a feed that may speak for weather is heard.
    const relayed = { ...foreign, record: { ...foreign.record, warnsFor: ['WEATHER' as const] } };
    expect(mergeWarning([relayed, own], [], now)).toMatchObject({ status: other, level: 'RED' });
    expect(mergeWarning([own], said('weather/other'), now).state).toBe('CANCELLED');
  });
});
