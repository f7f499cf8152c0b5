import { metresBetween } from '../../../model/fact.js';
import { type Position, toPosition } from '../../../model/position.js';
import type { FireAlarmRecord, Outcome } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { type Gb28181Alarm, readGb28181 } from '../../shared/codecs/gb28181.js';
import { readSafely } from '../../shared/read-safely.js';
import type { Settings } from './config.js';

/** One GB/T 28181 notification: an alarm is one record, a keepalive is an outcome without any. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  return readSafely(input, fileName, () => {
    const message = readGb28181(input);
    return { records: message.kind === 'alarm' ? [alarmOf(message, input, settings)] : [], rejects: [] };
  });
}

function alarmOf(alarm: Gb28181Alarm, raw: Uint8Array, settings: Settings): FireAlarmRecord {
  const { deviceId, time } = alarm;
  if (deviceId === undefined) throw new DecodeError('missing-field', 'no <DeviceID>');
  if (!/^\d{20}$/.test(deviceId))
    throw new DecodeError('unknown-code', `<DeviceID> ${quoted(deviceId)} is not 20 digits (GB/T 28181 annex D)`);
  if (time === undefined) throw new DecodeError('missing-time', 'no <AlarmTime>');
  const observedAt = parseTime(time, settings.zone);
  if (!observedAt) throw new DecodeError('bad-time', `<AlarmTime> ${quoted(time)} is no time`);
  const type = typeOf(alarm, settings);
  return {
    kind: 'fire-alarm',
    // Not by SN, which restarts and differs when a platform sends the same alarm again.
    sourceId: [deviceId, observedAt.toISOString(), type].join('/'),
    raw,
    observedAt,
    originalTime: time,
    zone: settings.zone,
    deviceId,
    type,
    priority: priorityOf(alarm.priority),
    description: alarm.description ?? '',
    position: positionOf(alarm, deviceId, settings),
    sameWithin: settings.sameFire,
    status: 'ACTUAL',
  };
}

function typeOf({ method, type, description = '' }: Gb28181Alarm, settings: Settings): FireAlarmRecord['type'] {
  const said = description.toLowerCase();
  const fits = settings.rules.find(
    (rule) =>
      (rule.method === undefined || rule.method === method) &&
      (rule.type === undefined || rule.type === type) &&
      (rule.contains === undefined || rule.contains.some((word) => said.includes(word.toLowerCase()))),
  );
  return fits?.as ?? 'OTHER';
}

function priorityOf(written: string | undefined): number | null {
  if (written === undefined) return null;
  if (!/^[1-4]$/.test(written)) throw new DecodeError('unknown-code', `<AlarmPriority> ${quoted(written)}: 1 to 4`);
  return Number(written);
}

/** Where the alarm says, unless that is far from where its device is listed, or it says nothing (0, 0 is nothing too). */
function positionOf(alarm: Gb28181Alarm, deviceId: string, settings: Settings): Position | null {
  const device = settings.stations.find(({ code }) => code === deviceId);
  const listed =
    device?.lon === undefined || device.lat === undefined
      ? undefined
      : toPosition(device.lon, device.lat, settings.crs);
  const { longitude, latitude } = alarm;
  if (longitude === undefined && latitude === undefined) return listed ?? null;
  const [lon, lat] = [degrees(longitude, 'Longitude'), degrees(latitude, 'Latitude')];
  if (lon === 0 && lat === 0) return listed ?? null;
  const said = toPosition(lon, lat, settings.crs);
  if (!said) throw new DecodeError('bad-position', `<Longitude> ${lon}, <Latitude> ${lat} is no place`);
  return listed && (metresBetween(said, listed) ?? 0) > settings.maxKmFromDevice * 1000 ? listed : said;
}

function degrees(text: string | undefined, name: string): number {
  if (text === undefined || !/^[+-]?\d{1,9}(\.\d{1,15})?$/.test(text))
    throw new DecodeError('bad-position', `<${name}> ${quoted(text ?? '')} is no number of degrees`);
  return Number(text);
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));
