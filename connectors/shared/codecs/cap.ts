import { type Alert, type AlertInfo, distinct, type NamedValue, optional, required, ringOf, word } from './alert.js';
import { DecodeError } from './decode-error.js';
import { elementsOf, textOf, textsOf, type XmlElement } from './xml.js';

/** CAP 1.2 and 1.1; both are read by the same rules. */
export const CAP_NAMESPACES = ['urn:oasis:names:tc:emergency:cap:1.2', 'urn:oasis:names:tc:emergency:cap:1.1'];

/** What the hub calls itself in `source`: in its own messages `senderName` is the office, never a forecaster's name. */
export const HUB_SOURCE = 'Fenghuo';
/** The parameter in which the hub's messages say the colour, which CAP's severity only suggests. */
export const COLOUR_PARAMETER = 'warningLevel';

const STATUS = ['Actual', 'Exercise', 'System', 'Test', 'Draft'];
const MSG_TYPE = ['Alert', 'Update', 'Cancel', 'Ack', 'Error'];
const SCOPE = ['Public', 'Restricted', 'Private'];
const URGENCY = ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'];
const SEVERITY = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'];
const CERTAINTY = ['Observed', 'Very Likely', 'Likely', 'Possible', 'Unlikely', 'Unknown'];
/** CAP 1.2 §3.3.2: with seconds and a numeric zone; "Z" must not be used. */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

/**
 * Decodes the `<alert>` element of CAP 1.2 or 1.1 and holds it to the rules its schema cannot say: names without blank,
 * comma, "<" and "&"; times with zone; an Update or Cancel says what it replaces; polygons closed. Throws DecodeError.
 */
export function decodeCap(alert: XmlElement): Alert {
  const msgType = word(alert, 'msgType', MSG_TYPE);
  const references = referencesOf(optional(alert, 'references') ?? '');
  if ((msgType === 'Update' || msgType === 'Cancel') && references.length === 0)
    throw new DecodeError('missing-field', `<references> is empty, but ${msgType} must say what it replaces`);
  return {
    dialect: 'cap',
    identifier: name(alert, 'identifier'),
    sender: name(alert, 'sender'),
    sent: dateTime(alert, 'sent') ?? required(alert, 'sent'),
    status: word(alert, 'status', STATUS),
    msgType,
    scope: word(alert, 'scope', SCOPE),
    source: optional(alert, 'source'),
    references,
    infos: elementsOf(alert, 'info').map(infoOf),
  };
}

function infoOf(info: XmlElement): AlertInfo {
  required(info, 'event');
  word(info, 'urgency', URGENCY);
  word(info, 'certainty', CERTAINTY);
  if (!textsOf(info, 'category').some(Boolean)) throw new DecodeError('missing-field', '<category> is missing');
  const areas = elementsOf(info, 'area');
  for (const area of areas)
    if (textOf(area, 'areaDesc') === undefined) throw new DecodeError('missing-field', '<areaDesc> is missing');
  return {
    language: optional(info, 'language'),
    event: optional(info, 'event'),
    eventCodes: namedValues(info, 'eventCode'),
    severity: word(info, 'severity', SEVERITY),
    effective: dateTime(info, 'effective'),
    onset: dateTime(info, 'onset'),
    expires: dateTime(info, 'expires'),
    senderName: optional(info, 'senderName'),
    headline: optional(info, 'headline'),
    description: optional(info, 'description'),
    instruction: optional(info, 'instruction'),
    parameters: namedValues(info, 'parameter'),
    geocodes: areas.flatMap((area) => namedValues(area, 'geocode')),
    polygons: areas.flatMap((area) => textsOf(area, 'polygon').filter(Boolean).map(ringOf)),
  };
}

/** An identifier or sender, CAP 1.2 §3.2.1. */
function name(alert: XmlElement, field: string): string {
  const text = required(alert, field);
  if (/[\s,<&]/.test(text))
    throw new DecodeError('malformed', `<${field}> "${text.slice(0, 60)}" holds a blank, a comma, "<" or "&"`);
  return text;
}

function dateTime(element: XmlElement, field: string): string | null {
  const text = optional(element, field);
  if (text !== null && !DATE_TIME.test(text))
    throw new DecodeError('bad-time', `<${field}> "${text.slice(0, 40)}" is no date and time with a numeric zone`);
  return text;
}

/** Triples "sender,identifier,sent" as CAP wants them, or bare identifiers as some senders write; apart by blanks. */
function referencesOf(text: string): string[] {
  const identifiers = text.split(/\s+/).flatMap((reference) => {
    const parts = reference.split(',');
    const identifier = parts.length === 1 ? parts[0] : parts[1];
    if (parts.length !== 1 && (parts.length !== 3 || !identifier))
      throw new DecodeError('malformed', `<references> "${reference.slice(0, 60)}" is no sender,identifier,sent`);
    return identifier ? [identifier] : [];
  });
  return distinct(identifiers);
}

const namedValues = (element: XmlElement, list: string): NamedValue[] =>
  elementsOf(element, list).flatMap((entry) => {
    const value = optional(entry, 'value');
    return value === null ? [] : [{ name: optional(entry, 'valueName') ?? '', value }];
  });
