import { DecodeError } from '../decode-error.js';
import { readCenc } from './cenc.js';
import { readFdsnText } from './fdsn-text.js';
import { readQuakeGeoJson } from './geojson.js';
import type { QuakeList } from './quake.js';
import { readQuakeMl } from './quakeml.js';

export const QUAKE_FORMATS = ['cenc', 'fdsn-text', 'quakeml', 'geojson'] as const;
export type QuakeFormat = (typeof QUAKE_FORMATS)[number];

const READERS: Readonly<Record<QuakeFormat, (bytes: Uint8Array) => QuakeList>> = {
  cenc: readCenc,
  'fdsn-text': readFdsnText,
  quakeml: readQuakeMl,
  geojson: readQuakeGeoJson,
};

/** The events of a catalogue's answer, in the format told or recognised by its beginning. Throws DecodeError. */
export const readQuakes = (bytes: Uint8Array, format: QuakeFormat = formatOf(bytes)): QuakeList =>
  READERS[format](bytes);

function formatOf(bytes: Uint8Array): QuakeFormat {
  const head = Buffer.from(bytes.subarray(0, 2000))
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  if (head === '') throw new DecodeError('malformed', 'empty');
  if (head.startsWith('<')) return 'quakeml';
  if (head.startsWith('#') || /^eventid\s*\|/i.test(head)) return 'fdsn-text';
  if (head.startsWith('{')) return /"FeatureCollection"/.test(head) ? 'geojson' : 'cenc';
  if (/^[\w.$]*\s*\(/.test(head)) return 'cenc';
  throw new DecodeError(
    'unsupported',
    `no catalogue this hub reads; it starts with ${JSON.stringify(head.slice(0, 40))}`,
  );
}
