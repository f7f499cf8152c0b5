import { toPosition } from '../../../model/position.js';
import type { PropertyName } from '../../../model/property.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { divisionOf, numberOf, type Sl323Row, seasonOf, stationOf, textOf, typeOf } from '../../shared/codecs/sl323.js';
import type { Settings } from './config.js';
import type { Sink } from './sink.js';

/** A row of ST_STBPRP_B. A bad position or division is left out and told of; the station stands. */
export function stationRecords(row: Sl323Row, { crs }: Settings, sink: Sink): void {
  const code = sink.attempt([], () => stationOf(row));
  if (code === undefined) return;
  const position = sink.attempt(['LGTD', 'LTTD'], () => positionOf(row, crs));
  const division = sink.attempt(['ADDVCD'], () => divisionOf(row));
  const type = typeOf(row);
  sink.records.push({
    kind: 'station',
    code,
    name: textOf(row, 'STNM') ?? code,
    ...(type === undefined ? {} : { stationType: type }),
    ...(position ? { position } : {}),
    ...(division === undefined ? {} : { divisionCode: division }),
    raw: JSON.stringify(row),
  });
}

function positionOf(row: Sl323Row, crs: Settings['crs']) {
  const [lon, lat] = [numberOf(row, 'LGTD'), numberOf(row, 'LTTD')];
  if (lon === undefined && lat === undefined) return undefined;
  // Zero stands for "not surveyed" in many registries; no Chinese river is there.
  const position = lon && lat ? toPosition(lon, lat, crs) : undefined;
  if (!position) throw new DecodeError('bad-position', `LGTD ${lon}, LTTD ${lat} is no place`);
  return position;
}

type Meaning = readonly [column: string, property: PropertyName, name: string];

/** Levels by table, in the standard's columns: 警戒, 保证; 设计, 校核, 正常高, 死; 汛限. */
const LEVELS = {
  ST_RVFCCH_B: [
    ['WRZ', 'water-level', 'warning'],
    ['GRZ', 'water-level', 'guarantee'],
    ['WRQ', 'water-flow', 'warning'],
    ['GRQ', 'water-flow', 'guarantee'],
  ],
  ST_RSVRFCCH_B: [
    ['DSFLZ', 'reservoir-level', 'design'],
    ['CKFLZ', 'reservoir-level', 'check'],
    ['NORMZ', 'reservoir-level', 'normal'],
    ['DDZ', 'reservoir-level', 'dead'],
  ],
  ST_RSVRFSR_B: [['FSLTDZ', 'reservoir-level', 'flood-limit']],
} as const satisfies Record<string, readonly Meaning[]>;

/** A row of a threshold table; null is no threshold. */
export function thresholdsOf(table: keyof typeof LEVELS, row: Sl323Row, sink: Sink): void {
  const station = sink.attempt([], () => stationOf(row));
  if (station === undefined) return;
  const seasonal = table === 'ST_RSVRFSR_B';
  const season = seasonal ? sink.attempt(['BGMD', 'EDMD', 'FSLTDZ'], () => seasonOf(row)) : undefined;
  if (seasonal && !season) return;
  for (const [column, property, name] of LEVELS[table]) {
    const value = sink.attempt([column], () => levelOf(row, column));
    if (value === undefined) continue;
    const raw = JSON.stringify({ table, ...row });
    sink.records.push({ kind: 'threshold', station, property, name, value, ...(season ? { season } : {}), raw });
  }
}

function levelOf(row: Sl323Row, column: string): number | undefined {
  const value = numberOf(row, column);
  // A threshold of zero would be passed at every moment: it is how empty fields are filled.
  if (value === 0)
    throw new DecodeError('out-of-range', `${column} is 0, taken as not set: leave it empty, or put the level`);
  return value;
}
