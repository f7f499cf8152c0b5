import { type Ebd, type Ebm, ebdIdOf, ebmIdOf, MSG_TYPE } from '../../connectors/shared/codecs/ebd.js';
import { type OutgoingChange, retracts } from '../../model/delivery.js';
import type { WarningLevel } from '../../model/warning.js';
import type { Addressee } from '../outcome.js';
import { textsIn } from '../texts.js';
import type { Settings } from './config.js';

const SEVERITY: Readonly<Record<WarningLevel, Ebm['severity']>> = { RED: '1', ORANGE: '2', YELLOW: '3', BLUE: '4' };
const LANGUAGES: Readonly<Record<string, string>> = { zh: 'zho', ug: 'uig', kk: 'kaz', en: 'eng', mn: 'mon' };
/** EBDType of a message within an EBDID (assumed). */
const MESSAGE = '01';

/** The EBD of a change: the same, byte for byte, at every attempt. A retraction bears the EBMID of what it takes back. */
export function messageOf(
  change: OutgoingChange,
  to: Pick<Addressee, 'number' | 'related'>,
  own: Pick<Settings, 'source' | 'destination' | 'languages'>,
): Ebd {
  const ebdId = ebdIdOf(MESSAGE, own.source, to.number);
  const related = to.related === null ? null : ebdIdOf(MESSAGE, own.source, to.related);
  const back = retracts(change) && related !== null;
  return {
    version: '1',
    ebdId,
    source: own.source,
    destinations: [own.destination],
    time: new Date(change.at),
    related,
    content: { ...contentOf(change, own.languages), ebmId: ebmIdOf(back ? related : ebdId) },
  };
}

function contentOf(change: OutgoingChange, languages: readonly string[]): Omit<Ebm, 'ebmId'> {
  const { warning } = change;
  const [text] = textsIn(warning, languages);
  const sentAt = new Date(change.at);
  const effectiveAt = warning.effectiveAt === null ? sentAt : new Date(warning.effectiveAt);
  return {
    kind: 'EBM',
    msgType: retracts(change) ? MSG_TYPE.RETRACT : MSG_TYPE.BROADCAST,
    senderName: text?.senderName || 'unknown',
    // A domestic identifier begins with its sender's code of 14 digits.
    senderCode: /^\d{14}/.exec(warning.identifier)?.[0] ?? '0',
    sentAt,
    // The hub's own word for "the source named none" is no code.
    eventType:
      /^[0-9A-Z]{2,8}$/.test(warning.hazardCode) && warning.hazardCode !== 'UNKNOWN' ? warning.hazardCode : '00000',
    severity: SEVERITY[warning.level],
    startAt: effectiveAt > sentAt ? effectiveAt : sentAt,
    endAt: new Date(warning.expiresAt),
    languageCode: LANGUAGES[(text?.language ?? 'zh').toLowerCase().split('-')[0] ?? ''] ?? 'und',
    title: text?.headline || warning.identifier,
    description: [text?.description, text?.instruction].filter(Boolean).join('\n'),
    areaCodes: warning.divisionCodes.map((code) => code.padEnd(12, '0')),
  };
}
