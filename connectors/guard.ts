import { PROPERTIES } from '../model/property.js';
import {
  type FeedRecord,
  type ObservationRecord,
  pieceOf,
  type RegisterRecord,
  type Reject,
  type RejectReason,
  type WarningRecord,
} from '../model/record.js';
import { checkFields, labelFaults } from '../model/register-check.js';
import { registerOf } from '../model/registers.js';
import { authorityFault, type Speaker } from '../model/warning-authority.js';

/** How far ahead of the hub's clock a source's time may be. */
export const FUTURE_TOLERANCE_MS = 10 * 60_000;

export interface GuardOptions {
  /** Observations older than this could not be kept: their partition would be dropped at once. */
  readonly keepObservationsDays: number;
  /** The feed brings generated data only: everything it says is an exercise. */
  readonly exercise: boolean;
  /** The feed, and for whom it may warn. */
  readonly speaker?: Speaker;
}

/** The checks that every feed's records pass, whatever the codec let through. Splits them into fit records and rejects. */
export function guard(
  records: readonly FeedRecord[],
  now: Date,
  options: GuardOptions,
): { records: FeedRecord[]; rejects: Reject[] } {
  const fit: FeedRecord[] = [];
  const rejects: Reject[] = [];
  for (const record of records) {
    const fault = faultOf(record, now, options);
    if (fault) rejects.push({ ...pieceOf(record), reason: fault[0], detail: fault[1] });
    else fit.push(marked(record, options));
  }
  return { records: fit, rejects };
}

/** With what the feed's settings say of all that it brings. */
function marked(record: FeedRecord, { exercise, speaker }: GuardOptions): FeedRecord {
  const said = exercise && 'status' in record ? { ...record, status: 'EXERCISE' as const } : record;
  return said.kind === 'warning' && speaker?.warnsFor?.length ? { ...said, warnsFor: speaker.warnsFor } : said;
}

type Fault = readonly [RejectReason, string];

function faultOf(record: FeedRecord, now: Date, options: GuardOptions): Fault | undefined {
  if (record.kind === 'station' || record.kind === 'road-event-list') return undefined;
  if (record.kind === 'register') return registerFault(record);
  if (record.kind === 'threshold')
    return record.value === null ? undefined : rangeFault(record.property, record.value, `threshold "${record.name}"`);
  const time = record.observedAt.getTime();
  if (!Number.isFinite(time)) return ['bad-time', `"${record.originalTime}" is no time`];
  if (time > now.getTime() + FUTURE_TOLERANCE_MS)
    return [
      'future-date',
      `${record.observedAt.toISOString()} (as written: "${record.originalTime}", read as ${record.zone}) is more than 10 min ahead of the hub's clock: check the device's clock or the feed's zone`,
    ];
  if (record.kind === 'warning' && record.expiresAt <= record.observedAt)
    return [
      'expires-before-sent',
      `expires ${record.expiresAt.toISOString()} is not after sent ${record.observedAt.toISOString()}`,
    ];
  if (record.kind === 'warning') return warningFault(record, options);
  if (record.kind !== 'observation') return undefined;
  return observationFault(record, now, options);
}

/** By identifiers alone; where they do not tell, the store judges by the warnings that it knows. */
function warningFault(record: WarningRecord, { speaker }: GuardOptions): Fault | undefined {
  const fault = speaker && authorityFault(speaker, record);
  return fault === undefined ? undefined : ['not-authorised', fault];
}

function observationFault(record: ObservationRecord, now: Date, options: GuardOptions): Fault | undefined {
  if (now.getTime() - record.observedAt.getTime() > options.keepObservationsDays * 86_400_000)
    return [
      'too-old',
      `${record.observedAt.toISOString()} is older than the ${options.keepObservationsDays} days that observations are kept`,
    ];
  if (record.value === null)
    return record.quality === 'MISSING'
      ? undefined
      : ['not-a-number', `${record.property} has no value and is not marked as missing`];
  return rangeFault(record.property, record.value, `station ${record.station}`);
}

function rangeFault(name: ObservationRecord['property'], value: number, where: string): Fault | undefined {
  const { min, max, unit } = PROPERTIES[name];
  if (!Number.isFinite(value)) return ['not-a-number', `${name} at ${where} is ${value}`];
  if (value < min || value > max)
    return ['out-of-range', `${name} ${value} ${unit} at ${where} cannot be true: ${min} to ${max} can`];
  return undefined;
}

function registerFault({ noun: name, ...record }: RegisterRecord): Fault | undefined {
  const noun = registerOf(name);
  if (!noun) return ['unsupported', `"${name}" is no register of this hub`];
  // What is out of use need not be told in full any more.
  const faults = checkFields(noun, record.fields).faults?.filter(
    (each) => !record.retired || each.reason !== 'missing-field',
  );
  const first = labelFaults(record)[0] ?? faults?.[0];
  return first && [first.reason, `${noun.zh} "${record.code}": ${first.field} ${first.detail}`];
}
