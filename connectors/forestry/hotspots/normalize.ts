import { type Position, toPosition } from '../../../model/position.js';
import type { HotspotRecord, Outcome, Reject, RejectReason } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { type FirmsRow, readFirms } from '../../shared/codecs/firms.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Settings } from './config.js';

const SATELLITES: ReadonlyMap<string, string> = new Map([
  ['T', 'Terra'],
  ['A', 'Aqua'],
  ['N', 'Suomi NPP'],
  ['1', 'NOAA-20'],
  ['N20', 'NOAA-20'],
  ['N21', 'NOAA-21'],
]);
const CONFIDENCES: ReadonlyMap<string, HotspotRecord['confidence']> = new Map([
  ['l', 'LOW'],
  ['low', 'LOW'],
  ['n', 'NOMINAL'],
  ['nominal', 'NOMINAL'],
  ['h', 'HIGH'],
  ['high', 'HIGH'],
]);

/** A FIRMS file to the hotspots within the settings' box. A bad row costs only itself. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  return readSafely(input, fileName, () => {
    const { rows, faults } = readFirms(input);
    const records: HotspotRecord[] = [];
    const rejects: Reject[] = faults.map(({ line, raw, reason, message }) => ({
      raw,
      reason,
      detail: `${fileName}, line ${line}: ${message}`,
    }));
    for (const row of rows) {
      try {
        const record = hotspot(row, settings);
        if (record) records.push(record);
      } catch (error) {
        if (!(error instanceof RowFault)) throw error;
        rejects.push({
          raw: row.raw,
          reason: error.reason,
          detail: `${fileName}, line ${row.line}: ${error.message}`,
        });
      }
    }
    return { records, rejects };
  });
}

class RowFault extends Error {
  constructor(
    readonly reason: RejectReason,
    message: string,
  ) {
    super(message);
  }
}

/** Undefined for a row outside the box: whatever else is wrong with it is not this hub's. */
function hotspot(row: FirmsRow, settings: Settings): HotspotRecord | undefined {
  const position = positionOf(row, settings);
  const [west, south, east, north] = settings.bbox;
  const { lon, lat } = position;
  if (lon < west || lon > east || lat < south || lat > north) return undefined;
  const { observedAt, originalTime } = timeOf(row, settings);
  const satellite = SATELLITES.get(needed(row, 'satellite')) ?? needed(row, 'satellite');
  const instrument = text(row, 'instrument').toUpperCase() || (row.columns.has('bright_ti4') ? 'VIIRS' : 'MODIS');
  const place = [position.original.lat.toFixed(5), position.original.lon.toFixed(5)];
  return {
    kind: 'hotspot',
    sourceId: [satellite, instrument, observedAt.toISOString().slice(0, 16), ...place].join('/'),
    raw: row.raw,
    observedAt,
    originalTime,
    zone: settings.zone,
    position,
    satellite,
    instrument,
    ...confidenceOf(needed(row, 'confidence')),
    brightnessKelvin: number(row, 'brightness') ?? number(row, 'bright_ti4'),
    radiativePowerMegawatts: number(row, 'frp'),
    daytime: daytimeOf(text(row, 'daynight').toUpperCase()),
    sameWithin: settings.sameFire,
    status: 'ACTUAL',
  };
}

function positionOf(row: FirmsRow, settings: Settings): Position {
  const [lon, lat] = ['longitude', 'latitude'].map((name) => {
    needed(row, name);
    return number(row, name) ?? Number.NaN;
  }) as [number, number];
  const position = toPosition(lon, lat, settings.crs);
  if (!position) throw new RowFault('bad-position', `longitude ${lon}, latitude ${lat} is no place`);
  return position;
}

/** acq_time is HHMM; sheets that take it for a number drop its leading zeros. */
function timeOf(row: FirmsRow, settings: Settings): { observedAt: Date; originalTime: string } {
  const [date, time] = [text(row, 'acq_date'), text(row, 'acq_time')];
  if (date === '' || time === '') throw new RowFault('missing-time', 'no acq_date or no acq_time');
  const clock = /^\d{1,4}$/.test(time) ? time.padStart(4, '0').replace(/^(..)/, '$1:') : time;
  const observedAt = /^\d{2}:\d{2}$/.test(clock) ? parseTime(`${date}T${clock}`, settings.zone) : undefined;
  if (!observedAt) throw new RowFault('bad-time', `acq_date "${date}", acq_time "${time}" is no time`);
  return { observedAt, originalTime: `${date} ${time}` };
}

/** MODIS gives per cent (below 30 low, from 80 high), VIIRS a word or its first letter. */
function confidenceOf(written: string): Pick<HotspotRecord, 'confidence' | 'confidencePercent'> {
  const word = CONFIDENCES.get(written.toLowerCase());
  if (word) return { confidence: word, confidencePercent: null };
  const percent = /^\d{1,3}(\.\d+)?$/.test(written) ? Number(written) : Number.NaN;
  if (!(percent <= 100))
    throw new RowFault('unknown-code', `confidence "${written}" is neither 0–100 nor a known word`);
  return { confidence: percent < 30 ? 'LOW' : percent < 80 ? 'NOMINAL' : 'HIGH', confidencePercent: percent };
}

const daytimeOf = (letter: string): boolean | null => (letter === 'D' ? true : letter === 'N' ? false : null);

const text = (row: FirmsRow, name: string): string => row.columns.get(name) ?? '';

function needed(row: FirmsRow, name: string): string {
  const value = text(row, name);
  if (value === '') throw new RowFault('missing-field', `no ${name}`);
  return value;
}

/** Null where the column is absent or empty. */
function number(row: FirmsRow, name: string): number | null {
  const written = text(row, name);
  if (written === '') return null;
  if (!/^[+-]?\d{1,12}(\.\d{1,12})?$/.test(written)) throw new RowFault('not-a-number', `${name} is "${written}"`);
  return Number(written);
}
