import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DEPARTMENT_CODES, type DepartmentCode } from '../../model/department.js';
import { canonicalDivision, divisionPrefix } from '../../model/division.js';
import type { BundleItem } from '../../model/exchange.js';
import { WARNING_LEVELS, WARNING_STATUSES } from '../../model/warning.js';
import type { Fault } from './kind.js';

/** RFC 3339 in UTC. */
export const time = z.iso.datetime();
/** GB/T 2260 with its extension: 6, 9 or 12 digits. */
export const division = z.string().regex(/^\d{6}(\d{3}(\d{3})?)?$/);
export const department = z.enum(DEPARTMENT_CODES as [DepartmentCode, ...DepartmentCode[]]);
export const level = z.enum(WARNING_LEVELS);
export const status = z.enum(WARNING_STATUSES);
export const hazardCode = z.string().regex(/^\d{2}[A-Z]\d{2}$/);
export const line = (most: number) => z.string().min(1).max(most);
export const text = (most: number) => z.string().max(most);
export const count = z.int().min(0);

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
const ring = z.array(position).min(4);
const polygon = z.array(ring).min(1);
/** RFC 7946, WGS84. */
export const area = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: polygon }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(polygon).min(1) }),
]);

/** What `schema` finds wrong with an item's payload first, if anything. */
export function shapeFault(schema: z.ZodType, { payload }: BundleItem): Fault | undefined {
  const { error } = schema.safeParse(payload);
  const issue = error?.issues[0];
  return issue && fault('BAD_SHAPE', ['payload', ...issue.path].map(String), issue.message);
}

/** A fault; the path's parts are joined by dots. */
export const fault = (code: string, path: string | readonly string[], note: string): Fault => ({
  code,
  path: typeof path === 'string' ? path : path.join('.'),
  note: note.slice(0, 300),
});

/** Tells whether two payloads say the same: the SHA-256 of what a schema has parsed, whose order is the schema's. */
export const digestOf = (parsed: unknown): Buffer => createHash('sha256').update(JSON.stringify(parsed)).digest();

/** Digits that sort as the numbers do. */
export const rising = (value: number): string => String(value).padStart(6, '0');

/** Whether a division lies in another, or is it. */
export const liesIn = (inner: string, outer: string): boolean =>
  divisionPrefix(inner).startsWith(divisionPrefix(outer));

/** Whether a code lies in one of some divisions; everything does where none are named. */
export const inSome = (codes: readonly string[], wanted: readonly string[] | undefined): boolean =>
  !wanted || codes.some((code) => wanted.some((each) => liesIn(code, each) || liesIn(each, code)));

/** The place of what has one, for `inSome`. */
export const placed = (code: string | null): readonly string[] => (code === null ? [] : [code]);

/** Divisions in settings: in their shortest form. */
export const divisionSetting = z
  .string()
  .refine((code) => canonicalDivision(code) !== undefined, 'a division code of 6, 9 or 12 digits')
  .transform((code) => canonicalDivision(code) as string);
