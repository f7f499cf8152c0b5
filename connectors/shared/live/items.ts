import type { LiveNoun } from '../../../model/live.js';
import type { Reject } from '../../../model/record.js';
import type { RegisterFields } from '../../../model/register.js';
import { checkFields } from '../../../model/register-check.js';
import { parseTime } from '../../../model/time.js';
import { isJsonObject } from '../codecs/json-text.js';
import type { RemoteError } from '../transports/graphql-remote.js';
import type { LiveSettings } from './settings.js';

/** What an answer says of one code, or why it says nothing. */
export type ItemAnswer =
  | { readonly fields: RegisterFields | null; readonly observedAt: Date | null; readonly fault?: undefined }
  | { readonly fault: string };

export interface ItemAnswers {
  /** One for every code asked. */
  readonly byCode: ReadonlyMap<string, ItemAnswer>;
  /** Of items whose values cannot be true. Their raw piece holds the fault alone, for the rest stays with its department. */
  readonly rejects: readonly Reject[];
}

type Mapping = Pick<LiveSettings, 'items' | 'code' | 'fields' | 'observedAt' | 'zone'>;

/**
 * The items of one answer by the codes that were asked. An error counts for the item its path leads to; what is not in the answer
 * is unknown to the service only if no error may have taken it away. Undefined where there is no list; never throws.
 */
export function readItems(
  noun: LiveNoun,
  mapping: Mapping,
  codes: readonly string[],
  answer: unknown,
  errors: readonly RemoteError[] = [],
): ItemAnswers | undefined {
  const list = listOf(answer, mapping);
  if (!list) return undefined;
  const { byPlace, elsewhere } = sortErrors(errors, mapping.items?.split('.') ?? []);
  const byCode = new Map<string, ItemAnswer>();
  const rejects: Reject[] = [];
  let lost: string | undefined = elsewhere;
  const asked = new Set(codes);
  for (const [place, { code: own, item }] of list.entries()) {
    // Of a list as long as the question, a null stands for the code in its place.
    const code = own ?? (item === null && list.length === codes.length ? codes[place] : undefined);
    const fault = byPlace.get(place);
    if (code === undefined) lost ??= fault ?? (item === null ? undefined : uncoded(noun, mapping, place, rejects));
    else if (asked.has(code) && !byCode.has(code))
      byCode.set(code, fault ? { fault } : readItem(noun, mapping, code, item, rejects));
  }
  for (const code of codes)
    if (!byCode.has(code)) byCode.set(code, lost ? { fault: lost } : { fields: null, observedAt: null });
  return { byCode, rejects };
}

interface Listed {
  readonly code: string | undefined;
  readonly item: unknown;
}

function listOf(answer: unknown, { items, code }: Mapping): Listed[] | undefined {
  const found = items === undefined ? answer : at(answer, items);
  if (Array.isArray(found)) return (found as unknown[]).map((item) => ({ item, code: codeOf(at(item, code)) }));
  // Things that are not all items are no list by code, but an answer that says something else.
  if (!isJsonObject(found) || !Object.values(found).every((item) => item === null || isJsonObject(item)))
    return undefined;
  return Object.entries(found).map(([key, item]) => ({ item, code: key }));
}

function uncoded({ noun }: LiveNoun, { code }: Mapping, place: number, rejects: Reject[]): string {
  const fault = `an item without ${JSON.stringify(code)}`;
  rejects.push({ raw: JSON.stringify({ place }), reason: 'missing-field', detail: `${noun}: item ${place}: ${fault}` });
  return fault;
}

function readItem(noun: LiveNoun, mapping: Mapping, code: string, item: unknown, rejects: Reject[]): ItemAnswer {
  if (item === null) return { fields: null, observedAt: null };
  const given = noun.fields.map(({ name }) => [name, at(item, mapping.fields[name] ?? name) ?? null] as const);
  const { fields, faults = [] } = checkFields(noun, Object.fromEntries(given), mapping.zone);
  for (const fault of faults) {
    const wrong = given.find(([name]) => name === fault.field)?.[1];
    const raw = JSON.stringify({ code, [fault.field]: wrong }).slice(0, 2000);
    rejects.push({ raw, reason: fault.reason, detail: `${noun.noun} "${code}": ${fault.field} ${fault.detail}` });
  }
  if (!fields) return { fault: `its ${faults.map(({ field }) => field).join(', ')} cannot be true` };
  return { fields, observedAt: timeOf(noun, mapping, code, item, rejects) };
}

function timeOf(noun: LiveNoun, mapping: Mapping, code: string, item: unknown, rejects: Reject[]): Date | null {
  const written = mapping.observedAt === undefined ? undefined : at(item, mapping.observedAt);
  if (written === undefined || written === null || written === '') return null;
  const time = typeof written === 'string' ? parseTime(written, mapping.zone) : undefined;
  if (time) return time;
  const raw = JSON.stringify({ code, observedAt: written }).slice(0, 2000);
  rejects.push({ raw, reason: 'bad-time', detail: `${noun.noun} "${code}": its time is none; the rest is kept` });
  return null;
}

/** Errors by the place of the item they lead to, and the first that leads to none. */
function sortErrors(errors: readonly RemoteError[], prefix: readonly string[]) {
  const byPlace = new Map<number, string>();
  let elsewhere: string | undefined;
  for (const { message, path } of errors) {
    const place = prefix.every((step, i) => path[i] === step) ? path[prefix.length] : undefined;
    if (typeof place !== 'number') elsewhere ??= message;
    else if (!byPlace.has(place)) byPlace.set(place, message);
  }
  return { byPlace, elsewhere };
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path.split('.')) {
    if (!isJsonObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

const codeOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
