import { describe, expect, test } from '@jest/globals';
import { checkFields, labelFaults } from './register-check.js';
import { REGISTERS, registerOf } from './registers.js';

const noun = (name: string) => registerOf(name)!;

describe('the descriptions', () => {
  test('no name is used twice, and every reference leads to a register', () => {
    for (const key of ['noun', 'type', 'plural'] as const)
      expect(new Set(REGISTERS.map((each) => each[key])).size).toBe(REGISTERS.length);
    for (const { fields, derived } of REGISTERS) {
      const all = [...fields, ...(derived?.fields ?? [])];
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      expect(new Set(all.map(({ zh }) => zh)).size).toBe(all.length);
      for (const field of fields) {
        if (field.type === 'reference') expect(registerOf(field.noun)).toBeDefined();
        if (field.atLeast) expect(fields.find(({ name }) => name === field.atLeast)?.type).toBe(field.type);
      }
    }
  });

  test.each(
    REGISTERS.map((each) => [each.noun, each] as const),
  )('the examples of %s pass its own checks', (_n, each) => {
    const fields = Object.fromEntries(each.fields.map(({ name, example }) => [name, example]));
    expect(checkFields(each, fields)).toEqual({ fields: expect.anything() });
    expect(labelFaults({ code: each.code.example, name: each.name.example })).toEqual([]);
  });
});

describe('what is read', () => {
  test('numbers, dates, yes and no, and codes are understood as people write them', () => {
    const { fields } = checkFields(noun('construction-site'), {
      responsibleUnit: ' 某某建设 ',
      towerCranes: '2',
      pitDepthMetres: '6.50',
      deepPit: '有',
      startedOn: '2026年3月5日',
      plannedEndOn: '2027/1/9',
    });
    expect(fields).toEqual({
      responsibleUnit: '某某建设',
      towerCranes: 2,
      pitDepthMetres: 6.5,
      deepPit: true,
      startedOn: '2026-03-05',
      plannedEndOn: '2027-01-09',
    });
    for (const given of ['DEBRIS_FLOW', '泥石流', 'debris flow'])
      expect(
        checkFields(noun('hazard-site'), {
          hazardType: given,
          scale: '小型',
          threatenedPeople: 3,
          responsibleName: '甲',
          triggers: '降雨、融雪;降雨',
        }).fields,
      ).toMatchObject({ hazardType: 'DEBRIS_FLOW', scale: 'SMALL', triggers: ['降雨', '融雪'] });
  });

  test('an instant without a zone is read in the given zone', () => {
    const shift = { startsAt: '2026/6/1 9:00', endsAt: '2026-06-01T09:00:00Z', leaderName: '甲', officerName: '乙' };
    expect(checkFields(noun('duty-shift'), shift, 'Asia/Urumqi').fields).toMatchObject({
      startsAt: '2026-06-01T03:00:00.000Z',
      endsAt: '2026-06-01T09:00:00.000Z',
    });
  });

  test('a list of parts is understood as objects and as people write it in a cell, and again in its own form', () => {
    const chemicals = [
      { name: '甲醇', quantityTonnes: 3000, cas: '67-56-1', hazardClass: 'W5.3' },
      { name: '乙醇', quantityTonnes: 200 },
    ];
    const hazard = (given: unknown) =>
      checkFields(noun('major-hazard'), { enterprise: '6542020001', chemicals: given });
    for (const given of [
      chemicals,
      '甲醇|3,000|67-56-1||W5.3； 乙醇｜200',
      [{ ...chemicals[0], un: null }, chemicals[1]],
    ])
      expect(hazard(given).fields?.chemicals).toEqual(chemicals);
    expect(hazard([]).fields?.chemicals).toBeNull();
    for (const [given, reason, detail] of [
      ['甲醇', 'missing-field', 'part 1: quantityTonnes is needed'],
      [[chemicals[1], { name: '氨', quantityTonnes: -1 }], 'out-of-range', 'part 2: quantityTonnes -1 cannot be true'],
      [[{ ...chemicals[1], colour: 'red' }], 'unsupported', 'part 1: "colour" is no field of it'],
      ['甲醇|1|2|3|W5.3|5|6|7', 'unsupported', 'part 1: "value 8"'],
      [[7], 'malformed', 'part 1: is no object'],
      [7, 'malformed', 'is no list'],
      [Array(51).fill(chemicals[1]), 'too-large', 'has 51 parts'],
    ] as const)
      expect(hazard(given).faults).toEqual([{ field: 'chemicals', reason, detail: expect.stringContaining(detail) }]);
  });

  test('a blank is null, what is not spoken of stays absent', () => {
    expect(checkFields(noun('expert'), { specialties: ['水文'], title: ' ' }).fields).toEqual({
      specialties: ['水文'],
      title: null,
    });
  });
});

describe('what is refused', () => {
  const faults = (name: string, given: Record<string, unknown>) =>
    checkFields(noun(name), given).faults?.map(({ field, reason }) => [field, reason]);

  test('every fault is named with its field and kind', () => {
    expect(
      faults('reservoir', {
        scale: '巨型',
        totalCapacityTenThousandCubicMetres: '约 300',
        floodLimitLevelMetres: 99_999,
        lastAppraisedOn: '2026-02-30',
        administrativePhone: 'call me',
        unsafe: 'maybe',
        colour: 'blue',
      }),
    ).toEqual([
      ['scale', 'unknown-code'],
      ['totalCapacityTenThousandCubicMetres', 'not-a-number'],
      ['floodLimitLevelMetres', 'out-of-range'],
      ['unsafe', 'unknown-code'],
      ['lastAppraisedOn', 'bad-time'],
      ['administrativePhone', 'malformed'],
      ['colour', 'unsupported'],
    ]);
  });

  test('what is needed and missing, and what is out of order', () => {
    expect(faults('reservoir', { designLevelMetres: 512, floodLimitLevelMetres: 513 })).toEqual([
      ['scale', 'missing-field'],
      ['totalCapacityTenThousandCubicMetres', 'missing-field'],
      ['administrativeName', 'missing-field'],
      ['designLevelMetres', 'out-of-range'],
    ]);
  });

  test('a wrong telephone number is not repeated in the sentence that refuses it', () => {
    const checked = checkFields(noun('expert'), { specialties: '水文', phone: '1390000000O' });
    expect(JSON.stringify(checked.faults)).not.toContain('1390000000');
  });

  test('codes and names of more than a line, or none', () => {
    expect(labelFaults({ code: '', name: 'a\nb' }).map(({ field, reason }) => [field, reason])).toEqual([
      ['code', 'missing-field'],
      ['name', 'malformed'],
    ]);
  });
});
