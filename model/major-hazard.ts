import { hazardClass, namedChemical } from './major-hazard-chemicals.js';

/** What is, or by design may be (GB 18218-2018, 4.2.2), in one production or storage unit of one chemical. */
export interface HeldChemical {
  readonly name: string;
  readonly cas?: string | null;
  /** Symbol of table 2, such as "W5.3". */
  readonly hazardClass?: string | null;
  readonly quantityTonnes: number;
  /** Threshold Q and factor β as the source says them: used only where the standard's tables do not tell. */
  readonly thresholdTonnes?: number | null;
  readonly factor?: number | null;
}

/** Where a value was taken from. */
export type ReckonedBy = 'TABLE_1' | 'TABLE_2' | 'TABLE_3' | 'TABLE_4' | 'SOURCE';

export interface ReckonedChemical {
  readonly name: string;
  /** Threshold Q in tonnes, factor β and share q/Q; null where neither the tables nor the source tell. */
  readonly thresholdTonnes: number | null;
  readonly thresholdBy: ReckonedBy | null;
  readonly factor: number | null;
  readonly factorBy: ReckonedBy | null;
  readonly ratio: number | null;
  /** Whether the source says another Q or β than was used. */
  readonly differs: boolean;
}

/** Clause 4.3.3, table 6; NONE: not a major hazard at all (4.2.1: the sum of q/Q is below 1). */
export const HAZARD_LEVELS = ['LEVEL_1', 'LEVEL_2', 'LEVEL_3', 'LEVEL_4', 'NONE'] as const;
export type HazardLevel = (typeof HAZARD_LEVELS)[number];

export interface HazardGrade {
  /** α of table 5; null where the number of persons is not known. */
  readonly exposureFactor: number | null;
  /** S = Σ q/Q, formula 1. */
  readonly identificationIndex: number | null;
  /** R = α Σ β q/Q, formula 2. */
  readonly gradingIndex: number | null;
  readonly level: HazardLevel | null;
  readonly chemicals: readonly ReckonedChemical[];
}

/** α by the persons who are usually within 500 m of the plant's border (4.3.2, table 5). */
export function exposureFactor(persons: number): number {
  if (persons >= 100) return 2;
  if (persons >= 50) return 1.5;
  if (persons >= 30) return 1.2;
  return persons >= 1 ? 1 : 0.5;
}

/** Table 6: level 1 from R 100, 2 from 50, 3 from 10, else 4. */
export function levelOfIndex(gradingIndex: number): HazardLevel {
  if (gradingIndex >= 100) return 'LEVEL_1';
  if (gradingIndex >= 50) return 'LEVEL_2';
  return gradingIndex >= 10 ? 'LEVEL_3' : 'LEVEL_4';
}

/** Q: table 1 for a chemical that it names, else table 2 by class (4.1.2). β: table 3 for the toxic gases, else table 4 by class (4.3.2). */
function reckon(held: HeldChemical): ReckonedChemical {
  const named = namedChemical(held.name, held.cas);
  const said = hazardClass(held.hazardClass);
  const graded = said ?? hazardClass(named?.hazardClass);
  const threshold = firstOf([
    ['TABLE_1', named?.thresholdTonnes],
    ['TABLE_2', said?.thresholdTonnes],
    // Nothing can be weighed against a threshold of nothing.
    ['SOURCE', held.thresholdTonnes || undefined],
  ]);
  const factor = firstOf([
    ['TABLE_3', named?.factor],
    ['TABLE_4', graded?.factor],
    ['SOURCE', held.factor],
  ]);
  const other = (source: number | null | undefined, used: number | null): boolean =>
    (source ?? null) !== null && used !== null && source !== used;
  return {
    name: held.name,
    thresholdTonnes: threshold.value,
    thresholdBy: threshold.by,
    factor: factor.value,
    factorBy: factor.by,
    ratio: threshold.value === null ? null : held.quantityTonnes / threshold.value,
    differs: other(held.thresholdTonnes, threshold.value) || other(held.factor, factor.value),
  };
}

type Choice = readonly [by: ReckonedBy, value: number | null | undefined];

function firstOf(choices: readonly Choice[]): { readonly value: number | null; readonly by: ReckonedBy | null } {
  const found = choices.find(([, value]) => (value ?? null) !== null);
  return { value: found?.[1] ?? null, by: found?.[0] ?? null };
}

/**
 * Whether a unit is a major hazard, and of which level, by GB 18218-2018. What is not known of one chemical, or of the persons
 * around, leaves open what depends on it: an index that left a chemical out would be too low.
 */
export function gradeHazard(held: readonly HeldChemical[], exposedPersons: number | null): HazardGrade {
  const chemicals = held.map(reckon);
  const alpha = exposedPersons === null ? null : exposureFactor(exposedPersons);
  const sum = sumOf(chemicals.map(({ ratio }) => ratio));
  const weighted = sumOf(
    chemicals.map(({ ratio, factor }) => (ratio === null || factor === null ? null : factor * ratio)),
  );
  const index = alpha === null || weighted === null ? null : rounded(alpha * weighted);
  const none = sum !== null && sum < 1;
  return {
    exposureFactor: alpha,
    identificationIndex: sum,
    gradingIndex: index,
    level: none ? 'NONE' : sum === null || index === null ? null : levelOfIndex(index),
    chemicals,
  };
}

/** Null where one is not known, and for none at all. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : rounded(known.reduce((a, b) => a + b));
}

/** What is 10 but for the last binary digit must count as 10. */
const rounded = (value: number): number => Number(value.toPrecision(12));
