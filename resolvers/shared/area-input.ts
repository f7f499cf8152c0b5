import type { MultiPolygon, Polygon, Position } from 'geojson';
import { HubError } from '../../model/errors.js';
import type { DivisionRegistry } from '../../prisma/store/read-divisions.js';

const MAX_POSITIONS = 2000;
/** The most values that one list of a filter may hold. */
const MAX_LIST = 500;

/** Checks a filter's GeoJSON: a closed Polygon or MultiPolygon in WGS84 degrees with at most 2,000 positions. */
export function areaInput(value: unknown, name = 'within'): Polygon | MultiPolygon | undefined {
  if (value === null || value === undefined) return undefined;
  const { type, coordinates } = value as { type?: unknown; coordinates?: unknown };
  const polygons = type === 'Polygon' ? [coordinates] : type === 'MultiPolygon' ? coordinates : undefined;
  if (!Array.isArray(polygons)) throw new HubError('BAD_INPUT', `${name}: a GeoJSON Polygon or MultiPolygon is needed`);
  const rings = polygons.flatMap((polygon: unknown) =>
    Array.isArray(polygon) && polygon.length > 0 ? polygon : [undefined],
  );
  let positions = 0;
  for (const ring of rings) {
    if (!isRing(ring))
      throw new HubError(
        'BAD_INPUT',
        `${name}: a ring needs at least 4 positions of [longitude, latitude], the last equal to the first`,
      );
    positions += ring.length;
  }
  if (positions === 0 || positions > MAX_POSITIONS)
    throw new HubError('BAD_INPUT', `${name}: 4 to ${MAX_POSITIONS} positions`);
  return value as Polygon | MultiPolygon;
}

function isRing(ring: unknown): ring is Position[] {
  if (!Array.isArray(ring) || ring.length < 4) return false;
  const right = ring.every(
    (p: unknown) =>
      Array.isArray(p) &&
      p.length >= 2 &&
      Math.abs(Number(p[0])) <= 180 &&
      Math.abs(Number(p[1])) <= 90 &&
      p.every((n) => typeof n === 'number'),
  );
  const [first, last] = [ring[0] as Position, ring.at(-1) as Position];
  return right && first[0] === last[0] && first[1] === last[1];
}

/** A filter's list, bounded; undefined where it is not given. */
export function listInput<T>(name: string, list: readonly T[] | null | undefined): readonly T[] | undefined {
  if (!list) return undefined;
  if (list.length > MAX_LIST) throw new HubError('BAD_INPUT', `${name}: at most ${MAX_LIST} values`);
  return list;
}

/** The code prefixes of a filter's divisions; a code that is none is BAD_INPUT. */
export function divisionInput(
  divisions: DivisionRegistry,
  codes: readonly string[] | null | undefined,
): string[] | undefined {
  return listInput('divisions', codes)?.flatMap((code) => {
    const prefixes = divisions.prefixes(code);
    if (prefixes.length === 0)
      throw new HubError('BAD_INPUT', `divisions: "${code.slice(0, 20)}" is no division code of 6, 9 or 12 digits`);
    return prefixes;
  });
}
