import { DecodeError } from '../decode-error.js';
import { isJsonObject, readJson, shownJson } from '../json-text.js';
import { MAX_QUAKE_BYTES, MAX_QUAKES, type Quake, type QuakeFault, type QuakeList } from './quake.js';

/**
 * CENC's speedsearch answer, bare or as JSONP (`({"shuju":[…]})`, `callback(…)`), or its mirror's list `{"No1":{…},…}`.
 * Times are those of the feed's zone. Throws DecodeError where the whole is neither.
 */
export function readCenc(bytes: Uint8Array): QuakeList {
  const value = readJson(unwrapped(bytes), { maxBytes: MAX_QUAKE_BYTES, maxDepth: 8 });
  if (!isJsonObject(value)) throw new DecodeError('unsupported', `no list of earthquakes: ${shownJson(value)}`);
  const rows = Array.isArray(value.shuju) ? (value.shuju as unknown[]) : numbered(value);
  if (!rows) throw new DecodeError('unsupported', `neither "shuju" nor "No1": ${shownJson(value)}`);
  if (rows.length > MAX_QUAKES) throw new DecodeError('too-large', `more than ${MAX_QUAKES} earthquakes in one answer`);
  const quakes: Quake[] = [];
  const faults: QuakeFault[] = [];
  for (const row of rows) {
    if (!isJsonObject(row)) faults.push({ raw: JSON.stringify(row), message: `${shownJson(row)} is no earthquake` });
    else quakes.push('O_TIME' in row ? fromCatalogue(row) : fromMirror(row));
  }
  return { quakes, faults };
}

function unwrapped(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes);
  const open = text.indexOf('(');
  const brace = text.indexOf('{');
  if (open === -1 || (brace !== -1 && brace < open)) return bytes;
  const close = text.lastIndexOf(')');
  if (close < open) throw new DecodeError('truncated', 'the JSONP answer does not end');
  return text.subarray(open + 1, close);
}

const numbered = (value: Record<string, unknown>): unknown[] | undefined => {
  const rows = Object.entries(value).filter(([key]) => /^No\d+$/.test(key));
  return rows.length > 0 ? rows.map(([, row]) => row) : undefined;
};

const textOf = (row: Record<string, unknown>, name: string): string => {
  const value = row[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
};

/** CATA_ID counts the versions of one event behind a point; NEW_DID is the event. */
const fromCatalogue = (row: Record<string, unknown>): Quake => ({
  raw: JSON.stringify(row),
  id: textOf(row, 'NEW_DID') || textOf(row, 'CATA_ID').replace(/\.\d+$/, '') || textOf(row, 'id'),
  catalogue: 'CENC',
  time: textOf(row, 'O_TIME'),
  lon: textOf(row, 'EPI_LON'),
  lat: textOf(row, 'EPI_LAT'),
  depthKm: textOf(row, 'EPI_DEPTH'),
  magnitude: textOf(row, 'M'),
  magnitudeType: 'M',
  place: textOf(row, 'LOCATION_C'),
  review: textOf(row, 'AUTO_FLAG').toUpperCase() === 'M' ? 'reviewed' : 'automatic',
  type: '',
  updated: textOf(row, 'SAVE_TIME') || textOf(row, 'SYNC_TIME'),
  withdrawn: /^(1|y|true)$/i.test(textOf(row, 'IS_DEL')),
});

const fromMirror = (row: Record<string, unknown>): Quake => ({
  raw: JSON.stringify(row),
  id: textOf(row, 'EventID').replace(/\.\d+$/, ''),
  catalogue: 'CENC',
  time: textOf(row, 'time'),
  lon: textOf(row, 'longitude'),
  lat: textOf(row, 'latitude'),
  depthKm: textOf(row, 'depth'),
  magnitude: textOf(row, 'magnitude'),
  magnitudeType: 'M',
  place: textOf(row, 'location'),
  review: textOf(row, 'type') === 'reviewed' ? 'reviewed' : 'automatic',
  type: '',
  updated: textOf(row, 'ReportTime'),
  withdrawn: false,
});
