import booleanPointInPolygon from '@turf/boolean-point-in-polygon';
import Flatbush from 'flatbush';
import type { MultiPolygon, Polygon } from 'geojson';

type Bounds = readonly [west: number, south: number, east: number, north: number];

/** West, south, east and north of a polygon's outer rings, in degrees. */
export function boundsOf(area: Polygon | MultiPolygon): Bounds {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outer = []] of polygons)
    for (const [lon = 0, lat = 0] of outer) {
      bounds[0] = Math.min(bounds[0], lon);
      bounds[1] = Math.min(bounds[1], lat);
      bounds[2] = Math.max(bounds[2], lon);
      bounds[3] = Math.max(bounds[3], lat);
    }
  return bounds;
}

/** Whether a point lies in an area, its border included. WGS84 degrees. */
export const contains = (area: Polygon | MultiPolygon, lon: number, lat: number): boolean =>
  booleanPointInPolygon([lon, lat], area);

export interface DivisionBoundary {
  readonly code: string;
  readonly boundary: Polygon | MultiPolygon;
}

/** Finds divisions by place. The same answer for the same point, whatever the order of the boundaries. */
export class DivisionIndex {
  readonly #divisions: readonly DivisionBoundary[];
  readonly #tree: Flatbush | undefined;

  constructor(divisions: readonly DivisionBoundary[]) {
    this.#divisions = [...divisions].sort((a, b) => b.code.length - a.code.length || (a.code < b.code ? -1 : 1));
    if (divisions.length === 0) return;
    this.#tree = new Flatbush(divisions.length);
    for (const { boundary } of this.#divisions) this.#tree.add(...boundsOf(boundary));
    this.#tree.finish();
  }

  /** The smallest division (the longest code) that contains the point; undefined outside them all. */
  at(lon: number, lat: number): string | undefined {
    const candidates = this.#tree?.search(lon, lat, lon, lat).sort((a, b) => a - b) ?? [];
    const found = candidates.find((i) => contains((this.#divisions[i] as DivisionBoundary).boundary, lon, lat));
    return found === undefined ? undefined : this.#divisions[found]?.code;
  }
}
