import { z } from 'zod';
import type { RejectReason } from './record.js';
import type { RegisterField, RegisterFields, RegisterNoun } from './register.js';
import { readValue } from './register-value.js';

/** What is wrong with one field: its name, the kind of fault, and a sentence that goes on from the field's name. */
export interface RegisterFault {
  readonly field: string;
  readonly reason: RejectReason;
  readonly detail: string;
}

export type CheckedFields =
  | { readonly fields: RegisterFields; readonly faults?: undefined }
  | { readonly fields?: undefined; readonly faults: readonly RegisterFault[] };

const checked = (field: RegisterField, zone: string): z.ZodType =>
  z.unknown().transform((given, context) => {
    const read = readValue(field, given, zone);
    if ('value' in read) return read.value;
    const [reason, message] = read.fault;
    context.issues.push({ code: 'custom', input: given, message, params: { reason } });
    return z.NEVER;
  });

/**
 * Checks what is said of one entry's fields: those spoken of come back in their one form (model/register.ts), every fault is
 * named. `zone`: of instants that name none.
 */
export function checkFields(
  noun: Pick<RegisterNoun, 'fields'>,
  given: Readonly<Record<string, unknown>>,
  zone = 'Asia/Shanghai',
): CheckedFields {
  const spoken = noun.fields.filter(({ name }) => given[name] !== undefined);
  const shape = z.strictObject(Object.fromEntries(spoken.map((field) => [field.name, checked(field, zone)])));
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = shape.safeParse(known);
  if (!result.success) return { faults: result.error.issues.flatMap(faultsOf) };
  const fields = result.data as RegisterFields;
  const faults = [...missing(noun, fields), ...misordered(noun, fields)];
  return faults.length > 0 ? { faults } : { fields };
}

function faultsOf(issue: z.core.$ZodIssue): RegisterFault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((field) => ({ field, reason: 'unsupported', detail: 'is no field of this register' }));
  const reason =
    (issue.code === 'custom' ? (issue.params?.reason as RejectReason | undefined) : undefined) ?? 'malformed';
  return [{ field: issue.path.map(String).join('.'), reason, detail: issue.message }];
}

const missing = (noun: Pick<RegisterNoun, 'fields'>, fields: RegisterFields): RegisterFault[] =>
  noun.fields
    .filter(({ name, required }) => required && (fields[name] ?? null) === null)
    .map(({ name }) => ({ field: name, reason: 'missing-field', detail: 'is needed' }));

/** Dates and instants are in forms whose order as text is their order in time. */
function misordered(noun: Pick<RegisterNoun, 'fields'>, fields: RegisterFields): RegisterFault[] {
  return noun.fields.flatMap(({ name, atLeast }) => {
    const [value, floor] = [fields[name], atLeast === undefined ? undefined : fields[atLeast]];
    if ((value ?? null) === null || (floor ?? null) === null || (value as string) >= (floor as string)) return [];
    return [
      { field: name, reason: 'out-of-range' as const, detail: `${value} is before, or less than, ${atLeast} ${floor}` },
    ];
  });
}

const MAX_CODE = 64;
const MAX_NAME = 200;

/** What is wrong with an entry's code and name, which every register has. */
export function labelFaults({ code, name }: { readonly code: string; readonly name: string }): RegisterFault[] {
  const judge = (field: string, text: string, max: number): RegisterFault[] => {
    if (text.trim() === '') return [{ field, reason: 'missing-field', detail: 'is needed' }];
    if (text.length <= max && text === text.trim() && !/\p{Cc}/u.test(text)) return [];
    return [
      { field, reason: 'malformed', detail: `is one line of at most ${max} characters, without blanks around it` },
    ];
  };
  return [...judge('code', code, MAX_CODE), ...judge('name', name, MAX_NAME)];
}
