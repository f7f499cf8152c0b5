import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf } from '../../model/area.js';
import type { Where } from './keyset.js';

export interface PlaceQuery {
  /** Division prefixes, as DivisionRegistry.prefixes gives them. */
  readonly divisionPrefixes?: readonly string[] | undefined;
  readonly within?: Polygon | MultiPolygon | undefined;
  readonly near?: { readonly lon: number; readonly lat: number; readonly withinMetres: number } | undefined;
}

/** Great-circle distance in metres on a sphere of the Earth's mean radius. */
const distanceOf = (t: string): string => `12742017.6 * asin(sqrt(power(sin(radians(${t}.lat - ?) / 2), 2)
  + cos(radians(?)) * cos(radians(${t}.lat)) * power(sin(radians(${t}.lon - ?) / 2), 2)))`;

/** Adds the conditions of place on a table known as `t`. Of `within` only the bounding box: its outline is judged after reading. */
export function wherePlace(where: Where, t: string, { divisionPrefixes, within, near }: PlaceQuery): void {
  if (divisionPrefixes)
    where.and(
      `${t}.division_code LIKE ANY(?)`,
      divisionPrefixes.map((prefix) => `${prefix}%`),
    );
  if (within) {
    const [west, south, east, north] = boundsOf(within);
    where.and(`${t}.lon BETWEEN ? AND ? AND ${t}.lat BETWEEN ? AND ?`, west, east, south, north);
  }
  if (near) where.and(`${distanceOf(t)} <= ?`, near.lat, near.lat, near.lon, near.withinMetres);
}
