import { DecodeError } from './decode-error.js';
import { isJsonObject, readJson, shownJson } from './json-text.js';

export const MAX_WZDX_BYTES = 8_000_000;
/** FeatureCollection → features → geometry → coordinates, and lanes with their restrictions. */
const MAX_DEPTH = 12;
const MAX_FEATURES = 10_000;

/** One road event of a feed, its members as they stand. */
export interface WzdxEvent {
  readonly id: string;
  /** As JSON: the same event has the same text. */
  readonly raw: string;
  /** A feed of this event alone, to be read again. */
  readonly alone: () => string;
  readonly core: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly geometry: unknown;
  /** The organisation that the event's data source is. */
  readonly organisation: string | null;
}

export interface WzdxFeed {
  /** feed_info.update_date. */
  readonly updatedAt: string | null;
  readonly events: readonly WzdxEvent[];
  /** Features that are no road event. */
  readonly faults: readonly (Pick<WzdxEvent, 'raw' | 'alone'> & { readonly message: string })[];
}

/**
 * A WZDx feed of version 4, or of 3.1, whose members differ only in where they stand: a GeoJSON FeatureCollection with feed_info
 * (road_event_feed_info up to 4.0). Throws DecodeError where the whole is no such feed.
 */
export function readWzdx(bytes: Uint8Array): WzdxFeed {
  const value = readJson(bytes, { maxBytes: MAX_WZDX_BYTES, maxDepth: MAX_DEPTH });
  const info = isJsonObject(value) ? (value.feed_info ?? value.road_event_feed_info) : undefined;
  if (!isJsonObject(value) || value.type !== 'FeatureCollection' || !Array.isArray(value.features))
    throw new DecodeError('unsupported', `no GeoJSON FeatureCollection: ${shownJson(value)}`);
  if (!isJsonObject(info))
    throw new DecodeError('unsupported', 'a FeatureCollection without feed_info is no WZDx feed');
  const version = typeof info.version === 'string' ? info.version : '';
  if (!/^(4(\.|$)|3\.1)/.test(version))
    throw new DecodeError('unsupported', `WZDx version ${shownJson(info.version)}: 4.x and 3.1 are read`);
  if (value.features.length > MAX_FEATURES)
    throw new DecodeError('too-large', `${value.features.length} road events, at most ${MAX_FEATURES}`);
  const faults: WzdxFeed['faults'][number][] = [];
  const events = value.features.flatMap((feature: unknown): WzdxEvent[] => {
    const raw = JSON.stringify(feature) ?? 'null';
    const alone = (): string => JSON.stringify({ feed_info: info, type: 'FeatureCollection', features: [feature] });
    const event = eventOf(feature, info);
    if (typeof event !== 'string') return [{ ...event, raw, alone }];
    faults.push({ raw, alone, message: event });
    return [];
  });
  return { updatedAt: text(info.update_date), events, faults };
}

/** The event of a feature, or what it lacks. */
function eventOf(feature: unknown, info: Record<string, unknown>): Omit<WzdxEvent, 'raw' | 'alone'> | string {
  if (!isJsonObject(feature) || !isJsonObject(feature.properties)) return 'is no feature with properties';
  const { properties, geometry = null } = feature;
  const core = isJsonObject(properties.core_details) ? properties.core_details : properties;
  const id = idOf(feature.id) ?? idOf(properties.road_event_id) ?? idOf(core.road_event_id);
  if (id === undefined) return 'has no id (or road_event_id)';
  return { id, core, properties, geometry, organisation: organisationOf(core.data_source_id, info) };
}

const idOf = (value: unknown): string | undefined => {
  const id = typeof value === 'number' ? String(value) : value;
  return typeof id === 'string' && id.trim() !== '' && id.length <= 200 ? id.trim() : undefined;
};

function organisationOf(id: unknown, { data_sources: sources }: Record<string, unknown>): string | null {
  const found: unknown = Array.isArray(sources)
    ? sources.find((each) => isJsonObject(each) && each.data_source_id === id)
    : undefined;
  return isJsonObject(found) ? text(found.organization_name) : null;
}

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
