import { DecodeError } from './decode-error.js';
import { isJsonObject, readJson, shownJson } from './json-text.js';

/** A city with all its sites is a hundredth of it. */
export const MAX_AQI_BYTES = 1_048_576;
const MAX_ROWS = 5000;
const WRAPPERS = ['result', 'data', 'list', 'rows'];
const SITES = ['position', 'positions', 'sites', 'stations'];
const MARKS = ['aqi', 'so2', 'no2', 'co', 'o3', 'o38', 'pm10', 'pm2_5', 'so224', 'pm1024', 'pm2_524'];
/** Spellings seen beside the usual ones. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['pm25', 'pm2_5'],
  ['pm2.5', 'pm2_5'],
  ['pm25_24h', 'pm2_524'],
  ['pm2_5_24h', 'pm2_524'],
  ['pm10_24h', 'pm1024'],
  ['so2_24h', 'so224'],
  ['no2_24h', 'no224'],
  ['co_24h', 'co24'],
  ['o3_8h', 'o38'],
  ['primary_pollutant', 'primarypollutant'],
  ['time_point', 'timepoint'],
  ['position_name', 'positionname'],
  ['station_code', 'stationcode'],
]);

/** What one place said at one time. */
export interface AqiRow {
  /** A place within a city, or the city itself. */
  readonly site: boolean;
  /** By the usual lower-case names; texts as sent, trimmed; numbers as texts; null as "". */
  readonly fields: ReadonlyMap<string, string>;
  /** This row alone, without the sites within it. */
  readonly raw: string;
}

/** A part that is no row; the others stand. */
export interface AqiFault {
  readonly raw: string;
  readonly message: string;
}

/**
 * An answer of an AQI service: one row, an array of rows, or either within `result`, `data`, `list` or `rows`; a row may hold its
 * sites in `position`. Throws DecodeError where the whole cannot be trusted or is an error message of the service.
 */
export function readAqi(bytes: Uint8Array): { readonly rows: readonly AqiRow[]; readonly faults: readonly AqiFault[] } {
  const value = readJson(bytes, { maxBytes: MAX_AQI_BYTES, maxDepth: 12 });
  const rows: AqiRow[] = [];
  const faults: AqiFault[] = [];
  const visit = (part: unknown, site: boolean): void => {
    if (Array.isArray(part)) for (const each of part as unknown[]) visit(each, site);
    else if (!isJsonObject(part))
      faults.push({ raw: JSON.stringify(part), message: `${shownJson(part)} instead of the values of a place` });
    else if (isRow(part)) {
      if (rows.length === MAX_ROWS) throw new DecodeError('too-large', `more than ${MAX_ROWS} places in one answer`);
      const own = Object.fromEntries(Object.entries(part).filter(([key]) => !SITES.includes(key.toLowerCase())));
      rows.push({ site, fields: fieldsOf(own), raw: JSON.stringify(own) });
      for (const [key, inner] of Object.entries(part))
        if (SITES.includes(key.toLowerCase()) && typeof inner === 'object' && inner !== null) visit(inner, true);
    } else {
      const inner = WRAPPERS.map((key) => part[key]).find((each) => typeof each === 'object' && each !== null);
      if (inner === undefined) throw new DecodeError('unsupported', `holds no air quality values: ${shownJson(part)}`);
      visit(inner, site);
    }
  };
  visit(value, false);
  return { rows, faults };
}

const isRow = (part: Record<string, unknown>): boolean => {
  const names = Object.keys(part).map(nameOf);
  return MARKS.some((mark) => names.includes(mark));
};

const nameOf = (key: string): string => {
  const lower = key.trim().toLowerCase();
  return SPELLINGS.get(lower) ?? lower;
};

const fieldsOf = (part: Record<string, unknown>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(part).flatMap(([key, value]): [string, string][] => {
      if (value === null) return [[nameOf(key), '']];
      if (typeof value === 'string' || typeof value === 'number') return [[nameOf(key), String(value).trim()]];
      return [];
    }),
  );
