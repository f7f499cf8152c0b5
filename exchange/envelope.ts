import { z } from 'zod';
import { DEPARTMENT_CODES } from '../model/department.js';
import { DIVISION_CODE } from '../model/division.js';
import {
  BUNDLE_BYTES,
  BUNDLE_ITEMS,
  BUNDLE_KINDS,
  type Bundle,
  type BundleItem,
  CLOCK_SKEW_MS,
  FRAME_BYTES,
  type Frame,
  type Party,
  RECEIPT_BYTES,
  RECEIPT_STATES,
  type Receipt,
  Refusal,
  SCHEMA_VERSION,
  type Signed,
} from '../model/exchange.js';
import { canonicalJson, jsonOf } from './canonical.js';

const party = z.strictObject({
  orgCode: z.string().regex(/^\d{14}$/, { error: 'fourteen digits' }),
  division: z.string().regex(DIVISION_CODE, { error: 'a division code of 6, 9 or 12 digits' }),
});
const moment = z.iso.datetime({ precision: 3, error: 'RFC 3339 in UTC with milliseconds: 2026-11-26T08:00:00.000Z' });
const hash = z.string().regex(/^[0-9a-f]{64}$/, { error: 'a SHA-256 in hex' });
const count = z.int().min(1);
/** PostgreSQL keeps no text with U+0000 in it. */
const text = (most: number): z.ZodString =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/u, { error: 'U+0000 is no character of a text' });
const words = (most: number): z.ZodString => text(most).min(1);

const item = z.strictObject({
  type: z.enum(BUNDLE_KINDS),
  id: words(300),
  version: words(100),
  op: z.enum(['upsert', 'cancel']),
  payload: z.record(z.string(), z.unknown()),
  provenance: z.strictObject({
    department: z.enum(DEPARTMENT_CODES),
    feed: words(100).nullable(),
    changedAt: moment,
  }),
  attachments: z
    .array(z.strictObject({ name: words(200), type: words(100), text: z.string() }))
    .max(4)
    .optional(),
});

/** Compared as text, so in the one form that RFC 9562 writes. */
const uuid = z.uuid().refine((id) => id === id.toLowerCase(), { error: 'a UUID in lower case' });

const frameShape = {
  bundleId: uuid,
  seq: count,
  from: party,
  to: party,
  createdAt: moment,
  prevHash: hash,
};

/** Other versions may say more, of the parties too. */
const frame = z.object({
  ...frameShape,
  from: z.object(party.shape),
  to: z.object(party.shape),
  kind: z.string().regex(/^[A-Za-z]{1,40}$/, { error: 'a name of up to 40 letters' }),
});

const bundle = z.strictObject({
  ...frameShape,
  kind: z.enum(BUNDLE_KINDS),
  schemaVersion: z.string().regex(/^\d{1,3}\.\d{1,3}$/),
  items: z.array(item).min(1).max(BUNDLE_ITEMS),
});

const receipt = z.strictObject({
  number: count,
  bundleId: uuid,
  seq: count,
  bundleHash: hash,
  state: z.enum(RECEIPT_STATES),
  from: party,
  to: party,
  at: moment,
  faults: z
    .array(
      z.strictObject({
        index: z.int().min(0),
        id: words(300),
        code: words(60),
        path: text(200),
        note: text(1000),
      }),
    )
    .max(BUNDLE_ITEMS),
  acted: z.strictObject({ who: words(200), what: words(500) }).nullable(),
  note: text(1000).nullable(),
  previous: hash,
});

/** Whose a text is and where in the chain it belongs, whatever else it holds; throws Refusal where that cannot be read. */
export function readFrame({ body }: Signed): Frame {
  refuseLonger(body, FRAME_BYTES, 'bundle');
  const value = parse(body, 'bundle');
  const found = frame.safeParse(value);
  if (found.success) return found.data;
  refuseVersion(value, body);
  throw shapeRefusal(found.error, 'bundle');
}

/** The bundle in a text that came; throws Refusal with where and why it is none. Neither signature nor chain are looked at yet. */
export function readBundle({ body }: Signed): Bundle {
  refuseLonger(body, BUNDLE_BYTES, 'bundle');
  const value = parse(body, 'bundle');
  refuseVersion(value, body);
  const { kind } = (value ?? {}) as { kind?: unknown };
  if (typeof kind === 'string' && !BUNDLE_KINDS.some((known) => known === kind))
    throw new Refusal('KIND_REFUSED', `kind ${kind.slice(0, 40)} is not known here`);
  const found = shaped(value, body, bundle, 'bundle') as Bundle;
  const other = found.items.find(({ type }) => type !== found.kind);
  if (other) throw new Refusal('BAD_SHAPE', `items: one of type ${other.type} in a bundle of kind ${found.kind}`);
  return found;
}

/** Why an item can be in no bundle; undefined where it can. */
export function itemFault(value: BundleItem): string | undefined {
  const found = item.safeParse(value);
  return found.success ? undefined : shapeRefusal(found.error, 'item').reason;
}

export function readReceipt({ body }: Signed): Receipt {
  refuseLonger(body, RECEIPT_BYTES, 'receipt');
  return shaped(parse(body, 'receipt'), body, receipt, 'receipt') as Receipt;
}

/** Throws CLOCK_SKEW for a moment that is further ahead than clocks may differ. What is late is late: lines are down for hours. */
export function refuseFuture(text: string, now: Date): void {
  const ahead = Date.parse(text) - now.getTime();
  if (ahead <= CLOCK_SKEW_MS) return;
  throw new Refusal(
    'CLOCK_SKEW',
    `it says ${text}, which is ${Math.round(ahead / 1000)} s ahead of ${now.toISOString()} here; 300 s are tolerated: set the clocks`,
  );
}

export const sameParty = (a: Party, b: Party): boolean => a.orgCode === b.orgCode && a.division === b.division;

/** RFC 3339 in UTC with milliseconds, the one form of moments in bundles. */
export const momentOf = (at: Date): string => at.toISOString();

function refuseLonger(body: string, most: number, what: string): void {
  if (Buffer.byteLength(body) > most) throw new Refusal('TOO_LARGE', `a ${what} holds at most ${most} bytes`);
}

function parse(body: string, what: string): unknown {
  const value = jsonOf(body);
  if (value === undefined) throw new Refusal('BAD_SHAPE', `no JSON: the ${what} is cut off or damaged`);
  return value;
}

/** Before its shape is looked at: another version may have another. */
function refuseVersion(value: unknown, body: string): void {
  const { schemaVersion } = (value ?? {}) as { schemaVersion?: unknown };
  if (typeof schemaVersion !== 'string' || schemaVersion.split('.')[0] === SCHEMA_VERSION.split('.')[0]) return;
  if (isCanonical(value, body))
    throw new Refusal(
      'WRONG_VERSION',
      `schemaVersion ${schemaVersion.slice(0, 40)}: ${SCHEMA_VERSION} is understood here`,
    );
}

function shapeRefusal({ issues: [issue] }: z.ZodError, what: string): Refusal {
  const where = issue?.path.join('.').slice(0, 300) || what;
  return new Refusal('BAD_SHAPE', `${where}: ${(issue?.message ?? 'is not right').slice(0, 300)}`);
}

function shaped(value: unknown, body: string, shape: z.ZodType, what: string): unknown {
  const result = shape.safeParse(value);
  if (!result.success) throw shapeRefusal(result.error, what);
  if (!isCanonical(value, body))
    throw new Refusal(
      'NOT_CANONICAL',
      `the ${what} is not in canonical form (RFC 8785): send exactly the text that was signed`,
    );
  return result.data;
}

function isCanonical(value: unknown, body: string): boolean {
  try {
    return canonicalJson(value) === body;
  } catch {
    return false;
  }
}
