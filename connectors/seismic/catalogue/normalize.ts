import type { Review } from '../../../model/earthquake.js';
import { toPosition } from '../../../model/position.js';
import type { EarthquakeRecord, Outcome, Reject } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import type { Quake } from '../../shared/codecs/quakes/quake.js';
import { readQuakes } from '../../shared/codecs/quakes/read-quakes.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Settings, Source } from './config.js';

export interface Origin {
  readonly name: string;
  readonly source?: Source | undefined;
}

/** A catalogue's answer to one record an event. A bad event costs only itself. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, origin: string | Origin): Outcome {
  const { name, source } = typeof origin === 'string' ? { name: origin, source: settings.sources[0] } : origin;
  return readSafely(input, name, () => {
    const { quakes, faults } = readQuakes(input, source?.format);
    const records: EarthquakeRecord[] = [];
    const rejects: Reject[] = faults.map(({ raw, message }) => ({
      raw,
      reason: 'malformed',
      detail: `${name}: ${message}`,
    }));
    for (const quake of quakes) {
      try {
        const record = recordOf(quake, settings, source);
        if (wanted(record, settings)) records.push(record);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        const detail = `${name}, ${quake.id.slice(0, 60) || 'an event without id'}: ${error.message}`;
        rejects.push({ raw: quake.raw, reason: error.reason, detail });
      }
    }
    return { records, rejects };
  });
}

function recordOf(quake: Quake, settings: Settings, source: Source | undefined): EarthquakeRecord {
  if (quake.id === '')
    throw new DecodeError('missing-field', 'no event id: its corrections could not be told from new quakes');
  const zone = quake.zone ?? settings.zone;
  const catalogue = (quake.catalogue || source?.catalogue || '').slice(0, 40);
  if (catalogue === '')
    throw new DecodeError('missing-field', "no agency: name it as the source's `catalogue` in the settings");
  return {
    kind: 'earthquake',
    sourceId: `${catalogue}/${quake.id.slice(0, 200)}`,
    raw: quake.raw,
    observedAt: timeOf(quake.time, zone, 'origin time', 'missing-time'),
    originalTime: quake.time,
    zone,
    position: positionOf(quake, settings),
    catalogue,
    depthKm: numberOf(quake.depthKm, 'depth', -10, 800),
    magnitude: numberOf(quake.magnitude, 'magnitude', -5, 10.5),
    magnitudeType: quake.magnitudeType.slice(0, 20) || null,
    place: quake.place.slice(0, 300),
    review: REVIEWS[quake.review] ?? 'UNKNOWN',
    eventType: quake.type.slice(0, 60) || null,
    withdrawn: quake.withdrawn,
    updatedAt: quake.updated === '' ? null : timeOf(quake.updated, zone, 'time of change', 'bad-time'),
    sameWithin: { seconds: settings.sameQuake.seconds, metres: settings.sameQuake.kilometres * 1000 },
    status: 'ACTUAL',
  };
}

function timeOf(text: string, zone: string, what: string, missing: 'missing-time' | 'bad-time'): Date {
  if (text === '') throw new DecodeError(missing, `no ${what}`);
  const at = parseTime(text, zone);
  if (!at) throw new DecodeError('bad-time', `${what} ${JSON.stringify(text.slice(0, 60))} is no time`);
  return at;
}

function positionOf(quake: Quake, settings: Settings): EarthquakeRecord['position'] {
  const lon = numberOf(quake.lon, 'longitude', -180, 180);
  const lat = numberOf(quake.lat, 'latitude', -90, 90);
  const position = lon === null || lat === null ? undefined : toPosition(lon, lat, settings.crs);
  if (!position) throw new DecodeError('bad-position', 'no epicentre');
  return position;
}

const REVIEWS: Readonly<Record<string, Review>> = { reviewed: 'REVIEWED', automatic: 'AUTOMATIC' };

/** Null where the source says nothing. */
function numberOf(text: string, what: string, min: number, max: number): number | null {
  if (text === '' || text === 'null') return null;
  const value = /^[+-]?\d{1,8}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new DecodeError('not-a-number', `${what} is ${JSON.stringify(text.slice(0, 40))}`);
  if (value < min || value > max)
    throw new DecodeError('out-of-range', `${what} ${value} cannot be true: ${min} to ${max} can`);
  return value;
}

/** A quake without a magnitude is no small one. A withdrawn one may be one that was taken in before. */
function wanted({ magnitude, position, withdrawn }: EarthquakeRecord, { minMagnitude, bbox }: Settings): boolean {
  if (bbox) {
    const [west, south, east, north] = bbox;
    if (position.lon < west || position.lon > east || position.lat < south || position.lat > north) return false;
  }
  return withdrawn || minMagnitude === undefined || magnitude === null || magnitude >= minMagnitude;
}
