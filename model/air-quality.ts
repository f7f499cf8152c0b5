/** What the index is made of. Ozone counts by its hourly mean in hourly reports and by its 8-hour mean in daily ones. */
export const POLLUTANTS = ['SO2', 'NO2', 'CO', 'O3', 'O3_8H', 'PM10', 'PM2_5'] as const;
export type Pollutant = (typeof POLLUTANTS)[number];
/** HOUR: the real-time report by means of one hour; DAY: the daily report by means of 24 hours (ozone: of 8). */
export const AVERAGINGS = ['HOUR', 'DAY'] as const;
export type Averaging = (typeof AVERAGINGS)[number];
/** HJ 633-2012, and HJ 633-2026, which took its place on 1 March 2026 with stricter columns for particles. */
export const AQI_EDITIONS = ['2012', '2026'] as const;
export type AqiEdition = (typeof AQI_EDITIONS)[number];

/** µg/m³, carbon monoxide mg/m³. */
export const concentrationUnit = (pollutant: Pollutant): 'ug/m3' | 'mg/m3' => (pollutant === 'CO' ? 'mg/m3' : 'ug/m3');

const EDITION_2026_FROM = new Date('2026-03-01T00:00:00+08:00');
/** The edition in force at a moment. */
export const editionAt = (at: Date): AqiEdition => (at < EDITION_2026_FROM ? '2012' : '2026');

const INDEXES = [0, 50, 100, 150, 200, 300, 400, 500] as const;
/** HJ 633-2012 table 1, by concentration. A column that ends early says no more than "at least" its last index. */
const COLUMNS: Readonly<Record<string, readonly number[]>> = {
  'SO2 HOUR': [0, 150, 500, 650, 800],
  'SO2 DAY': [0, 50, 150, 475, 800, 1600, 2100, 2620],
  'NO2 HOUR': [0, 100, 200, 700, 1200, 2340, 3090, 3840],
  'NO2 DAY': [0, 40, 80, 180, 280, 565, 750, 940],
  'CO HOUR': [0, 5, 10, 35, 60, 90, 120, 150],
  'CO DAY': [0, 2, 4, 14, 24, 36, 48, 60],
  'O3 HOUR': [0, 160, 200, 300, 400, 800, 1000, 1200],
  'O3_8H DAY': [0, 100, 160, 215, 265, 800],
  // The table has no hourly columns for particles: real-time reports judge the hourly mean by the daily one.
  'PM10 HOUR': [0, 50, 150, 250, 350, 420, 500, 600],
  'PM10 DAY': [0, 50, 150, 250, 350, 420, 500, 600],
  'PM2_5 HOUR': [0, 35, 75, 115, 150, 250, 350, 500],
  'PM2_5 DAY': [0, 35, 75, 115, 150, 250, 350, 500],
};
/** The only columns of HJ 633-2026 table 3 that differ. */
const COLUMNS_2026: Readonly<Record<string, readonly number[]>> = {
  'PM10 HOUR': [0, 50, 120, 250, 350, 420, 500, 600],
  'PM10 DAY': [0, 50, 120, 250, 350, 420, 500, 600],
  'PM2_5 HOUR': [0, 35, 60, 115, 150, 250, 350, 500],
  'PM2_5 DAY': [0, 35, 60, 115, 150, 250, 350, 500],
};

/**
 * The individual index of one concentration, carried up to the next whole number: HJ 633-2012 formula 1 and table 1, or the 2026
 * edition's. Above its column's end it stays at the last index (500; hourly SO2 200, 8-hour O3 300). Undefined for a pollutant
 * that does not count in this averaging, and for what is no concentration.
 */
export function iaqi(
  pollutant: Pollutant,
  averaging: Averaging,
  concentration: number,
  edition: AqiEdition,
): number | undefined {
  const key = `${pollutant} ${averaging}`;
  const column = (edition === '2026' ? COLUMNS_2026[key] : undefined) ?? COLUMNS[key];
  if (!column || !Number.isFinite(concentration) || concentration < 0) return undefined;
  const above = column.findIndex((breakpoint) => concentration <= breakpoint);
  if (above === -1) return INDEXES[column.length - 1];
  if (above === 0) return 0;
  const [low = 0, high = 0] = [column[above - 1], column[above]];
  const [indexLow = 0, indexHigh = 0] = [INDEXES[above - 1], INDEXES[above]];
  const exact = ((indexHigh - indexLow) / (high - low)) * (concentration - low) + indexLow;
  // What is a whole number but for the last binary digit must not be carried up.
  return Math.ceil(exact - 1e-9);
}

/** 优 良 轻度污染 中度污染 重度污染 严重污染: HJ 633-2012 table 2, levels 1 to 6. */
export const AIR_CATEGORIES = ['EXCELLENT', 'GOOD', 'LIGHT', 'MODERATE', 'HEAVY', 'SEVERE'] as const;
export type AirCategory = (typeof AIR_CATEGORIES)[number];
const LEVEL_ENDS = [50, 100, 150, 200, 300];

/** Level 1 to 6 of an index. */
export function levelOf(aqi: number): number {
  const at = LEVEL_ENDS.findIndex((end) => aqi <= end);
  return at === -1 ? 6 : at + 1;
}
export const categoryOf = (aqi: number): AirCategory => AIR_CATEGORIES[levelOf(aqi) - 1] as AirCategory;

export type Concentrations = Readonly<Partial<Record<Pollutant, number | null>>>;

export interface Assessment {
  /** The largest individual index. Null where there is none, and where a pollutant that counts is missing and the others come to
   *  no more than 100: the index may be far higher (HJ 633-2026, 5.3.1: published as NA). */
  readonly aqi: number | null;
  readonly indexes: Readonly<Partial<Record<Pollutant, number>>>;
  /** Those with the largest index, when it is over 50 (HJ 633-2012, 4.4); several when equal. */
  readonly primary: readonly Pollutant[];
}

/** Which pollutants count in an averaging. */
export const countedIn = (averaging: Averaging): readonly Pollutant[] =>
  POLLUTANTS.filter((pollutant) => `${pollutant} ${averaging}` in COLUMNS);

/** The index of one place at one time, from what was measured. */
export function assessAir(values: Concentrations, averaging: Averaging, edition: AqiEdition): Assessment {
  const indexes: Partial<Record<Pollutant, number>> = {};
  for (const pollutant of countedIn(averaging)) {
    const value = values[pollutant];
    const index = value === null || value === undefined ? undefined : iaqi(pollutant, averaging, value, edition);
    if (index !== undefined) indexes[pollutant] = index;
  }
  const largest = Math.max(0, ...Object.values(indexes));
  const complete = countedIn(averaging).every((pollutant) => indexes[pollutant] !== undefined);
  const aqi = complete || largest > 100 ? largest : null;
  const primary = aqi !== null && aqi > 50 ? POLLUTANTS.filter((pollutant) => indexes[pollutant] === aqi) : [];
  return { aqi, indexes, primary };
}

/** Where a source and the hub's own reckoning do not say the same. */
export const AIR_DIFFERENCES = ['AQI', 'CATEGORY', 'PRIMARY_POLLUTANT'] as const;
export type AirDifference = (typeof AIR_DIFFERENCES)[number];

/** What a source says of the index; undefined where it says nothing. */
export interface SourceVerdict {
  readonly aqi: number | undefined;
  readonly category: AirCategory | undefined;
  readonly primary: readonly Pollutant[] | undefined;
}

/** A source reckons with digits it does not send: so far apart, two indexes are the same. */
const TOLERANCE = 1;

/** Compares a source's verdict with the hub's. Where pollutants are missing, a source that says more is not contradicted. */
export function differencesOf(own: Assessment, said: SourceVerdict, averaging: Averaging): AirDifference[] {
  const { aqi } = own;
  if (aqi === null) return [];
  const partial = countedIn(averaging).some((pollutant) => own.indexes[pollutant] === undefined);
  const sameIndex = said.aqi !== undefined && Math.abs(said.aqi - aqi) <= TOLERANCE;
  const higher = partial && (said.aqi ?? 0) > aqi;
  const found: AirDifference[] = [];
  if (said.aqi !== undefined && !sameIndex && !higher) found.push('AQI');
  const consistent = said.aqi !== undefined && (sameIndex || higher) && categoryOf(said.aqi) === said.category;
  if (said.category !== undefined && said.category !== categoryOf(aqi) && !consistent) found.push('CATEGORY');
  if (said.primary !== undefined && !higher && !samePrimary(own, said.primary, averaging))
    found.push('PRIMARY_POLLUTANT');
  return found;
}

function samePrimary(own: Assessment, said: readonly Pollutant[], averaging: Averaging): boolean {
  if (own.primary.length === 0 || said.length === 0) return own.primary.length === said.length;
  const ozone: Pollutant = averaging === 'HOUR' ? 'O3' : 'O3_8H';
  return said.every((each) => {
    const index = own.indexes[each === 'O3' || each === 'O3_8H' ? ozone : each];
    return index !== undefined && index >= (own.aqi ?? 0) - TOLERANCE;
  });
}
