import { canonicalDivision } from '../../model/division.js';
import { HubError } from '../../model/errors.js';
import type { IncidentLevel } from '../../model/incident.js';
import { CASUALTY_FIELDS, type Casualties, type ReportKind, type ReportMedium } from '../../model/incident-report.js';
import type { HubContext } from '../context.js';
import { contentHash } from '../shared/canonical.js';
import { classInput } from '../shared/incident.js';
import { type GivenPoint, pointInput } from '../shared/point-input.js';
import { idInput, reasonInput } from '../shared/text-input.js';

type Maybe<T> = T | null | undefined;

/** What a caller says; `checkReport` says what of it is needed when. */
export interface ReportInput {
  readonly idempotencyKey: string;
  readonly kind: ReportKind;
  readonly medium?: Maybe<ReportMedium>;
  readonly incident?: Maybe<string | number>;
  readonly title?: Maybe<string>;
  readonly class?: Maybe<string>;
  readonly level?: Maybe<IncidentLevel>;
  readonly position?: Maybe<NonNullable<unknown>>;
  readonly division?: Maybe<string>;
  readonly address?: Maybe<string>;
  readonly occurredAt?: Maybe<Date>;
  readonly knownAt?: Maybe<Date>;
  readonly responseEndedAt?: Maybe<Date>;
  readonly text: string;
  readonly casualties?: Maybe<Partial<Record<keyof Casualties, Maybe<number>>>>;
  readonly lossYuan?: Maybe<number>;
  readonly measures?: Maybe<string>;
  readonly unit: string;
  readonly contactName?: Maybe<string>;
  readonly contactPhone?: Maybe<string>;
  readonly reopenReason?: Maybe<string>;
}

/** The same, checked and trimmed; null where nothing was said. */
export interface CheckedReport {
  readonly key: string;
  /** Of all that was said, but for the key. */
  readonly hash: Buffer;
  readonly kind: ReportKind;
  readonly medium: ReportMedium;
  readonly incident: string | null;
  readonly title: string | null;
  readonly classCode: string | null;
  readonly level: IncidentLevel | null;
  readonly point: GivenPoint | null;
  readonly division: string | null;
  readonly address: string | null;
  readonly occurredAt: Date | null;
  readonly knownAt: Date | null;
  readonly responseEndedAt: Date | null;
  readonly text: string;
  readonly casualties: Casualties;
  readonly lossYuan: number | null;
  readonly measures: string | null;
  readonly unit: string;
  readonly contactName: string | null;
  readonly contactPhone: string | null;
  readonly reopenReason: string | null;
}

const AHEAD_MS = 10 * 60_000;
const MOST_PEOPLE = 10_000_000;
const PHONE = /^[+\d][\d\s()转,，、/-]{2,39}$/;

/** Everything that can be judged without the incident itself; what is wrong is BAD_INPUT, and says where. */
export function checkReport(input: ReportInput, context: HubContext): CheckedReport {
  const opening = input.kind === 'FIRST' && !input.incident;
  if (input.kind !== 'FIRST' && !input.incident) refuse('incident', `a ${input.kind} report needs the incident's id`);
  if (opening && !input.occurredAt) refuse('occurredAt', 'a first report says when it happened');
  if (opening && !input.title?.trim()) refuse('title', 'a first report says what happened, in a few words');
  const medium = input.medium ?? 'WRITTEN';
  if (medium === 'PHONE' && input.kind !== 'FIRST') refuse('medium', 'only a first report comes by telephone');
  if (input.reopenReason && input.kind !== 'FOLLOW_UP') refuse('reopenReason', 'a follow-up opens an incident again');
  const { idempotencyKey, ...rest } = input;
  return {
    key: text('idempotencyKey', idempotencyKey, 100) ?? refuse('idempotencyKey', 'is empty'),
    hash: contentHash(rest),
    kind: input.kind,
    medium,
    incident: input.incident ? idInput('incident', input.incident) : null,
    title: text('title', input.title, 100),
    classCode: input.class ? classInput('class', input.class) : null,
    level: input.level ?? null,
    point: pointInput('position', input.position),
    division: divisionOf(input.division),
    address: text('address', input.address, 200),
    occurredAt: past('occurredAt', input.occurredAt, context),
    knownAt: past('knownAt', input.knownAt, context),
    responseEndedAt: past('responseEndedAt', input.responseEndedAt, context),
    text: text('text', input.text, 5000, true) ?? refuse('text', 'is empty'),
    casualties: casualtiesOf(input.casualties),
    lossYuan: amount(input.lossYuan),
    measures: text('measures', input.measures, 5000, true),
    unit: text('unit', input.unit, 100) ?? refuse('unit', 'is empty'),
    contactName: text('contactName', input.contactName, 50),
    contactPhone: phone(input.contactPhone),
    reopenReason: reasonInput(input.reopenReason) ?? null,
  };
}

function refuse(field: string, why: string): never {
  throw new HubError('BAD_INPUT', `${field}: ${why}`, { field });
}

function text(name: string, given: Maybe<string>, most: number, lines = false): string | null {
  const found = given?.trim() ?? '';
  if ([...found].length > most) refuse(name, `at most ${most} characters`);
  if (/[\p{Cc}\p{Cs}]/u.test(lines ? found.replaceAll(/[\r\n\t]/g, '') : found))
    refuse(name, 'holds control characters');
  return found === '' ? null : found;
}

function phone(given: Maybe<string>): string | null {
  const found = text('contactPhone', given, 40);
  // The number itself is not repeated: it may be someone's own.
  if (found !== null && !PHONE.test(found)) refuse('contactPhone', 'is no telephone number: digits, "-" and blanks');
  return found;
}

function divisionOf(given: Maybe<string>): string | null {
  if (!given) return null;
  return canonicalDivision(given) ?? refuse('division', 'is no division code of 6, 9 or 12 digits');
}

function past(name: string, given: Maybe<Date>, context: HubContext): Date | null {
  if (given && given.getTime() > context.now().getTime() + AHEAD_MS) refuse(name, 'lies in the future');
  return given ?? null;
}

function casualtiesOf(given: ReportInput['casualties']): Casualties {
  const count = (name: keyof Casualties): number | null => {
    const found = given?.[name] ?? null;
    if (found !== null && (found < 0 || found > MOST_PEOPLE)) refuse(`casualties.${name}`, `0 to ${MOST_PEOPLE}`);
    return found;
  };
  return Object.fromEntries(CASUALTY_FIELDS.map((name) => [name, count(name)])) as Casualties;
}

function amount(given: Maybe<number>): number | null {
  if (given !== null && given !== undefined && !(given >= 0 && given < 1e13)) refuse('lossYuan', '0 or more');
  return given ?? null;
}
