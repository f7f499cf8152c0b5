import { HubError } from '../../model/errors.js';

/** A place as its caller gave it: WGS84 degrees, which are the original too. */
export interface GivenPoint {
  readonly lon: number;
  readonly lat: number;
  readonly originalLon: number | null;
  readonly originalLat: number | null;
  readonly originalCrs: string | null;
}

/** Checks a GeoJSON Point in WGS84 degrees; null stays null. Anything else is BAD_INPUT. */
export function pointInput(name: string, value: unknown): GivenPoint | null {
  if (value === null || value === undefined) return null;
  const { type, coordinates } = value as { type?: unknown; coordinates?: unknown };
  const [lon, lat] = Array.isArray(coordinates) ? (coordinates as unknown[]) : [];
  if (
    type !== 'Point' ||
    typeof lon !== 'number' ||
    typeof lat !== 'number' ||
    !(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)
  )
    throw new HubError('BAD_INPUT', `${name}: a GeoJSON Point is needed, [longitude, latitude] in degrees`, {
      field: name,
    });
  return { lon, lat, originalLon: lon, originalLat: lat, originalCrs: 'WGS84' };
}
