import type { MultiPolygon, Polygon } from 'geojson';
import { canonicalDivision } from '../../../model/division.js';
import { type Crs, toPosition } from '../../../model/position.js';
import type { Alert, Ring } from '../../shared/codecs/alert.js';
import { DOMESTIC_GEOCODE } from '../../shared/codecs/alert-12379.js';
import type { Settings } from './config.js';

/** The divisions a message names, shortest form, each once; `unreadable` are the codes that are none. */
export function divisionsOf(alert: Alert, settings: Settings): { codes: string[]; unreadable: string[] } {
  const wanted = new Set([DOMESTIC_GEOCODE, ...settings.divisionGeocodes].map((name) => name.toLowerCase()));
  const said = alert.infos
    .flatMap((info) => info.geocodes)
    .filter(({ name }) => wanted.has(name.toLowerCase()))
    .flatMap(({ value }) => value.split(/[\s,，;；、]+/))
    .filter(Boolean);
  const read = said.map((code) => ({ code, division: canonicalDivision(withTrailingZeros(code)) }));
  return {
    codes: [...new Set(read.flatMap(({ division }) => division ?? []))],
    unreadable: [...new Set(read.flatMap(({ code, division }) => (division ? [] : [code])))],
  };
}

/** A province or prefecture is also written by its prefix alone. */
const withTrailingZeros = (code: string): string => (/^\d{2}(\d{2})?$/.test(code) ? code.padEnd(6, '0') : code);

/** The polygons as GeoJSON (RFC 7946: WGS84 longitude, latitude, counter-clockwise); null where there is none. */
export function areaOf(alert: Alert, crs: Crs): Polygon | MultiPolygon | null {
  const rings = new Map<string, number[][]>();
  for (const ring of alert.infos.flatMap((info) => info.polygons)) rings.set(JSON.stringify(ring), toWgs84(ring, crs));
  const [first, ...more] = [...rings.values()];
  if (!first) return null;
  if (more.length === 0) return { type: 'Polygon', coordinates: [first] };
  return { type: 'MultiPolygon', coordinates: [first, ...more].map((ring) => [ring]) };
}

function toWgs84(ring: Ring, crs: Crs): number[][] {
  const points = ring.flatMap(([lon, lat]) => {
    const position = toPosition(lon, lat, crs);
    return position ? [[position.lon, position.lat]] : [];
  });
  return doubledArea(points) < 0 ? points.reverse() : points;
}

/** Shoelace sum: positive for a counter-clockwise ring. */
const doubledArea = (ring: readonly number[][]): number =>
  ring.reduce((sum, [x = 0, y = 0], at) => {
    const [nextX = 0, nextY = 0] = ring[(at + 1) % ring.length] ?? [];
    return sum + x * nextY - nextX * y;
  }, 0);
