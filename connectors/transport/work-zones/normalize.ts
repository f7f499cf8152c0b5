import type { Outcome, Reject, RoadEventRecord } from '../../../model/record.js';
import type { RoadCause, RoadEventKind, RoadState } from '../../../model/road-event.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { shownJson } from '../../shared/codecs/json-text.js';
import { readWzdx, type WzdxEvent, type WzdxFeed } from '../../shared/codecs/wzdx.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Settings } from './config.js';
import { type Drawn, drawnOf } from './geometry.js';

const KINDS: Readonly<Record<string, readonly [RoadEventKind, RoadCause]>> = {
  'work-zone': ['WORK_ZONE', 'WORKS'],
  detour: ['DETOUR', 'WORKS'],
  restriction: ['RESTRICTION', 'CONTROL'],
  incident: ['INCIDENT', 'ACCIDENT'],
};
const OVER = new Set(['completed', 'cancelled']);

/** A WZDx feed as one record an event; a bad event costs only itself. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, name: string): Outcome {
  return readSafely(input, name, () => recordsOf(readWzdx(input), settings, name));
}

/** The records of a feed that is read. Never throws. */
export function recordsOf(feed: WzdxFeed, settings: Settings, name: string): Outcome {
  const records: RoadEventRecord[] = [];
  const rejects: Reject[] = feed.faults.map(({ raw, alone, message }) => ({
    raw,
    input: alone,
    reason: 'missing-field',
    detail: `${name}: a feature ${message}`,
  }));
  for (const event of feed.events)
    try {
      records.push({ ...recordOf(event, feed, settings), input: event.alone });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const detail = `${name}, event ${event.id.slice(0, 60)}: ${error.message}`;
      rejects.push({ raw: event.raw, reason: error.reason, detail, input: event.alone });
    }
  return { records, rejects };
}

function recordOf(event: WzdxEvent, feed: WzdxFeed, settings: Settings): RoadEventRecord {
  const { core, properties } = event;
  const [eventKind, cause] = KINDS[text(core.event_type) ?? ''] ?? ['OTHER', 'OTHER'];
  const spoken = text(core.update_date) ?? text(core.creation_date) ?? feed.updatedAt;
  const startsAt = timeOf('start_date', properties.start_date, settings);
  if (!startsAt) throw new DecodeError('missing-time', 'has no start_date');
  const observedAt = timeOf('update_date', spoken, settings);
  if (!observedAt) throw new DecodeError('missing-time', 'has no update_date, and nor has the feed');
  const expectedEndAt = timeOf('end_date', properties.end_date, settings);
  const over = OVER.has(text(properties.event_status) ?? '');
  const roads = texts(core.road_names);
  if (roads.length === 0) throw new DecodeError('missing-field', 'has no road_names');
  return {
    kind: 'road-event',
    sourceId: event.id,
    raw: event.raw,
    observedAt,
    originalTime: spoken ?? '',
    zone: settings.zone,
    ...placeOf(drawnOf(event.geometry, settings.crs)),
    eventKind,
    state: over || eventKind === 'DETOUR' ? 'OPEN' : stateOf(text(properties.vehicle_impact)),
    cause,
    causeText: worksOf(properties.types_of_work),
    roadCode: roads.find((road) => /^[A-Z]{1,3}[- ]?\d{1,5}[A-Z]?$/i.test(road)) ?? null,
    section: roads.join('、'),
    direction: text(core.direction),
    startStake: numberText(properties.beginning_milepost),
    endStake: numberText(properties.ending_milepost),
    // A milepost's unit is not said.
    startStakeMetres: null,
    endStakeMetres: null,
    impact: text(properties.vehicle_impact),
    measures: null,
    description: [text(core.name), text(core.description)].filter((each) => each !== null).join(': ') || null,
    startsAt,
    expectedEndAt,
    endedAt: over ? (expectedEndAt && expectedEndAt < observedAt ? expectedEndAt : observedAt) : null,
    managingUnit: null,
    reportingUnit: event.organisation,
    preparedBy: null,
    reviewedBy: null,
    status: 'ACTUAL',
  };
}

function placeOf(drawn: Drawn | null): Pick<RoadEventRecord, 'position' | 'geometry' | 'placedBy' | 'placeNote'> {
  return drawn
    ? { ...drawn, placedBy: 'SOURCE', placeNote: null }
    : { position: null, geometry: null, placedBy: 'NONE', placeNote: '来源未给出位置' };
}

/** vehicle_impact; an event of which it is not said hinders traffic until it is. */
function stateOf(impact: string | null): RoadState {
  if (impact === 'all-lanes-closed') return 'BLOCKED';
  return impact?.startsWith('all-lanes-open') ? 'OPEN' : 'RESTRICTED';
}

function timeOf(name: string, value: unknown, { zone }: Settings): Date | null {
  if (value === undefined || value === null || value === '') return null;
  const time = typeof value === 'string' ? parseTime(value, zone) : undefined;
  if (!time) throw new DecodeError('bad-time', `${name} ${shownJson(value)} is no time`);
  return time;
}

function worksOf(value: unknown): string | null {
  const names = Array.isArray(value)
    ? value.flatMap((each: { type_name?: unknown } | null) => text(each?.type_name) ?? [])
    : [];
  return names.length > 0 ? names.join('、').slice(0, 500) : null;
}

const MAX_TEXT = 2000;
const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, MAX_TEXT) : null;
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.slice(0, 20).flatMap((each) => text(each) ?? []) : [];
const numberText = (value: unknown): string | null => (typeof value === 'number' ? String(value) : text(value));
