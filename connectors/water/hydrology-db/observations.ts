import type { PropertyName } from '../../../model/property.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { intervalMinutes, numberOf, type Sl323Row, stationOf, textOf, timeOf } from '../../shared/codecs/sl323.js';
import type { Settings } from './config.js';
import type { Sink } from './sink.js';

/** The columns whose meaning is the same in every row. W is in 10⁶ m³, as the property is. */
const COLUMNS = {
  ST_PPTN_R: { DYP: 'rain-day' },
  ST_RIVER_R: { Z: 'water-level', Q: 'water-flow' },
  ST_RSVR_R: { RZ: 'reservoir-level', INQ: 'reservoir-inflow', OTQ: 'reservoir-outflow', W: 'reservoir-storage' },
} as const satisfies Record<string, Readonly<Record<string, PropertyName>>>;

interface Reading {
  readonly property: PropertyName;
  readonly sensor: string | undefined;
  readonly value: number;
}

/** The readings of one row of ST_PPTN_R, ST_RIVER_R or ST_RSVR_R; a row that holds none is refused. */
export function observationsOf(table: keyof typeof COLUMNS, row: Sl323Row, { zone }: Settings, sink: Sink): void {
  const key = sink.attempt([], () => ({ station: stationOf(row), time: timeOf(row, zone) }));
  if (!key) return;
  const faults = sink.rejects.length;
  const readings: Reading[] = [];
  if (table === 'ST_PPTN_R') {
    const rain = sink.attempt(['DRP', 'INTV'], () => rainOf(row));
    if (rain) readings.push(rain);
  }
  for (const [column, property] of Object.entries(COLUMNS[table])) {
    const value = sink.attempt([column], () => numberOf(row, column));
    if (value !== undefined) readings.push({ property, sensor: textOf(row, 'MPCD'), value });
  }
  if (readings.length === 0 && sink.rejects.length === faults)
    sink.attempt([], () => {
      throw new DecodeError('missing-field', 'a row without any reading');
    });
  const raw = JSON.stringify({ table, ...row });
  for (const { property, sensor, value } of readings)
    sink.records.push({
      kind: 'observation',
      sourceId: [table, key.station, key.time.text, ...(sensor ? [sensor] : [])].join('/'),
      raw,
      observedAt: key.time.at,
      originalTime: key.time.text,
      zone,
      station: key.station,
      property,
      ...(sensor ? { sensor } : {}),
      value,
      quality: 'UNCHECKED',
    });
}

/** DRP is an hour's rain where INTV says 1.00; sums over other lengths are kept apart, each length by itself. */
function rainOf(row: Sl323Row): Reading | undefined {
  const value = numberOf(row, 'DRP');
  if (value === undefined) return undefined;
  const minutes = intervalMinutes(row);
  const hour = minutes === 60;
  const sensor = [textOf(row, 'MPCD'), hour || minutes === undefined ? undefined : `${minutes}min`]
    .filter(Boolean)
    .join('-');
  return { property: hour ? 'rain-1h' : 'rain-period', sensor: sensor || undefined, value };
}
