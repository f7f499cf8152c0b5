import { assessAir, differencesOf, editionAt, POLLUTANTS, type Pollutant } from '../../../model/air-quality.js';
import { type Position, toPosition } from '../../../model/position.js';
import type { AirQualityRecord, Outcome, Reject, RejectReason } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { type AqiRow, readAqi } from '../../shared/codecs/aqi-json.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Place, Settings } from './config.js';
import { readCategory, readPrimary } from './verdict.js';

/** The largest concentrations instruments give, by the field of the hourly mean. CO in mg/m³, all others µg/m³. */
const FIELDS: Readonly<Record<Pollutant, { hour: string; day: string; max: number }>> = {
  SO2: { hour: 'so2', day: 'so224', max: 6000 },
  NO2: { hour: 'no2', day: 'no224', max: 6000 },
  CO: { hour: 'co', day: 'co24', max: 300 },
  O3: { hour: 'o3', day: 'o3', max: 3000 },
  O3_8H: { hour: 'o38', day: 'o38', max: 3000 },
  // Dust storms go past 5000; most monitors end at 10 000.
  PM10: { hour: 'pm10', day: 'pm1024', max: 10_000 },
  PM2_5: { hour: 'pm2_5', day: 'pm2_524', max: 10_000 },
};
const TIMES = ['timepoint', 'time', 'pubtime', 'observedat'];
/** What tells one row from another. */
const KEYS = [...TIMES, 'city', 'citycode', 'cityid', 'area', 'positionname', 'stationcode', 'positioncode'];
/** What sources write for "no value". */
const NOTHING = /^(|-+|—+|_|na|n\/a|null|无)$/i;

/** `fallback`: the place of rows that name none. */
export interface Origin {
  readonly name: string;
  readonly place?: Place | undefined;
}

/** An answer of an AQI service to one record a place. A bad value costs only itself, a row without a time or a place itself. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, origin: string | Origin): Outcome {
  const { name, place } = typeof origin === 'string' ? { name: origin, place: settings.sources[0]?.place } : origin;
  return readSafely(input, name, () => {
    const { rows, faults } = readAqi(input);
    const records: AirQualityRecord[] = [];
    const rejects: Reject[] = faults.map(({ raw, message }) => ({
      raw,
      reason: 'malformed',
      detail: `${name}: ${message}`,
    }));
    for (const row of rows) {
      const refuse: Refuse = (reason, detail, raw = row.raw) =>
        void rejects.push({ raw, reason, detail: `${name}, ${titleOf(row)}: ${detail}` });
      try {
        const record = recordOf(row, settings, place, refuse);
        if (record) records.push(record);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        refuse(error.reason, error.message);
      }
    }
    return { records, rejects };
  });
}

type Refuse = (reason: RejectReason, detail: string, raw?: string) => void;

const text = (row: AqiRow, ...names: readonly string[]): string =>
  names.map((name) => row.fields.get(name) ?? '').find((value) => value !== '') ?? '';

const titleOf = (row: AqiRow): string =>
  (text(row, 'positionname', 'city', 'area', 'stationcode') || 'the place').slice(0, 60);

function recordOf(
  row: AqiRow,
  settings: Settings,
  fallback: Place | undefined,
  refuse: Refuse,
): AirQualityRecord | undefined {
  const { observedAt, originalTime } = timeOf(row, settings);
  const place = placeOf(row, settings, fallback);
  const { averaging, zone } = settings;
  const edition = settings.edition === 'by-date' ? editionAt(observedAt) : settings.edition;
  const values = Object.fromEntries(
    POLLUTANTS.map((pollutant) => [pollutant, concentrationOf(row, pollutant, settings, refuse)]),
  ) as Record<Pollutant, number | null>;
  const own = assessAir(values, averaging, edition);
  const sourceAqi = numberOf(row, 'aqi', 500, refuse);
  if (Object.values(values).every((value) => value === null) && sourceAqi === null)
    throw new DecodeError('missing-field', 'neither a concentration nor an AQI can be taken from it');
  const [category, primary] = [text(row, 'quality'), text(row, 'primarypollutant')];
  const said = { aqi: sourceAqi ?? undefined, category: readCategory(category), primary: readPrimary(primary) };
  return {
    kind: 'air-quality',
    sourceId: [place.code, observedAt.toISOString(), averaging].join('/'),
    raw: row.raw,
    observedAt,
    originalTime,
    zone,
    position: positionOf(row, place, settings),
    place: { code: place.code, name: place.name, kind: place.kind },
    averaging,
    edition,
    pollutants: POLLUTANTS.map((pollutant) => ({
      pollutant,
      concentration: values[pollutant],
      index: own.indexes[pollutant] ?? null,
    })),
    aqi: own.aqi,
    primary: own.primary,
    sourceAqi,
    sourceCategory: category.slice(0, 100) || null,
    sourcePrimary: primary.slice(0, 200) || null,
    differences: differencesOf(own, said, averaging),
    status: 'ACTUAL',
  };
}

function timeOf(row: AqiRow, settings: Settings): { observedAt: Date; originalTime: string } {
  const originalTime = text(row, ...TIMES);
  if (originalTime === '') throw new DecodeError('missing-time', 'no timepoint');
  const observedAt = parseTime(originalTime, settings.zone);
  if (!observedAt)
    throw new DecodeError('bad-time', `timepoint ${JSON.stringify(originalTime.slice(0, 60))} is no time`);
  return { observedAt, originalTime };
}

/** By what the row says, else the source's own place; the settings may know more of either. */
function placeOf(row: AqiRow, settings: Settings, fallback: Place | undefined): Place {
  const [code, name] = row.site
    ? [text(row, 'stationcode', 'positioncode'), text(row, 'positionname', 'name')]
    : [text(row, 'stationcode', 'citycode', 'cityid'), text(row, 'positionname', 'city', 'area')];
  const known = settings.places.find((each) => each.code === code || each.code === name || each.name === name);
  if (known) return known;
  if (code === '' && name === '') {
    if (fallback && !row.site) return fallback;
    throw new DecodeError('missing-field', 'names no place: give the source one by the setting "place"');
  }
  const kind = row.site || text(row, 'positionname', 'stationcode') !== '' ? 'SITE' : 'CITY';
  return { code: (code || name).slice(0, 100), name: (name || code).slice(0, 200), kind };
}

function positionOf(row: AqiRow, place: Place, settings: Settings): Position | null {
  const said = [text(row, 'lon', 'lng', 'longitude'), text(row, 'lat', 'latitude')];
  const [lon, lat] = said.every((each) => each !== '') ? said.map(Number) : [place.lon, place.lat];
  if (lon === undefined || lat === undefined || (lon === 0 && lat === 0)) return null;
  const position = toPosition(lon, lat, settings.crs);
  if (!position) throw new DecodeError('bad-position', `longitude ${said[0]}, latitude ${said[1]} is no place`);
  return position;
}

/** Daily reports have fields of their own, or the usual ones where they have none of those. */
function concentrationOf(row: AqiRow, pollutant: Pollutant, settings: Settings, refuse: Refuse): number | null {
  const { hour, day, max } = FIELDS[pollutant];
  const field = settings.averaging === 'DAY' && row.fields.has(day) ? day : hour;
  return numberOf(row, field, max, refuse);
}

/** Null where nothing was sent, and where what was sent is refused. */
function numberOf(row: AqiRow, field: string, max: number, refuse: Refuse): number | null {
  const written = text(row, field);
  if (NOTHING.test(written)) return null;
  const raw = (): string =>
    JSON.stringify(Object.fromEntries([...row.fields].filter(([name]) => name === field || KEYS.includes(name))));
  if (!/^[+-]?\d{1,9}(\.\d{1,9})?$/.test(written)) {
    refuse('not-a-number', `${field} is ${JSON.stringify(written.slice(0, 60))}; the other values are kept`, raw());
    return null;
  }
  const value = Number(written);
  if (value >= 0 && value <= max) return value;
  refuse('out-of-range', `${field} ${value} cannot be true: 0 to ${max} can; the other values are kept`, raw());
  return null;
}
