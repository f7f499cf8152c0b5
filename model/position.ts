import gcoordModule from 'gcoord';

// The package is CommonJS but its types say ES module: under Node the functions sit on the default export itself.
const gcoord = gcoordModule as unknown as typeof gcoordModule.default;

/** Coordinate reference systems that Chinese sources name. CGCS2000 differs from WGS84 by centimetres: taken as equal. */
export const CRS = ['WGS84', 'CGCS2000', 'GCJ02', 'BD09'] as const;
export type Crs = (typeof CRS)[number];

/** A place in WGS84 degrees, with what the source said. */
export interface Position {
  readonly lon: number;
  readonly lat: number;
  readonly original: { readonly lon: number; readonly lat: number; readonly crs: Crs };
}

const toGcoord = {
  WGS84: gcoord.WGS84,
  CGCS2000: gcoord.WGS84,
  GCJ02: gcoord.GCJ02,
  BD09: gcoord.BD09,
} as const;

/** Converts degrees in `crs` to a Position; undefined where they are no place on Earth. */
export function toPosition(lon: number, lat: number, crs: Crs): Position | undefined {
  if (!Number.isFinite(lon) || !Number.isFinite(lat) || Math.abs(lon) > 180 || Math.abs(lat) > 90) return undefined;
  const [x, y] = gcoord.transform([lon, lat], toGcoord[crs], gcoord.WGS84);
  return { lon: round(x), lat: round(y), original: { lon, lat, crs } };
}

/** 7 decimals: a centimetre. */
const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
