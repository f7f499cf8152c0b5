import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Approval, ReleaseRow, ReleaseStep } from './release.js';
import { defaultRules } from './release-defaults.js';
import {
  type Actor,
  approvalsOf,
  consent,
  draftFault,
  longestHours,
  missingApprovals,
  outFault,
  reviewFault,
} from './release-rules.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const hours = (n: number): Date => new Date(NOW.getTime() + n * 3_600_000);
const rules = defaultRules('654202');

const FORECASTER: Actor = { id: 'f', department: 'WEATHER', roles: ['FORECASTER'] };
const RELEASER: Actor = { id: 'r', department: 'WEATHER', roles: ['RELEASER'] };
const BOTH: Actor = { id: 'f', department: 'WEATHER', roles: ['FORECASTER', 'RELEASER'] };
const ELSEWHERE: Actor = { id: 'w', department: 'WATER', roles: ['RELEASER'] };
const OFFICER: Actor = { id: 'o', department: 'EMERGENCY', roles: ['DUTY_OFFICER'] };
const OFFICER_TOO: Actor = { id: 'p', department: 'EMERGENCY', roles: ['DUTY_OFFICER', 'RELEASER'] };

const step = (kind: ReleaseStep['kind'], { id, ...actor }: Actor, version = 1): ReleaseStep => ({
  serial: 1,
  kind,
  version,
  by: id,
  name: id,
  department: actor.department,
  approvals: approvalsOf({ id, ...actor }, 'WEATHER'),
  at: NOW,
  note: null,
  verdict: null,
  missing: [],
});
const release = (required: readonly Approval[], ...steps: ReleaseStep[]): ReleaseRow => ({
  id: 'x',
  kind: 'ALERT',
  departmentCode: 'WEATHER',
  warningId: 'x',
  replaces: null,
  reason: null,
  state: 'PENDING',
  version: 1,
  required,
  submittedAt: NOW,
  reviewDueAt: null,
  reviewedAt: null,
  steps: [step('DRAFTED', FORECASTER), ...steps],
});

describe('whose consent is missing', () => {
  const R: Approval = 'RELEASER';
  const D: Approval = 'DUTY_OFFICER';
  const who = (...approvals: Approval[]) => ({ approvals });
  test.each([
    [[R], [], [R]],
    [[R], [who(R)], []],
    [[R], [who(D)], [R]],
    [[R, D], [who(D)], [R]],
    [[R, D], [who(R), who(R)], [D]],
    [[R, D], [who(R, D)], [D]],
    [[R, D], [who(R, D), who(R)], []],
    [[R, R], [who(R)], [R]],
    [[R, R, D], [who(R, D), who(D), who(R)], []],
  ])('%j given %j: %j', (required, given, missing) => {
    expect(missingApprovals(required, given)).toEqual(missing);
  });

  test('whatever the order in which they are given', () => {
    const approval = fc.constantFrom(R, D);
    const given = fc.array(
      fc.array(approval, { maxLength: 2 }).map((approvals) => ({ approvals })),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(fc.array(approval, { maxLength: 3 }), given, (required, list) => {
        expect(missingApprovals(required, list).length).toBe(missingApprovals(required, [...list].reverse()).length);
      }),
    );
  });
});

describe('what becomes of a pending release', () => {
  const both: readonly Approval[] = ['RELEASER', 'DUTY_OFFICER'];
  const done = { missing: [], bypassed: false };
  test.each([
    ['yellow: its releaser lets it out', release(['RELEASER']), RELEASER, false, done],
    ['yellow: not who wrote it', release(['RELEASER']), BOTH, false, { fault: 'SAME_PERSON' }],
    ['yellow: not the duty officer', release(['RELEASER']), OFFICER, false, { fault: 'APPROVAL_NOT_NEEDED' }],
    ['yellow: no other department', release(['RELEASER']), ELSEWHERE, false, { fault: 'APPROVAL_NOT_NEEDED' }],
    [
      'red: the releaser alone is not enough',
      release(both),
      RELEASER,
      false,
      { missing: ['DUTY_OFFICER'], bypassed: false },
    ],
    ['red: nor the officer alone', release(both), OFFICER, false, { missing: ['RELEASER'], bypassed: false }],
    ['red: the officer after the releaser', release(both, step('APPROVED', RELEASER)), OFFICER, false, done],
    ['red: the releaser after the officer', release(both, step('APPROVED', OFFICER)), RELEASER, false, done],
    ['red: nobody twice', release(both, step('APPROVED', RELEASER)), RELEASER, false, { fault: 'ALREADY_APPROVED' }],
    [
      'red: no second officer in the releaser’s place',
      release(both, step('APPROVED', OFFICER)),
      OFFICER_TOO,
      false,
      { fault: 'APPROVAL_NOT_NEEDED' },
    ],
    [
      'consents to an earlier version do not count',
      { ...release(both, step('APPROVED', RELEASER)), version: 2 },
      OFFICER,
      false,
      { missing: ['RELEASER'], bypassed: false },
    ],
    [
      'whoever wrote an earlier version does not release a later one',
      { ...release(['RELEASER'], step('DRAFTED', RELEASER, 2)), version: 2 },
      BOTH,
      false,
      { fault: 'SAME_PERSON' },
    ],
    ['bypass by the releaser', release(both), RELEASER, true, { missing: ['DUTY_OFFICER'], bypassed: true }],
    ['bypass by who wrote it', release(both), BOTH, true, { missing: both, bypassed: true }],
    [
      'bypass by the officer, of a yellow one',
      release(['RELEASER']),
      OFFICER,
      true,
      { missing: ['RELEASER'], bypassed: true },
    ],
    ['a bypass that was not needed is none', release(['RELEASER']), RELEASER, true, done],
  ] as const)('%s', (_name, of, actor, bypass, expected) => {
    expect(consent(of, actor, bypass)).toEqual(expected);
  });

  const moment = { warning: 'PENDING', expiresAt: hours(1), replaces: null, now: NOW } as const;
  test.each([
    ['goes out', {}, {}, undefined],
    ['is a draft', { state: 'DRAFT' }, {}, 'NOT_SUBMITTED'],
    ['was returned', { state: 'RETURNED' }, {}, 'WAS_RETURNED'],
    ['is out', { state: 'RELEASED' }, {}, 'ALREADY_RELEASED'],
    ['has run out', {}, { expiresAt: NOW }, 'EXPIRED'],
    ['came from elsewhere meanwhile', {}, { warning: 'ACTIVE' }, 'ALREADY_RELEASED'],
    ['replaces one in force', { kind: 'UPDATE' }, { replaces: 'ACTIVE' }, undefined],
    ['replaces one that is over', { kind: 'UPDATE' }, { replaces: 'EXPIRED' }, 'NOT_IN_FORCE'],
    ['ends one in force', { kind: 'CANCEL' }, { warning: 'ACTIVE' }, undefined],
    ['ends one that is over', { kind: 'CANCEL' }, { warning: 'SUPERSEDED' }, 'NOT_IN_FORCE'],
  ] as const)('what %s', (_name, change, around, fault) => {
    expect(outFault({ ...release(['RELEASER']), ...change }, { ...moment, ...around })).toBe(fault);
  });

  test.each([
    ['nothing was bypassed', release(both), RELEASER, 'NOT_BYPASSED'],
    ['by who did it', release(both, step('BYPASSED', RELEASER)), RELEASER, 'SAME_PERSON'],
    ['by who wrote it', release(both, step('BYPASSED', RELEASER)), BOTH, 'SAME_PERSON'],
    ['by another', release(both, step('BYPASSED', RELEASER)), OFFICER, undefined],
    ['again', { ...release(both, step('BYPASSED', RELEASER)), reviewedAt: NOW }, OFFICER, 'ALREADY_REVIEWED'],
  ] as const)('a bypass is reviewed: %s', (_name, of, actor, fault) => {
    expect(reviewFault(of, actor)).toBe(fault);
  });
});

describe('what a department may warn of', () => {
  const terms = { department: 'WEATHER', hazardCode: '11B03', divisions: ['654202'], expiresAt: hours(6) } as const;
  test.each([
    ['its own hazard', {}, undefined],
    ['another’s hazard', { hazardCode: '11D00' }, 'HAZARD_NOT_OF_DEPARTMENT'],
    ['by a department without any', { department: 'TOURISM' }, 'HAZARD_NOT_OF_DEPARTMENT'],
    ['a township and a farm of the corps within the city', { divisions: ['654202100', '654202500'] }, undefined],
    ['the neighbour', { divisions: ['654202', '654203'] }, 'DIVISION_OUTSIDE_AREA'],
    ['the whole prefecture', { divisions: ['654200'] }, 'DIVISION_OUTSIDE_AREA'],
    ['over already', { expiresAt: NOW }, 'EXPIRED'],
    ['as long as it may', { expiresAt: hours(48) }, undefined],
    ['longer', { expiresAt: hours(48.1) }, 'EXPIRES_TOO_LATE'],
  ] as const)('%s', (_name, change, fault) => {
    expect(draftFault({ ...terms, ...change }, rules, NOW)).toBe(fault);
  });

  test('the settings bound each hazard, an unknown one by four days', () => {
    expect(longestHours('11B22', rules)).toBe(4 * 168);
    expect(longestHours('99X99', rules)).toBe(96);
    expect(longestHours('11B03', { ...rules, hours: { '11B03': 5 } })).toBe(5);
  });

  test('senders are by rule: area, agency, five zeros', () => {
    expect([rules.senders.WEATHER.code, rules.senders.WATER.code]).toEqual(['65420241600000', '65420233200000']);
    expect(new Set(Object.values(rules.senders).map(({ code }) => code)).size).toBe(12);
  });
});
