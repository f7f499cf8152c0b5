import { HAZARDS, UNKNOWN_HAZARD_HOURS } from '../../../model/hazard.js';
import type { Outcome, Reject, RejectReason, WarningRecord } from '../../../model/record.js';
import { parseTime } from '../../../model/time.js';
import type { WarningStatus } from '../../../model/warning.js';
import { type Alert, isAlertList } from '../../shared/codecs/alert.js';
import { decode12379 } from '../../shared/codecs/alert-12379.js';
import { CAP_NAMESPACES, decodeCap } from '../../shared/codecs/cap.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { readXmlDocument, type XmlDocument } from '../../shared/codecs/xml.js';
import { areaOf, divisionsOf } from './area.js';
import type { Settings } from './config.js';
import { levelOf } from './level.js';
import { hazardCodeOf, textsOf } from './texts.js';

const STATUSES: Readonly<Record<string, WarningStatus>> = { Actual: 'ACTUAL', Exercise: 'EXERCISE', Test: 'TEST' };
const TYPES: Readonly<Record<string, WarningRecord['messageType']>> = {
  Alert: 'ALERT',
  Update: 'UPDATE',
  Cancel: 'CANCEL',
};

/** One document, domestic XML or CAP, to one warning record or one reject; codes that are no division are rejected beside the record. */
export function normalize(input: Uint8Array, settings: Settings, _now: Date, fileName: string): Outcome {
  try {
    const alert = decode(readXmlDocument(input, { isArray: isAlertList }));
    const { codes, unreadable } = divisionsOf(alert, settings);
    const record = toRecord(alert, codes, input, settings);
    const rejects = unreadable.map(
      (code): Reject => ({
        raw: input,
        reason: 'unknown-code',
        detail: `${alert.identifier}: geocode "${code.slice(0, 40)}" is no division code; the warning was taken in without it`,
      }),
    );
    return { records: [record], rejects };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { records: [], rejects: [{ raw: input, reason: error.reason, detail: `${fileName}: ${error.message}` }] };
  }
}

function decode({ root, namespace, element }: XmlDocument): Alert {
  if (root === 'EDXLDistribution')
    refuse('unsupported', 'an EDXL-DE envelope: let the source publish the CAP messages in it as files of their own');
  if (root !== 'alert') refuse('malformed', `<${root.slice(0, 40)}> is no warning message`);
  if (!namespace && ('sendTime' in element || !('sent' in element))) return decode12379(element);
  if (namespace && !CAP_NAMESPACES.includes(namespace))
    refuse('unsupported', `namespace ${namespace.slice(0, 80)} is neither CAP 1.2 nor CAP 1.1`);
  return decodeCap(element);
}

function toRecord(alert: Alert, divisionCodes: string[], raw: Uint8Array, settings: Settings): WarningRecord {
  const messageType = TYPES[alert.msgType];
  if (!messageType) refuse('not-a-warning', `msgType ${alert.msgType} answers another message`);
  const status = STATUSES[alert.status];
  if (!status) refuse('not-operational', `status ${alert.status} is not for the public`);
  if (alert.scope === 'Private') refuse('unsupported', 'scope Private: addressed to named recipients, not to the hub');
  if (alert.scope === 'Restricted')
    refuse('unsupported', 'scope Restricted: meant for those whom its restriction names, not for the public');
  const level = levelOf(alert, settings);
  if (messageType !== 'CANCEL') {
    if (alert.infos.length === 0) refuse('missing-field', 'no <info>: the message says nothing');
    if (!level)
      refuse('unknown-code', `no level: no colour, and severity ${severitiesOf(alert)} has none in the settings`);
  }
  const hazardCode = hazardCodeOf(alert);
  const observedAt = time(alert.sent, 'sent', settings);
  return {
    kind: 'warning',
    sourceId: alert.identifier,
    raw,
    observedAt,
    originalTime: alert.sent,
    zone: /(Z|[+-]\d{2}:?\d{2})$/.exec(alert.sent)?.[1] ?? settings.zone,
    identifier: alert.identifier,
    format: alert.dialect,
    messageType,
    status,
    references: alert.references.filter((reference) => reference !== alert.identifier),
    hazardCode,
    level: level ?? null,
    effectiveAt: earliest(alert, 'effective', settings),
    onsetAt: earliest(alert, 'onset', settings),
    expiresAt: expiryOf(alert, messageType, observedAt, hazardCode, settings),
    texts: textsOf(alert, hazardCode),
    divisionCodes,
    area: areaOf(alert, settings.crs),
  };
}

/** The latest `expires` of the message's blocks; where none says one, the hazard's hours after the start. */
function expiryOf(
  alert: Alert,
  messageType: WarningRecord['messageType'],
  sentAt: Date,
  hazardCode: string | null,
  settings: Settings,
): Date {
  const said = times(alert, 'expires', settings).at(-1);
  if (said && said > sentAt) return said;
  // A cancellation repeats the times of what it cancels, which may be over; refusing it would keep the warning alive.
  if (said && messageType !== 'CANCEL')
    refuse('expires-before-sent', `expires ${said.toISOString()} is not after sent ${sentAt.toISOString()}`);
  const code = hazardCode ?? '';
  const hours = settings.expiryHours[code] ?? HAZARDS[code]?.defaultHours ?? UNKNOWN_HAZARD_HOURS;
  const start = said ? sentAt : (earliest(alert, 'effective', settings) ?? sentAt);
  return new Date(Math.max(start.getTime(), sentAt.getTime()) + hours * 3_600_000);
}

const earliest = (alert: Alert, field: 'effective' | 'onset', settings: Settings): Date | null =>
  times(alert, field, settings)[0] ?? null;

const times = (alert: Alert, field: 'effective' | 'onset' | 'expires', settings: Settings): Date[] =>
  alert.infos
    .flatMap((info) => (info[field] === null ? [] : [time(info[field], field, settings)]))
    .sort((a, b) => a.getTime() - b.getTime());

function time(text: string, field: string, settings: Settings): Date {
  return parseTime(text, settings.zone) ?? refuse('bad-time', `${field} "${text.slice(0, 40)}" is no time`);
}

const severitiesOf = (alert: Alert): string => alert.infos.map((info) => info.severity.slice(0, 20)).join(', ');

function refuse(reason: RejectReason, message: string): never {
  throw new DecodeError(reason, message);
}
