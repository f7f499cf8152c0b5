import { DecodeError } from '../decode-error.js';
import { isJsonObject, readJson, shownJson } from '../json-text.js';
import { fromMilliseconds, MAX_QUAKE_BYTES, MAX_QUAKES, type Quake, type QuakeFault, type QuakeList } from './quake.js';

/**
 * A GeoJSON summary as the USGS gives it: features with `properties.{mag,place,time,updated,status,net,code,magType,type}`, times in
 * milliseconds, and a point of longitude, latitude and depth in km. Throws DecodeError for anything but a FeatureCollection.
 */
export function readQuakeGeoJson(bytes: Uint8Array): QuakeList {
  const value = readJson(bytes, { maxBytes: MAX_QUAKE_BYTES, maxDepth: 12 });
  if (!isJsonObject(value) || value.type !== 'FeatureCollection' || !Array.isArray(value.features))
    throw new DecodeError('unsupported', `no FeatureCollection: ${shownJson(value)}`);
  if (value.features.length > MAX_QUAKES)
    throw new DecodeError('too-large', `more than ${MAX_QUAKES} features in one answer`);
  const quakes: Quake[] = [];
  const faults: QuakeFault[] = [];
  for (const feature of value.features as unknown[]) {
    if (isJsonObject(feature) && isJsonObject(feature.properties)) quakes.push(quakeOf(feature, feature.properties));
    else faults.push({ raw: JSON.stringify(feature), message: `${shownJson(feature)} is no feature with properties` });
  }
  return { quakes, faults };
}

const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';

function quakeOf(feature: Record<string, unknown>, properties: Record<string, unknown>): Quake {
  const { geometry } = feature;
  const coordinates = isJsonObject(geometry) && Array.isArray(geometry.coordinates) ? geometry.coordinates : [];
  const [lon, lat, depth] = coordinates as unknown[];
  const status = text(properties.status).toLowerCase();
  return {
    raw: JSON.stringify(feature),
    id: text(feature.id) || `${text(properties.net)}${text(properties.code)}`,
    catalogue: text(properties.net).toUpperCase(),
    time: fromMilliseconds(text(properties.time)),
    zone: 'UTC',
    lon: text(lon),
    lat: text(lat),
    depthKm: text(depth),
    magnitude: text(properties.mag),
    magnitudeType: text(properties.magType),
    place: text(properties.place),
    review: status === 'reviewed' || status === 'automatic' ? status : '',
    type: text(properties.type),
    updated: fromMilliseconds(text(properties.updated)),
    withdrawn: status === 'deleted',
  };
}
