import { z } from 'zod';
import { type Crs, type Position, toPosition } from '../../../model/position.js';
import { PROPERTY_NAMES } from '../../../model/property.js';
import type { RejectReason } from '../../../model/record.js';
import { CellFault, numberOf, timeOf } from '../../shared/tables/cells.js';

/** What is wrong with an object that a mapping gave: the field, the kind of fault, and what to do. */
export class FormFault extends Error {
  override readonly name = 'FormFault';
  constructor(
    readonly reason: RejectReason,
    message: string,
  ) {
    super(message);
  }
}

/** What a form needs to know of its feed. */
export interface FormSettings {
  readonly zone: string;
  readonly crs: Crs;
  readonly units: Readonly<Record<string, string>>;
  readonly exercise: boolean;
}

const said = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined || input === null ? 'the mapping gave nothing' : `${shown(input)} is not ${what}`,
});

export const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 60);

/** A text or a number, as trimmed text that is not empty. */
export const text = (maxLength = 500) =>
  z
    .union([z.string(), z.number()], said('a text'))
    .transform((given) => String(given).trim())
    .pipe(z.string().min(1, 'is empty').max(maxLength, `has more than ${maxLength} characters`));

/** The same; a blank one counts as none. */
export const optionalText = (maxLength = 500) =>
  z
    .union([z.string(), z.number(), z.null()], said('a text'))
    .optional()
    .transform((given) => String(given ?? '').trim() || undefined)
    .pipe(z.string().max(maxLength, `has more than ${maxLength} characters`).optional());

/** A number, also in digits; null where the source leaves it empty. */
export const value = z
  .union([z.number(), z.string(), z.null()], said('a number'))
  .transform((given, context) => orIssue(context, () => readNumber(given)));

export const number = value.refine((given) => given !== null, 'is empty').transform((given) => given as number);

export const property = z.enum(PROPERTY_NAMES, {
  error: ({ input }) =>
    input === undefined ? 'the mapping gave nothing' : `${shown(input)} is no property: docs/glossary.md lists them`,
});

/** A word of a closed list, in any case. */
export const word = <const T extends string>(words: readonly T[]) =>
  z.string(said('a text')).transform((given, context) => {
    const found = words.find((each) => each.toLowerCase() === given.trim().toLowerCase());
    if (found) return found;
    context.issues.push({
      code: 'custom',
      input: given,
      message: `${shown(given)} is none of ${words.join(', ')}`,
      params: { reason: 'unknown-code' },
    });
    return z.NEVER;
  });

/** A time as the source wrote it. */
export const time = z.union([z.string(), z.number()], said('a time')).transform(String);

/** The instant of a text in `zone`, or of seconds or milliseconds since 1970. */
export function instantOf(field: string, given: string, zone: string): Date {
  const digits = /^\d{10}(\d{3})?(\.\d+)?$/.exec(given.trim());
  if (digits) return new Date(Number(given) * (digits[1] === undefined ? 1000 : 1));
  try {
    return timeOf(given, zone).at;
  } catch (error) {
    throw asFormFault(field, error);
  }
}

/** Undefined where neither is given. */
export function positionOf(
  { lon, lat }: { readonly lon?: number | null | undefined; readonly lat?: number | null | undefined },
  crs: Crs,
): Position | undefined {
  if ((lon ?? null) === null && (lat ?? null) === null) return undefined;
  const position = typeof lon === 'number' && typeof lat === 'number' ? toPosition(lon, lat, crs) : undefined;
  if (position) return position;
  throw new FormFault(
    'bad-position',
    `lon ${lon ?? '?'}, lat ${lat ?? '?'} is no place on Earth: check their order and names`,
  );
}

/** Parses an object that a mapping gave; the first fault is thrown, with its field. */
export function parsed<T>(form: z.ZodType<T>, given: unknown): T {
  const result = form.safeParse(given);
  if (result.success) return result.data;
  const { issues } = result.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  if (issue?.code === 'unrecognized_keys')
    throw new FormFault('unsupported', `${issue.keys.join(', ')}: not a field of this kind of record`);
  const [field = ''] = issue?.path ?? [];
  throw faultOf(issue, issue?.path.map(String).join('.') ?? '', Reflect.get(Object(given), field));
}

/** The same of one field alone. */
export function parsedField<T>(form: z.ZodType<T>, name: string, given: unknown): T {
  const result = form.safeParse(given);
  if (result.success) return result.data;
  throw faultOf(result.error.issues[0], name, given);
}

function faultOf(issue: z.core.$ZodIssue | undefined, field: string, given: unknown): FormFault {
  const missing = given === undefined || given === null;
  const told = issue?.code === 'custom' ? (issue.params?.reason as RejectReason | undefined) : undefined;
  const reason = told ?? (missing || issue?.message === 'is empty' ? 'missing-field' : 'malformed');
  const advice = missing ? ': check the name of the source’s field in the mapping' : '';
  return new FormFault(reason, `${field}: ${issue?.message}${advice}`);
}

function readNumber(given: string | number | null): number | null {
  if (given === null || (typeof given === 'string' && given.trim() === '')) return null;
  return typeof given === 'number' ? given : numberOf(given);
}

function orIssue<T>(context: z.RefinementCtx, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { reason, message } = asFormFault('', error);
    context.issues.push({ code: 'custom', input: undefined, message, params: { reason } });
    return z.NEVER;
  }
}

function asFormFault(field: string, error: unknown): FormFault {
  if (!(error instanceof CellFault)) throw error;
  const { reason, en, adviceEn } = error.problem;
  return new FormFault(reason, `${field && `${field}: `}${en}: ${adviceEn}`);
}
