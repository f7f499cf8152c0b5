import { describe, expect, test } from '@jest/globals';
import type { OutgoingChange } from '../model/delivery.js';
import type { WarningSnapshot } from '../model/entry.js';
import { messageOf } from './broadcast/message.js';
import { released } from './rule.js';
import { smsTexts } from './sms/text.js';
import { cut, textsIn, withoutNumbers } from './texts.js';
import { wants } from './wanted.js';

const text = (language: string, headline: string, instruction: string | null = null) => ({
  ...{ language, hazard: 'x', senderName: '气象台', headline, description: `${headline} …`, instruction },
});
const warning = (change: Partial<WarningSnapshot> = {}): WarningSnapshot => ({
  ...{ identifier: '65420241600000_20260601080000', departmentCode: 'WEATHER', feedId: null, hazardCode: '11B03' },
  ...{ level: 'ORANGE', state: 'ACTIVE', status: 'ACTUAL', issuedAt: '2026-06-01T08:00:00.000Z', effectiveAt: null },
  ...{
    onsetAt: null,
    expiresAt: '2026-06-01T14:00:00.000Z',
    cancelledAt: null,
    receivedAt: '2026-06-01T08:00:01.000Z',
  },
  ...{ divisionCodes: ['654202'], area: null, revision: 0, supersededById: null },
  texts: [text('zh-CN', '暴雨橙色预警', '远离河道。'), text('ug', 'يامغۇر'), text('en-US', 'Rainstorm', 'Stay away.')],
  ...change,
});
const change = (of: Partial<WarningSnapshot> = {}, kind: OutgoingChange['kind'] = 'ISSUED'): OutgoingChange => ({
  ...{ kind, at: '2026-06-01T08:00:02.000Z', cursor: 'e:1', supersedes: [], warning: warning(of) },
});

describe('what a channel asks for', () => {
  test.each([
    [{}, true],
    [{ minLevel: 'ORANGE' }, true],
    [{ minLevel: 'RED' }, false],
    [{ hazards: ['11B'] }, true],
    [{ hazards: ['11A'] }, false],
    [{ departments: ['WEATHER'] }, true],
    [{ departments: ['WATER'] }, false],
    [{ divisions: ['654202100'] }, true],
    [{ divisions: ['654200'] }, true],
    [{ divisions: ['654223'] }, false],
    [{ audiences: ['SCHOOL'] }, true],
  ] as const)('%j: %s', (settings, wanted) => {
    expect(wants(settings as unknown as Parameters<typeof wants>[0], warning(), [])).toBe(wanted);
  });

  test('by group where the warning names audiences; one that names none passes', () => {
    const herders = [{ group: 'HERDER', division: '654202' }] as const;
    expect(wants({ audiences: ['SCHOOL'] }, warning(), herders)).toBe(false);
    expect(wants({ audiences: ['SCHOOL', 'HERDER'] }, warning(), herders)).toBe(true);
    expect(wants({}, warning(), herders)).toBe(true);
  });
});

describe('words', () => {
  const own = { brand: '烽火', languages: ['zh-CN', 'kk', 'en'], maxCharacters: 30 };

  test('of an SMS are a text a language, cut at the limit, with the exercise said first', () => {
    expect(smsTexts(change(), own)).toEqual([
      { language: 'zh-CN', text: '【烽火】暴雨橙色预警。远离河道。' },
      { language: 'en-US', text: '【烽火】Rainstorm. Stay away.' },
    ]);
    const exercise = released({ public: false }, change({ status: 'EXERCISE' })) as OutgoingChange;
    expect(smsTexts(exercise, own)[0]?.text).toBe('【烽火】【演练】暴雨橙色预警。远离河道。');
    const long = smsTexts(change({ texts: [text('zh-CN', '很'.repeat(80))] }), own)[0]?.text ?? '';
    expect([[...long].length, long.endsWith('…')]).toEqual([30, true]);
    expect(smsTexts(change({ state: 'CANCELLED' }, 'CANCELLED'), own)[1]?.text).toBe('【烽火】ENDED: Rainstorm');
  });

  test('come in the languages asked for, else in Chinese, else in whatever there is', () => {
    const languages = (wanted: string[], of = warning()) => textsIn(of, wanted).map(({ language }) => language);
    expect(languages(['en', 'ug'])).toEqual(['en-US', 'ug']);
    expect(languages(['kk'])).toEqual(['zh-CN']);
    expect(languages(['kk'], warning({ texts: [text('mn', 'x')] }))).toEqual(['mn']);
    expect(cut('火火火', 2)).toBe('火…');
    expect(withoutNumbers('139 0000 0001 is off, code 12')).toBe('… is off, code 12');
  });
});

describe('a broadcast message', () => {
  const own = { source: '1'.repeat(18), destination: '2'.repeat(18), languages: ['zh-CN'] };

  test('is the same at each attempt, red is 1 and blue 4, and a retraction bears the id of what it takes back', () => {
    const to = { number: 1_780_000_000_000_001, related: null };
    expect(messageOf(change(), to, own)).toEqual(messageOf(change(), to, own));
    const severity = (level: WarningSnapshot['level']) =>
      (messageOf(change({ level }), to, own).content as { severity: string }).severity;
    expect([severity('RED'), severity('ORANGE'), severity('YELLOW'), severity('BLUE')]).toEqual(['1', '2', '3', '4']);
    const first = messageOf(change(), to, own);
    const next = { number: 1_780_000_000_000_002, related: to.number };
    const back = messageOf(change({ state: 'CANCELLED' }, 'CANCELLED'), next, own);
    expect(back.related).toBe(first.ebdId);
    expect(back.content).toMatchObject({ msgType: '2', ebmId: first.ebdId.slice(2) });
    const correction = messageOf(change({}, 'UPDATED'), next, own);
    expect(correction).toMatchObject({
      related: first.ebdId,
      content: { msgType: '1', ebmId: correction.ebdId.slice(2) },
    });
  });

  test('of a warning without a code or sender’s code still is one', () => {
    const ebd = messageOf(
      change({ hazardCode: 'UNKNOWN', identifier: 'urn:oid:1', texts: [] }),
      { number: 1, related: null },
      own,
    );
    expect(ebd.content).toMatchObject({
      eventType: '00000',
      senderCode: '0',
      title: 'urn:oid:1',
      senderName: 'unknown',
    });
  });
});
