import { booleanIntersects } from '@turf/boolean-intersects';
import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf } from '../../model/area.js';

/**
 * A test whether areas share a point with `within`. Made once per filter: outlines of divisions come again and again, and
 * comparing two outlines of thousands of positions takes up to a tenth of a second.
 */
export function touching(within: Polygon | MultiPolygon): (area: Polygon | MultiPolygon) => boolean {
  const [west, south, east, north] = boundsOf(within);
  const known = new WeakMap<object, boolean>();
  const judge = (area: Polygon | MultiPolygon): boolean => {
    const [w, s, e, n] = boundsOf(area);
    return w <= east && e >= west && s <= north && n >= south && booleanIntersects(area, within);
  };
  return (area) => {
    const answer = known.get(area) ?? judge(area);
    known.set(area, answer);
    return answer;
  };
}
