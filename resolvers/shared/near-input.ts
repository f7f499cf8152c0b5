import { HubError } from '../../model/errors.js';

/** A circle on the ground. */
export interface Near {
  readonly lon: number;
  readonly lat: number;
  readonly withinMetres: number;
}

/** Checks a filter's circle; one that is none on Earth is BAD_INPUT. */
export function nearInput(near: Near | null | undefined): Near | undefined {
  if (!near) return undefined;
  if (Math.abs(near.lon) > 180 || Math.abs(near.lat) > 90 || near.withinMetres < 0)
    throw new HubError('BAD_INPUT', 'near: a longitude, a latitude and a distance of at least 0');
  return near;
}
