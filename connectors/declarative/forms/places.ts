import { z } from 'zod';
import type { Piece, RegisterRecord, StationRecord, ThresholdRecord } from '../../../model/record.js';
import type { RegisterNoun } from '../../../model/register.js';
import { checkFields } from '../../../model/register-check.js';
import { converted, unitFault } from '../../shared/units.js';
import { FormFault, type FormSettings, optionalText, parsed, positionOf, property, text, value } from './read.js';

const place = { lon: value.optional(), lat: value.optional(), division: optionalText(20) };
const stationForm = z.strictObject({ code: text(100), name: text(200), type: optionalText(40), ...place });
const thresholdForm = z.strictObject({
  station: text(100),
  property,
  name: text(40),
  value,
  unit: optionalText(40),
  sensor: optionalText(100),
});
const registerForm = z.strictObject({
  code: text(64),
  name: text(200),
  ...place,
  retired: z.boolean('is neither true nor false').optional(),
  fields: z.record(z.string(), z.unknown(), 'is not an object of fields').default({}),
});

/** `{code, name, lon?, lat?, type?, division?}` */
export function station(given: unknown, { crs }: FormSettings, piece: Piece): StationRecord {
  const { code, name, type, division, ...rest } = parsed(stationForm, given);
  const position = positionOf(rest, crs);
  return {
    kind: 'station',
    ...piece,
    code,
    name,
    ...(type === undefined ? {} : { stationType: type }),
    ...(position ? { position } : {}),
    ...(division === undefined ? {} : { divisionCode: division }),
  };
}

/** `{station, property, name, value, unit?, sensor?}` */
export function threshold(given: unknown, settings: FormSettings, piece: Piece): ThresholdRecord {
  const form = parsed(thresholdForm, given);
  const unit = form.unit ?? settings.units[form.property];
  const fault = unit === undefined ? undefined : unitFault(form.property, unit);
  if (fault) throw new FormFault('unknown-code', `unit: ${fault}`);
  return {
    kind: 'threshold',
    ...piece,
    station: form.station,
    property: form.property,
    name: form.name,
    ...(form.sensor === undefined ? {} : { sensor: form.sensor }),
    value: form.value === null || unit === undefined ? form.value : converted(form.value, form.property, unit),
  };
}

/** `{code, name, lon?, lat?, division?, retired?, fields: {…}}` with the noun's own fields. */
export function register(given: unknown, noun: RegisterNoun, settings: FormSettings, piece: Piece): RegisterRecord {
  const { code, name, division, retired, fields, ...rest } = parsed(registerForm, given);
  const position = positionOf(rest, settings.crs);
  const checked = checkFields(noun, fields, settings.zone);
  const [fault] = checked.faults ?? [];
  if (fault || !checked.fields)
    throw new FormFault(fault?.reason ?? 'malformed', `fields.${fault?.field}: ${fault?.detail}`);
  return {
    kind: 'register',
    ...piece,
    noun: noun.noun,
    code,
    name,
    ...(position ? { position } : {}),
    ...(division === undefined ? {} : { divisionCode: division }),
    fields: checked.fields,
    ...(retired === undefined ? {} : { retired }),
    status: settings.exercise ? 'EXERCISE' : 'ACTUAL',
  };
}
