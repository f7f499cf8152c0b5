import { DecodeError } from '../decode-error.js';
import { MAX_QUAKE_BYTES, MAX_QUAKES, type Quake, type QuakeFault, type QuakeList } from './quake.js';

const NEEDED = ['eventid', 'time', 'latitude', 'longitude'];
const MAX_LINE = 4000;

/**
 * Text of an FDSN event service (fdsnws-event 1.2, format=text): columns between `|`, named by the first line; `Depth/Km` and
 * `Depth/km` are one, EventType may be absent. Times are UTC. A line with another count of columns is a fault of its own.
 */
export function readFdsnText(bytes: Uint8Array): QuakeList {
  if (bytes.length > MAX_QUAKE_BYTES) throw new DecodeError('too-large', `more than ${MAX_QUAKE_BYTES} bytes`);
  const lines = decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const [first = '', ...rows] = lines;
  const header = first
    .replace(/^#\s*/, '')
    .split('|')
    .map((name) => name.trim().toLowerCase());
  const missing = NEEDED.filter((name) => !header.includes(name));
  if (missing.length > 0) throw new DecodeError('missing-field', `the first line lacks ${missing.join(', ')}`);
  if (rows.length > MAX_QUAKES) throw new DecodeError('too-large', `more than ${MAX_QUAKES} events in one answer`);
  const quakes: Quake[] = [];
  const faults: QuakeFault[] = [];
  rows.forEach((line, at) => {
    const cells = line.split('|').map((cell) => cell.trim());
    // A trailing EventType may be left away in single lines.
    if (line.length > MAX_LINE || cells.length > header.length || cells.length < header.length - 1)
      faults.push({
        raw: line.slice(0, MAX_LINE),
        message: `line ${at + 2}: ${cells.length} columns, the first line names ${header.length}`,
      });
    else quakes.push(quakeOf(line, new Map(header.map((name, n) => [name, cells[n] ?? '']))));
  });
  return { quakes, faults };
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new DecodeError('bad-encoding', 'is not valid UTF-8');
  }
}

function quakeOf(raw: string, cells: ReadonlyMap<string, string>): Quake {
  const cell = (name: string): string => cells.get(name) ?? '';
  return {
    raw,
    id: cell('eventid'),
    catalogue: cell('catalog') || cell('contributor') || cell('author'),
    time: cell('time'),
    zone: 'UTC',
    lon: cell('longitude'),
    lat: cell('latitude'),
    depthKm: cell('depth/km'),
    magnitude: cell('magnitude'),
    magnitudeType: cell('magtype'),
    place: cell('eventlocationname'),
    // The format has no word for it.
    review: '',
    type: cell('eventtype'),
    updated: '',
    withdrawn: cell('eventtype').toLowerCase() === 'not existing',
  };
}
