import type { WarningSnapshot } from './entry.js';
import type { WarningRecord, WarningText } from './record.js';
import { PUBLISHED } from './warning-sight.js';

/** A message as another one names it. */
export interface MessageName {
  readonly identifier: string;
  readonly sender: string;
  /** RFC 3339. */
  readonly sentAt: string;
}

/** What a message says of its warning. */
export type WarningContent = Pick<
  WarningSnapshot,
  | 'departmentCode'
  | 'hazardCode'
  | 'level'
  | 'status'
  | 'effectiveAt'
  | 'onsetAt'
  | 'expiresAt'
  | 'divisionCodes'
  | 'area'
  | 'texts'
>;

/** One message of a warning's life, to be written in either dialect (connectors/shared/codecs/cap-write.ts, alert-12379-write.ts). */
export interface WarningMessage extends MessageName {
  readonly type: WarningRecord['messageType'];
  /** What it supersedes or cancels. */
  readonly references: readonly MessageName[];
  readonly warning: WarningContent;
}

/** A predecessor; times and texts are null where the hub never had its message. */
export interface Replaced {
  readonly identifier: string;
  readonly sentAt: string | null;
  readonly departmentCode: string | null;
  readonly texts: readonly Pick<WarningText, 'language' | 'senderName'>[] | null;
}

/** The message that cancelled a warning. */
export interface Cancellation {
  readonly identifier: string;
  /** Whether the identifier is that message's alone: no warning bears it, and it cancels nothing else. */
  readonly own: boolean;
  readonly texts: readonly WarningText[];
}

/** A warning that the public may have, with what its messages must name. */
export interface PublicWarning {
  readonly warning: WarningSnapshot;
  /** When anything of it last changed in the hub, its running out apart; each change is a whole second later than the one before. */
  readonly changedAt: Date;
  readonly replaces: readonly Replaced[];
  /** Null where it is not cancelled, or by no message in earnest that the hub knows. */
  readonly cancellation: Cancellation | null;
}

/** Whether a warning may reach a public channel: released, and in earnest. Exercises, tests and drafts never may. */
export const isPublic = ({ state, status }: Pick<WarningSnapshot, 'state' | 'status'>): boolean =>
  status === 'ACTUAL' && PUBLISHED.includes(state);

const DOMESTIC = /^(\d{14})_(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/;

/** The 14-digit code of the sender in a domestic identifier (GB/T 34283-2017); undefined in any other. */
export const senderCodeOf = (identifier: string): string | undefined => DOMESTIC.exec(identifier)?.[1];

/** The office that warns, by its Chinese name where there is one; '' where no text names it. */
export const officeOf = (texts: readonly Pick<WarningText, 'language' | 'senderName'>[]): string =>
  (texts.find(({ language }) => language.toLowerCase().startsWith('zh')) ?? texts[0])?.senderName ?? '';

/** Who sends, as messages name it: the sender's code, else the office's name, else the department's code. */
export const senderOf = (
  identifier: string,
  texts: readonly Pick<WarningText, 'language' | 'senderName'>[],
  departmentCode: string,
): string => senderCodeOf(identifier) ?? (officeOf(texts) || departmentCode);

/** Ends the identifier of a cancellation that has none of its own. */
const CANCEL = '_cancel';

/** The identifier of the warning that such a cancellation belongs to; undefined for any other identifier. */
export const cancelledBy = (identifier: string): string | undefined =>
  identifier.endsWith(CANCEL) ? identifier.slice(0, -CANCEL.length) : undefined;

/** The message that tells how a public warning stands: its Cancel where it is cancelled, else what was issued. */
export function messageFor({ warning, replaces, cancellation }: PublicWarning): WarningMessage {
  const name = nameOf(warning.identifier, warning.issuedAt, warning);
  if (warning.state === 'CANCELLED') return cancelOf(warning, name, cancellation);
  const references = replaces.map((each) => referenceTo(each, warning));
  return { ...name, type: references.length > 0 ? 'UPDATE' : 'ALERT', references, warning };
}

function cancelOf(warning: WarningSnapshot, cancelled: MessageName, known: Cancellation | null): WarningMessage {
  const identifier = known?.own ? known.identifier : `${warning.identifier}${CANCEL}`;
  const texts = known && known.texts.length > 0 ? known.texts : warning.texts.map(withoutAdvice);
  return {
    ...nameOf(identifier, warning.cancelledAt ?? warning.issuedAt, warning),
    type: 'CANCEL',
    references: [cancelled],
    // When the warning began is not when its end does.
    warning: { ...warning, texts: texts.map(takenBack), effectiveAt: null, onsetAt: null },
  };
}

const nameOf = (identifier: string, sentAt: string, warning: WarningContent): MessageName => ({
  identifier,
  sender: senderOf(identifier, warning.texts, warning.departmentCode),
  sentAt,
});

/** A predecessor that never came is named by what its identifier tells; where that is nothing, by this message's own time. */
function referenceTo({ identifier, sentAt, departmentCode, texts }: Replaced, warning: WarningSnapshot): MessageName {
  const [, , year, month, day, hour, minute, second] = DOMESTIC.exec(identifier) ?? [];
  const told = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return {
    identifier,
    sender: senderOf(identifier, texts ?? warning.texts, departmentCode ?? warning.departmentCode),
    sentAt: sentAt ?? (Number.isNaN(told.getTime()) ? warning.issuedAt : told.toISOString()),
  };
}

/** Nobody's words of the end are known: what to do against the hazard is no longer to be done. */
const withoutAdvice = (text: WarningText): WarningText => ({ ...text, instruction: null });

/** The headline says it, so that no reader takes the message for the warning. */
function takenBack(text: WarningText): WarningText {
  if (/解除|取消|撤销|cancel/i.test(text.headline)) return text;
  const language = text.language.toLowerCase();
  const said = language.startsWith('zh') ? '解除：' : language.startsWith('en') ? 'Cancelled: ' : '解除 Cancelled: ';
  return { ...text, headline: said + text.headline };
}
