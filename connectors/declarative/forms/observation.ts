import { z } from 'zod';
import { PROPERTIES, type PropertyName } from '../../../model/property.js';
import type { ObservationRecord, Piece } from '../../../model/record.js';
import { QUALITIES } from '../../../model/record.js';
import { converted, unitFault } from '../../shared/units.js';
import {
  FormFault,
  type FormSettings,
  instantOf,
  optionalText,
  parsed,
  parsedField,
  property,
  text,
  time,
  value,
  word,
} from './read.js';

const shared = {
  station: text(100),
  observedAt: time,
  sensor: optionalText(100),
  medium: optionalText(100),
  quality: word(QUALITIES).optional(),
  sourceId: optionalText(200),
};
const single = z.strictObject({ ...shared, property, value, unit: optionalText(40) });
const several = z.strictObject({
  ...shared,
  values: z.record(z.string(), z.unknown(), 'is not an object of properties and their values'),
});

/** `{station, property, value, unit?, observedAt, …}`, or with `values: {property: value, …}` one record, or one fault, for each. */
export function observations(
  given: Readonly<Record<string, unknown>>,
  settings: FormSettings,
  piece: Piece,
): (ObservationRecord | FormFault)[] {
  if (!('values' in given)) {
    const form = parsed(single, given);
    return [record(form, form.property, form.value, form.unit, settings, piece)];
  }
  const form = parsed(several, given);
  const entries = Object.entries(form.values);
  if (entries.length === 0)
    throw new FormFault('missing-field', 'values: none of the fields named in the mapping is there: check their names');
  return entries.map(([name, each]) => {
    try {
      const known = parsedField(property, 'property', name);
      return record(form, known, parsedField(value, name, each), undefined, settings, piece);
    } catch (error) {
      if (error instanceof FormFault) return error;
      throw error;
    }
  });
}

function record(
  form: Omit<z.infer<typeof several>, 'values'>,
  name: PropertyName,
  measured: number | null,
  ownUnit: string | undefined,
  settings: FormSettings,
  piece: Piece,
): ObservationRecord {
  const { station, sensor, medium, quality = 'UNCHECKED', sourceId } = form;
  const unit = ownUnit ?? settings.units[name] ?? PROPERTIES[name].unit;
  const fault = unitFault(name, unit);
  if (fault) throw new FormFault('unknown-code', `unit: ${fault}`);
  const observedAt = instantOf('observedAt', form.observedAt, settings.zone);
  const key = [station, name, ...(sensor ? [sensor] : []), observedAt.toISOString()].join('/');
  return {
    kind: 'observation',
    ...piece,
    sourceId: sourceId === undefined ? key : `${sourceId}/${name}`,
    observedAt,
    originalTime: form.observedAt,
    zone: settings.zone,
    station,
    property: name,
    ...(sensor === undefined ? {} : { sensor }),
    ...(medium === undefined ? {} : { medium }),
    // What the source leaves empty it says to be absent.
    ...(measured === null
      ? { value: null, quality: 'MISSING' as const }
      : { value: converted(measured, name, unit), quality }),
  };
}
