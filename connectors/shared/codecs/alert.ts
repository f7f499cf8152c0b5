import { DecodeError } from './decode-error.js';
import { textOf, type XmlElement } from './xml.js';

/**
 * A decoded warning message of either dialect, in CAP's own words. Texts are trimmed; '' is never kept: what a message
 * leaves empty is null. Times are still text: the domestic dialect may leave the zone to the feed.
 */
export interface Alert {
  readonly dialect: '12379' | 'cap';
  readonly identifier: string;
  readonly sender: string;
  readonly sent: string;
  readonly status: string;
  readonly msgType: string;
  readonly scope: string;
  /** CAP only: what produced the message. */
  readonly source: string | null;
  /** Bare identifiers, without repetition; the message's own may be among them. */
  readonly references: readonly string[];
  readonly infos: readonly AlertInfo[];
}

export interface AlertInfo {
  readonly language: string | null;
  readonly event: string | null;
  readonly eventCodes: readonly NamedValue[];
  /** 12379: a colour. CAP: Extreme, Severe, Moderate, Minor, Unknown. */
  readonly severity: string;
  readonly effective: string | null;
  readonly onset: string | null;
  readonly expires: string | null;
  readonly senderName: string | null;
  readonly headline: string | null;
  readonly description: string | null;
  readonly instruction: string | null;
  readonly parameters: readonly NamedValue[];
  readonly geocodes: readonly NamedValue[];
  /** Closed rings of [longitude, latitude], in the source's reference system. */
  readonly polygons: readonly Ring[];
}

export interface NamedValue {
  readonly name: string;
  readonly value: string;
}
export type Ring = readonly (readonly [number, number])[];

/** The elements that are lists in either dialect. */
export const isAlertList = (name: string): boolean =>
  ['info', 'area', 'geocode', 'parameter', 'method', 'category', 'eventCode', 'polygon', 'circle'].includes(name);

/** The text of a child that must be there and say something. */
export function required(element: XmlElement, name: string): string {
  const text = textOf(element, name);
  if (!text) throw new DecodeError('missing-field', `<${name}> is ${text === undefined ? 'missing' : 'empty'}`);
  return text;
}

/** The text of a child that may be absent or empty. */
export const optional = (element: XmlElement, name: string): string | null => textOf(element, name) || null;

/** A required word out of a closed list, exactly as listed. */
export function word(element: XmlElement, name: string, words: readonly string[]): string {
  const text = required(element, name);
  if (!words.includes(text))
    throw new DecodeError('malformed', `<${name}> is "${text.slice(0, 40)}", not one of ${words.join(', ')}`);
  return text;
}

/** One CAP 1.2 §3.2.4 polygon: "lat,lon lat,lon …", at least four points, the last the first again. */
export function ringOf(text: string): Ring {
  const ring = text.split(/\s+/).map((pair): readonly [number, number] => {
    const match = /^([+-]?\d{1,3}(?:\.\d{1,15})?),([+-]?\d{1,3}(?:\.\d{1,15})?)$/.exec(pair);
    const [lat, lon] = [Number(match?.[1]), Number(match?.[2])];
    if (!match || Math.abs(lat) > 90 || Math.abs(lon) > 180)
      throw new DecodeError('bad-position', `polygon point "${pair.slice(0, 40)}" is no latitude,longitude`);
    return [lon, lat];
  });
  const [first, last] = [ring[0], ring.at(-1)];
  if (ring.length < 4) throw new DecodeError('bad-position', `a polygon of ${ring.length} points: four at least`);
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1])
    throw new DecodeError('bad-position', 'a polygon is not closed: its last point must be its first');
  return ring;
}

export const distinct = (texts: readonly string[]): string[] => [...new Set(texts)];
