import type { PropertyName } from '../../../model/property.js';
import type { ObservationRecord, Outcome, Reject, RejectReason } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { type DpReading, isObject, readDpJson, shown } from '../../shared/codecs/dp-json.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Settings } from './config.js';
import { type Family, RAIN_FAMILY } from './families.js';

const POINT = /^(.{1,60})_(\d{1,6})$/;

/** One $dp message to observations, every point of every device. What is wrong with one reading costs no other. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  return readSafely(input, fileName, () => {
    const { maxMessageBytes } = settings.broker;
    if (input.length > maxMessageBytes) throw new DecodeError('too-large', `more than ${maxMessageBytes} bytes`);
    const { readings, faults } = readDpJson(input);
    const records: ObservationRecord[] = [];
    const rejects: Reject[] = faults.map(({ path, raw, message }) => ({
      raw,
      reason: 'malformed',
      detail: `${path.slice(0, 200)}: ${message}`,
    }));
    for (const reading of readings) {
      const where = `${reading.deviceId}/${reading.point}/${reading.time}`.slice(0, 200);
      const refuse: Refuse = (reason, detail, raw = reading.raw) =>
        void rejects.push({ raw, reason, detail: `${where}: ${detail}` });
      records.push(...observationsOf(reading, settings, refuse));
    }
    return { records, rejects };
  });
}

/** `raw`: the field alone, so that two bad fields of one reading are two rejects. */
type Refuse = (reason: RejectReason, detail: string, raw?: string) => void;

function observationsOf(reading: DpReading, settings: Settings, refuse: Refuse): ObservationRecord[] {
  const name = POINT.exec(reading.point)?.[1];
  const family = name === undefined ? undefined : familyOf(name, settings);
  if (!family) {
    refuse('unsupported', `point ${shown(reading.point)} is of no known family: add it to the setting "families"`);
    return [];
  }
  const observedAt = timeOf(reading.time, settings, refuse);
  if (!observedAt) return [];
  return valuesOf(reading, family, settings, refuse).map(({ field, property, value }) => ({
    kind: 'observation',
    sourceId: [reading.deviceId, reading.point, field, reading.time].join('/'),
    raw: reading.raw,
    observedAt,
    originalTime: reading.time,
    zone: settings.zone,
    station: reading.deviceId,
    property,
    sensor: reading.point,
    value,
    quality: value === null ? 'MISSING' : 'UNCHECKED',
  }));
}

function familyOf(name: string, settings: Settings): Family | undefined {
  const family = own(settings.families, name);
  if (name !== RAIN_FAMILY || !family) return family;
  return { number: settings.rain, ...family, fields: { value: settings.rain, ...family.fields } };
}

function timeOf(text: string, settings: Settings, refuse: Refuse): Date | undefined {
  if (text.trim() === '') {
    refuse('missing-time', 'the reading has no time');
    return undefined;
  }
  const time = parseTime(text, settings.zone);
  if (!time) refuse('bad-time', `${shown(text)} is no time: ISO 8601 such as 2026-07-01T06:00:00Z is read`);
  return time;
}

interface Measured {
  readonly field: string;
  readonly property: PropertyName;
  readonly value: number | null;
}

/** `null` is the sender's word for "no value". Anything else that is not a number is refused, numbers in quotes too. */
function valuesOf(reading: DpReading, family: Family, settings: Settings, refuse: Refuse): Measured[] {
  const { deviceId, point, time, value } = reading;
  const fields = isObject(value) ? Object.entries(value) : [['', value] as const];
  const found: Measured[] = [];
  for (const [field, each] of fields) {
    const property = field === '' ? family.number : own(family.fields, field);
    const raw = field === '' ? reading.raw : JSON.stringify({ [deviceId]: { [point]: { [time]: { [field]: each } } } });
    const what = field === '' ? 'the value' : `field ${shown(field)}`;
    if (property === undefined) {
      if (settings.otherFields.includes(field)) continue;
      const hint = field === '' ? 'named fields are expected in this family' : 'add it to "families" or "otherFields"';
      refuse('unsupported', `${what} (${shown(each)}) is not known: ${hint}`, raw);
    } else if (each === null || (typeof each === 'number' && Number.isFinite(each))) {
      found.push({ field, property, value: each });
    } else refuse('not-a-number', `${what} is ${typeof each === 'number' ? each : shown(each)}, not a number`, raw);
  }
  return found;
}

const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
