import type { Point } from 'geojson';
import type { DivisionRow } from '../../model/rows.js';
import type { HubContext } from '../context.js';

export const pointOf = (lon: number | null, lat: number | null): Point | null =>
  lon === null || lat === null ? null : { type: 'Point', coordinates: [lon, lat] };

export const divisionOf = (code: string | null, context: HubContext): DivisionRow | null =>
  code === null ? null : (context.divisions.get(code) ?? null);
