import type { LineString, MultiPoint, Point } from 'geojson';
import { type Crs, type Position, toPosition } from '../../../model/position.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { isJsonObject, shownJson } from '../../shared/codecs/json-text.js';

/** An event's place in WGS84; `position` is where it begins. */
export interface Drawn {
  readonly position: Position;
  readonly geometry: Point | MultiPoint | LineString;
}

const MAX_POSITIONS = 10_000;

/** A WZDx geometry (LineString or MultiPoint, and Point); null where there is none. Throws DecodeError where it is no place. */
export function drawnOf(geometry: unknown, crs: Crs): Drawn | null {
  if (geometry === null || geometry === undefined) return null;
  const { type, coordinates } = isJsonObject(geometry) ? geometry : {};
  if (type !== 'LineString' && type !== 'MultiPoint' && type !== 'Point')
    throw new DecodeError('bad-position', `geometry ${shownJson(type)}: LineString and MultiPoint are read`);
  const given: unknown = type === 'Point' ? [coordinates] : coordinates;
  if (!Array.isArray(given) || given.length === 0)
    throw new DecodeError('bad-position', `its ${type} has no coordinates`);
  if (given.length > MAX_POSITIONS)
    throw new DecodeError('too-large', `${given.length} positions, at most ${MAX_POSITIONS}`);
  const positions = given.map((each: unknown) => positionOf(each, crs));
  const position = positions[0] as Position;
  const pairs = positions.map(({ lon, lat }) => [lon, lat]);
  if (type === 'Point' || pairs.length === 1)
    return { position, geometry: { type: 'Point', coordinates: pairs[0] as number[] } };
  return { position, geometry: { type, coordinates: pairs } };
}

function positionOf(value: unknown, crs: Crs): Position {
  const [lon, lat] = Array.isArray(value) ? (value as unknown[]) : [];
  const position = typeof lon === 'number' && typeof lat === 'number' ? toPosition(lon, lat, crs) : undefined;
  if (!position)
    throw new DecodeError('bad-position', `${shownJson(value)} is no place: [longitude, latitude] in degrees`);
  return position;
}
