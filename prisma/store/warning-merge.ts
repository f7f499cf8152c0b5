import { departmentOfAgency } from '../../model/agency.js';
import { departmentOfFeed } from '../../model/department.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningRecord, WarningText } from '../../model/record.js';
import type { WarningState } from '../../model/warning.js';

/** A message as kept in warning_source: the record without its raw piece, times as text. */
export type StoredMessage = Omit<WarningRecord, 'raw' | 'observedAt' | 'effectiveAt' | 'onsetAt' | 'expiresAt'> & {
  readonly observedAt: string;
  readonly effectiveAt: string | null;
  readonly onsetAt: string | null;
  readonly expiresAt: string;
};

export interface StoredSource {
  readonly identifier: string;
  readonly feedId: string;
  readonly format: string;
  readonly receivedAt: Date;
  readonly record: StoredMessage;
}

/** A message elsewhere that names this warning. */
export interface IncomingReference {
  readonly from: string;
  readonly kind: 'UPDATE' | 'CANCEL';
  readonly sentAt: Date;
  /** The message that names it is an exercise or a test. */
  readonly drill?: boolean;
}

/** What was released here goes first: no copy of it can turn an exercise into earnest. Domestic XML says colour and code, CAP does not:
 *  it goes next. The rest is by name, so that order of arrival never matters. */
const precedence = (source: StoredSource): string =>
  `${source.format === 'hub' ? 0 : source.format === '12379' ? 1 : 2}:${source.feedId}:${source.format}`;

/**
 * The one warning that all sources of an identifier and all messages naming it make; the same whatever order they came in. What is in earnest
 * is neither replaced, ended nor put into words by an exercise or a test.
 */
export function mergeWarning(
  sources: readonly StoredSource[],
  references: readonly IncomingReference[],
  now: Date,
): Omit<WarningSnapshot, 'revision'> {
  const all = [...sources].sort((a, b) => (precedence(a) < precedence(b) ? -1 : 1));
  const base = all[0] as StoredSource;
  const sorted = all.filter(({ record }) => record.status === base.record.status);
  const pick = <K extends keyof StoredMessage>(key: K): StoredMessage[K] =>
    (sorted.find((source) => source.record[key] !== null) ?? base).record[key];
  const newest = (kind: IncomingReference['kind']): IncomingReference | undefined =>
    references
      .filter((reference) => reference.kind === kind && !(base.record.status === 'ACTUAL' && reference.drill))
      .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime() || (a.from < b.from ? -1 : 1))
      .at(-1);
  const successor = newest('UPDATE');
  const cancel = newest('CANCEL');
  const expiresAt = base.record.expiresAt;
  return {
    identifier: base.identifier,
    departmentCode: departmentOfAgency(base.identifier) ?? departmentOfFeed(base.feedId),
    feedId: base.feedId,
    hazardCode: pick('hazardCode') ?? 'UNKNOWN',
    level: pick('level') ?? 'BLUE',
    state: stateOf(successor, cancel, new Date(expiresAt), now),
    status: base.record.status,
    issuedAt: base.record.observedAt,
    effectiveAt: base.record.effectiveAt,
    onsetAt: base.record.onsetAt,
    expiresAt,
    cancelledAt: successor ? null : (cancel?.sentAt.toISOString() ?? null),
    receivedAt: new Date(Math.min(...sources.map((source) => source.receivedAt.getTime()))).toISOString(),
    divisionCodes: (sorted.find((source) => source.record.divisionCodes.length > 0) ?? base).record.divisionCodes,
    area: pick('area'),
    supersededById: successor?.from ?? null,
    texts: mergeTexts(sorted),
  };
}

function stateOf(
  successor: IncomingReference | undefined,
  cancel: IncomingReference | undefined,
  expiresAt: Date,
  now: Date,
): WarningState {
  if (successor) return 'SUPERSEDED';
  if (cancel) return 'CANCELLED';
  return expiresAt <= now ? 'EXPIRED' : 'ACTIVE';
}

/** One text a language, from the first source that has it. */
function mergeTexts(sorted: readonly StoredSource[]): WarningText[] {
  const texts = new Map<string, WarningText>();
  for (const source of sorted)
    for (const text of source.record.texts) if (!texts.has(text.language)) texts.set(text.language, text);
  return [...texts.values()];
}
