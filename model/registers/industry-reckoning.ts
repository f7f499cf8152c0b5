import { gradeHazard, type HazardGrade, type HeldChemical } from '../major-hazard.js';
import { HAZARD_CLASSES } from '../major-hazard-chemicals.js';
import type { RegisterFields, RegisterNoun, RegisterPart } from '../register.js';
import { codes, number, oneOf, parts, text, yesNo } from '../register-fields.js';

/** Levels of GB 18218-2018 table 6. */
export const LEVEL_CODES = codes(
  ['LEVEL_1', '一级', 'Level 1'],
  ['LEVEL_2', '二级', 'Level 2'],
  ['LEVEL_3', '三级', 'Level 3'],
  ['LEVEL_4', '四级', 'Level 4'],
  ['NONE', '不构成重大危险源', 'No major hazard'],
);

/** The symbols of tables 2 and 4. */
export const CLASS_CODES = HAZARD_CLASSES.map(({ symbol, zh, en }) => ({ code: symbol, zh, en }));

const SOURCES = codes(
  ['TABLE_1', '标准表1', 'Table 1, by name'],
  ['TABLE_2', '标准表2', 'Table 2, by class'],
  ['TABLE_3', '标准表3', 'Table 3, toxic gases'],
  ['TABLE_4', '标准表4', 'Table 4, by class'],
  ['SOURCE', '来源', 'The source'],
);

/** A source that rounds its index does not contradict the hub. */
const SAME_WITHIN = 0.01;

/** What the hub reckons of a unit by GB 18218-2018, beside what the source says of it. */
export const RECKONING: NonNullable<RegisterNoun['derived']> = {
  fields: [
    oneOf(
      'level',
      'Level as the hub reckons it by GB 18218-2018; null while a chemical or the persons around are not known well enough',
      '平台按 GB 18218-2018 计算的级别，资料不足时为空',
      LEVEL_CODES,
    ),
    yesNo(
      'differs',
      'Whether the source says another level, or another R by more than 1 %; null where there is nothing to compare',
      '来源级别或R值与平台计算是否不一致',
    ),
    number('identificationIndex', 'S, the sum of q/Q: a major hazard from 1', '辨识指标S', '6'),
    number('gradingIndex', 'Grading index R = α Σ β q/Q', '分级指标R', '9'),
    number('exposureFactor', 'α, by the persons within 500 m', '暴露人员校正系数α', '1.5'),
    parts(
      'reckoning',
      ['What each chemical was reckoned with', '各危险化学品的计算取值', '甲醇|500|标准表1|1|标准表4|6|否'],
      'HazardChemicalReckoning',
      [
        text('name', 'Chemical', '品名', '甲醇', { required: true }),
        number('thresholdTonnes', 'Threshold Q that was used', '临界量Q(吨)', '500', { unit: 't' }),
        oneOf('thresholdBy', 'Where Q was taken from', '临界量依据', SOURCES),
        number('factor', 'Factor β that was used', '校正系数β', '1'),
        oneOf('factorBy', 'Where β was taken from', '校正系数依据', SOURCES),
        number('ratio', 'Its share q/Q', '存量与临界量之比', '6'),
        yesNo('differs', 'Whether the source says another Q or β', '来源取值是否不一致'),
      ],
    ),
  ],
  reckon(said) {
    const grade = gradeHazard(
      heldOf(said.chemicals),
      typeof said.exposedPersons === 'number' ? said.exposedPersons : null,
    );
    return {
      level: grade.level,
      differs: differs(grade, said),
      identificationIndex: grade.identificationIndex,
      gradingIndex: grade.gradingIndex,
      exposureFactor: grade.exposureFactor,
      reckoning: grade.chemicals.length > 0 ? grade.chemicals.map((each): RegisterPart => ({ ...each })) : null,
    };
  },
};

const heldOf = (chemicals: RegisterFields[string] | undefined): HeldChemical[] =>
  Array.isArray(chemicals) ? (chemicals as readonly unknown[] as HeldChemical[]) : [];

function differs(
  { level, gradingIndex }: HazardGrade,
  { sourceLevel, sourceGradingIndex }: RegisterFields,
): boolean | null {
  const compared: boolean[] = [];
  if (typeof sourceLevel === 'string' && level !== null) compared.push(sourceLevel !== level);
  if (typeof sourceGradingIndex === 'number' && gradingIndex !== null)
    compared.push(Math.abs(sourceGradingIndex - gradingIndex) > SAME_WITHIN * gradingIndex);
  return compared.length > 0 ? compared.includes(true) : null;
}
