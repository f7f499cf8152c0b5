import { departmentOfAgency } from '../../model/agency.js';
import { type DepartmentCode, departmentOfFeed } from '../../model/department.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningRecord, WarningText } from '../../model/record.js';
import type { WarningState, WarningStatus } from '../../model/warning.js';
import { mayWarnFor, type Speaker } from '../../model/warning-authority.js';

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
  /** Who sent the message that names it, and as what. */
  readonly by: readonly (Speaker & { readonly status: WarningStatus })[];
}

type Said = Pick<StoredSource, 'identifier' | 'feedId' | 'format'> & {
  readonly record: Pick<StoredMessage, 'warnsFor'>;
};

const speakerOf = ({ feedId, record }: Said): Speaker => ({ feedId, warnsFor: record.warnsFor });

/** What was released here goes first: no copy of it can turn an exercise into earnest. Then whoever may speak for its department, where the
 *  identifier tells none for all. Domestic XML says colour and code, CAP does not: it goes next. The rest is by name, so that order of arrival never matters. */
function precedence(source: Said): string {
  const { identifier, feedId, format } = source;
  const owner = departmentOfAgency(identifier);
  const entitled = owner ? mayWarnFor(speakerOf(source), owner) : source.record.warnsFor === 'all';
  return `${format === 'hub' ? 0 : 1}:${entitled ? 0 : 1}:${format === '12379' ? 0 : 1}:${feedId}:${format}`;
}

const sorted = <T extends Said>(sources: readonly T[]): T[] =>
  [...sources].sort((a, b) => (precedence(a) < precedence(b) ? -1 : 1));

/** Whose warning it is: by the agency in its identifier, else the department of the first of its sources. */
export function ownerOf(sources: readonly Said[]): DepartmentCode {
  const [first] = sorted(sources) as [Said];
  return departmentOfAgency(first.identifier) ?? departmentOfFeed(first.feedId);
}

/** Each with those of its senders who may speak for the department whose warning it names; without the rest. */
const heard = (references: readonly IncomingReference[], owner: DepartmentCode): IncomingReference[] =>
  references
    .map((reference) => ({ ...reference, by: reference.by.filter((speaker) => mayWarnFor(speaker, owner)) }))
    .filter(({ by }) => by.length > 0);

/** Which messages name a department's warning though none of their senders may speak for it. */
export function unheard(references: readonly IncomingReference[], owner: DepartmentCode): string[] {
  const counting = new Set(heard(references, owner).map(({ from }) => from));
  return references.flatMap(({ from }) => (counting.has(from) ? [] : [from]));
}

/**
 * The one warning that all sources of an identifier and all messages naming it make; the same whatever order they came in. What is in earnest
 * is neither replaced, ended nor put into words by an exercise or a test; nothing is by a feed that does not speak for its department.
 */
export function mergeWarning(
  sources: readonly StoredSource[],
  references: readonly IncomingReference[],
  now: Date,
): Omit<WarningSnapshot, 'revision'> {
  const owner = ownerOf(sources);
  const entitled = sources.filter((source) => mayWarnFor(speakerOf(source), owner));
  const all = sorted(entitled.length > 0 ? entitled : sources);
  const base = all[0] as StoredSource;
  const like = all.filter(({ record }) => record.status === base.record.status);
  const drill = ({ by }: IncomingReference): boolean => by.every(({ status }) => status !== 'ACTUAL');
  const pick = <K extends keyof StoredMessage>(key: K): StoredMessage[K] =>
    (like.find((source) => source.record[key] !== null) ?? base).record[key];
  const newest = (kind: IncomingReference['kind']): IncomingReference | undefined =>
    heard(references, owner)
      .filter((reference) => reference.kind === kind && !(base.record.status === 'ACTUAL' && drill(reference)))
      .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime() || (a.from < b.from ? -1 : 1))
      .at(-1);
  const successor = newest('UPDATE');
  const cancel = newest('CANCEL');
  const expiresAt = base.record.expiresAt;
  return {
    identifier: base.identifier,
    departmentCode: owner,
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
    receivedAt: new Date(Math.min(...all.map((source) => source.receivedAt.getTime()))).toISOString(),
    divisionCodes: (like.find((source) => source.record.divisionCodes.length > 0) ?? base).record.divisionCodes,
    area: pick('area'),
    supersededById: successor?.from ?? null,
    texts: mergeTexts(like),
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
function mergeTexts(like: readonly StoredSource[]): WarningText[] {
  const texts = new Map<string, WarningText>();
  for (const source of like)
    for (const text of source.record.texts) if (!texts.has(text.language)) texts.set(text.language, text);
  return [...texts.values()];
}
