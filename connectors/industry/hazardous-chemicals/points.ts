import type { FeedRecord, ObservationRecord, Quality, RejectReason, ThresholdRecord } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { isJsonObject, shownJson } from '../../shared/codecs/json-text.js';
import type { PlantItem } from '../../shared/codecs/plant-json.js';
import type { PlantSettings } from './config.js';
import { neededText, numberOf, stationCode, textOf } from './fields.js';
import { type Measure, measureOf } from './quantities.js';

/** A fault of one part of a point; the point itself is kept. */
export type Refuse = (reason: RejectReason, detail: string, raw: string) => void;

/** A point to its alarm limits and its value. Throws DecodeError where the value cannot be taken. */
export function pointRecords(item: PlantItem, settings: PlantSettings, refuse: Refuse): FeedRecord[] {
  const station = stationCode(item);
  const sensor = neededText(item, 'pointCode');
  if (sensor.length > 64) throw new DecodeError('malformed', 'pointCode is longer than 64 characters');
  const measure = measureOf(neededText(item, 'quantity'), textOf(item, 'unit'), settings.quantities);
  if (typeof measure === 'string') throw new DecodeError('unsupported', measure);
  const { observedAt, originalTime } = timeOf(item, settings);
  const value = numberOf(item.fields.value, 'value');
  const observation: ObservationRecord = {
    kind: 'observation',
    sourceId: [station, sensor, originalTime].join('/'),
    raw: item.raw,
    observedAt,
    originalTime,
    zone: settings.zone,
    station,
    property: measure.property,
    sensor,
    ...mediumOf(item),
    value: value === undefined ? null : measure.convert(value),
    quality: value === undefined ? 'MISSING' : qualityOf(item, settings, refuse),
  };
  return [...limitsOf(item, { station, sensor, measure }, refuse), observation];
}

function mediumOf(item: PlantItem): { medium?: string } {
  const medium = textOf(item, 'medium').slice(0, 100);
  return medium === '' ? {} : { medium };
}

/** ISO 8601, a local time, or Unix time in seconds or milliseconds. */
function timeOf(item: PlantItem, settings: PlantSettings): { observedAt: Date; originalTime: string } {
  const originalTime = textOf(item, 'time');
  if (originalTime === '') throw new DecodeError('missing-time', 'no time');
  const unix = /^\d{13}$/.test(originalTime) ? 1 : /^\d{10}$/.test(originalTime) ? 1000 : undefined;
  const observedAt =
    unix === undefined ? parseTime(originalTime, settings.zone) : new Date(Number(originalTime) * unix);
  if (!observedAt) throw new DecodeError('bad-time', `time ${JSON.stringify(originalTime.slice(0, 60))} is no time`);
  return { observedAt, originalTime };
}

/** A mark that is not known makes the value suspect, never lost: it may be the one that matters. */
function qualityOf(item: PlantItem, settings: PlantSettings, refuse: Refuse): Quality {
  const mark = textOf(item, 'quality').toLowerCase();
  if (mark === '') return 'UNCHECKED';
  const quality = Object.hasOwn(settings.qualities, mark) ? settings.qualities[mark] : undefined;
  // MISSING would need the value to be absent.
  if (quality !== undefined && quality !== 'MISSING') return quality;
  if (quality === undefined)
    refuse(
      'unknown-code',
      `quality ${JSON.stringify(mark.slice(0, 40))} is not known: the value is kept as suspect; add the mark to the setting "qualities"`,
      rawOf(item, { quality: item.fields.quality }),
    );
  return 'SUSPECT';
}

/** From the lowest to the highest. */
const LIMITS = [
  ['LL', 'low-low'],
  ['L', 'low'],
  ['H', 'high'],
  ['HH', 'high-high'],
] as const;

interface Where {
  readonly station: string;
  readonly sensor: string;
  readonly measure: Measure;
}

/** Null and "" take a limit back; a key that is absent says nothing. Limits that cross are not taken, any of them. */
function limitsOf(item: PlantItem, { station, sensor, measure }: Where, refuse: Refuse): ThresholdRecord[] {
  const { alarm } = item.fields;
  if (alarm === undefined || alarm === null) return [];
  try {
    if (!isJsonObject(alarm))
      throw new DecodeError('malformed', `alarm is ${shownJson(alarm)} instead of {HH, H, L, LL}`);
    const said = LIMITS.filter(([key]) => Object.hasOwn(alarm, key)).map(([key, name]) => {
      const limit = numberOf(alarm[key], `alarm.${key}`);
      return { key, name, value: limit === undefined ? null : measure.convert(limit) };
    });
    const set = said.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
    for (const [at, { key, value }] of set.entries()) {
      const before = set[at - 1];
      if (before && before.value >= value)
        throw new DecodeError(
          'out-of-range',
          `alarm.${key} is not above alarm.${before.key}: the limits are not taken`,
        );
    }
    return said.map(({ name, value }) => ({
      kind: 'threshold',
      station,
      property: measure.property,
      sensor,
      name,
      value,
      raw: item.raw,
    }));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    refuse(error.reason, error.message, rawOf(item, { alarm }));
    return [];
  }
}

const rawOf = ({ fields }: PlantItem, part: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    companyCode: fields.companyCode,
    equipCode: fields.equipCode,
    pointCode: fields.pointCode,
    ...part,
  });
