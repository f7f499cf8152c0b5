import { type Alert, type AlertInfo, distinct, optional, required, ringOf, word } from './alert.js';
import { DecodeError } from './decode-error.js';
import { elementsOf, textsOf, type XmlElement } from './xml.js';

const STATUS = ['Actual', 'Exercise', 'System', 'Test', 'Draft'];
const MSG_TYPE = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'];

/** The name under which the domestic dialect's geocodes appear: GB/T 2260 and its extension. */
export const DOMESTIC_GEOCODE = 'GB/T 2260';

/**
 * Decodes the `<alert>` element of the domestic warning XML (GB/T 34283-2017): no namespace, `sendTime` with a blank and
 * perhaps without zone, `severity` a colour, `eventType` a code, `geocode` codes joined by commas, `references` bare
 * identifiers. `senderName` is the forecaster's own name: it is left out. Throws DecodeError.
 */
export function decode12379(alert: XmlElement): Alert {
  const identifier = required(alert, 'identifier');
  if (/[\s,<&]/.test(identifier))
    throw new DecodeError('malformed', `<identifier> "${identifier.slice(0, 60)}" holds a blank, a comma, "<" or "&"`);
  const spoken = messageOf(alert);
  return {
    dialect: '12379',
    identifier,
    sender: required(alert, 'sender'),
    sent: required(alert, 'sendTime'),
    status: word(alert, 'status', STATUS),
    msgType: word(alert, 'msgType', MSG_TYPE),
    scope: optional(alert, 'scope') ?? 'Public',
    source: null,
    references: referencesOf(optional(alert, 'references') ?? ''),
    infos: elementsOf(alert, 'info').map((info) => infoOf(info, spoken)),
  };
}

function infoOf(info: XmlElement, spoken: string | null): AlertInfo {
  const areas = elementsOf(info, 'area');
  const codes = areas.flatMap((area) => textsOf(area, 'geocode')).flatMap((list) => list.split(/[\s,，;；、]+/));
  const eventType = optional(info, 'eventType');
  return {
    language: optional(info, 'language') ?? 'zh-CN',
    event: optional(info, 'event'),
    eventCodes: eventType === null ? [] : [{ name: 'eventType', value: eventType }],
    severity: required(info, 'severity'),
    effective: optional(info, 'effective'),
    onset: optional(info, 'onset'),
    expires: optional(info, 'expires'),
    senderName: null,
    headline: optional(info, 'headline'),
    description: optional(info, 'description') ?? spoken,
    instruction: optional(info, 'instruction'),
    parameters: [],
    geocodes: distinct(codes.filter(Boolean)).map((value) => ({ name: DOMESTIC_GEOCODE, value })),
    polygons: areas.flatMap((area) => textsOf(area, 'polygon').filter(Boolean).map(ringOf)),
  };
}

/** What the channels are told to say (`code/method/message`): the web's words before those of the others. */
function messageOf(alert: XmlElement): string | null {
  const methods = elementsOf(alert, 'code').flatMap((code) => elementsOf(code, 'method'));
  const said = (wanted?: string): string | null =>
    methods
      .filter((method) => wanted === undefined || optional(method, 'methodName') === wanted)
      .map((method) => optional(method, 'message'))
      .find((message) => message !== null) ?? null;
  return said('WEB') ?? said();
}

/** Identifiers apart by blanks, commas or semicolons; CAP's triples are understood by the identifier in their middle. */
function referencesOf(text: string): string[] {
  const parts = text.split(/[\s,，;；]+/).filter(Boolean);
  const identifiers = parts.filter((part) => /^\d{14}_\d{14}(_\d+)?$/.test(part));
  return distinct(identifiers.length > 0 ? identifiers : parts);
}
