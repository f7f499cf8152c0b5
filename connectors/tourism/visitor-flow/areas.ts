import { type Crs, type Position, toPosition } from '../../../model/position.js';
import type { RegisterRecord } from '../../../model/record.js';
import { checkFields, labelFaults } from '../../../model/register-check.js';
import { SCENIC_AREA } from '../../../model/registers/tourism.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import type { JsonPart } from '../../shared/codecs/json-parts.js';
import { degreesOf, given, type OwnNames, textOf } from './fields.js';

/** One scenic area for the register; its fields by their English or Chinese names. Throws DecodeError for the first fault. */
export function areaRecord(part: JsonPart, crs: Crs, own: OwnNames = {}): RegisterRecord {
  const [code, name] = [textOf(part, 'code', own), textOf(part, 'name', own)];
  const fields = SCENIC_AREA.fields.map((field) => [field.name, said(part, field.name, field.zh, own)] as const);
  const checked = checkFields(SCENIC_AREA, Object.fromEntries(fields));
  const fault = [...labelFaults({ code, name }), ...(checked.faults ?? [])][0];
  if (fault || !checked.fields) throw new DecodeError(fault?.reason ?? 'malformed', `${fault?.field} ${fault?.detail}`);
  const position = positionOf(part, crs);
  const division = part.fields.division ?? part.fields.区划代码;
  return {
    kind: 'register',
    noun: SCENIC_AREA.noun,
    code,
    name,
    ...(position ? { position } : {}),
    ...(typeof division === 'string' ? { divisionCode: division } : {}),
    fields: checked.fields,
    status: 'ACTUAL',
    raw: part.raw,
  };
}

/** Capacities and parking are called as in reports of flow, too. */
function said(part: JsonPart, name: string, zh: string, own: OwnNames): unknown {
  const { fields } = part;
  if (name === 'capacity' || name === 'dailyCapacity' || name === 'parkingPlaces') return given(part, name, own);
  const value = Object.hasOwn(fields, name) ? fields[name] : fields[zh];
  return value === '' ? undefined : value;
}

/** Undefined where nothing is said; 0, 0 is nothing too. Throws DecodeError for what is no place. */
export function positionOf(part: JsonPart, crs: Crs): Position | undefined {
  const [lon, lat] = [degreesOf(part, 'lon'), degreesOf(part, 'lat')];
  if ((lon === undefined && lat === undefined) || (lon === 0 && lat === 0)) return undefined;
  const position = lon === undefined || lat === undefined ? undefined : toPosition(lon, lat, crs);
  if (!position) throw new DecodeError('bad-position', `longitude ${lon}, latitude ${lat} is no place`);
  return position;
}
