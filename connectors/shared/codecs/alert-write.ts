import { HAZARDS } from '../../../model/hazard.js';
import type { WarningText } from '../../../model/record.js';
import type { WarningLevel } from '../../../model/warning.js';
import type { WarningContent, WarningMessage } from '../../../model/warning-message.js';
import { writable } from './xml-write.js';

/** What both dialects take from outside the message. */
export interface AlertWriting {
  /** A division's name in a language (BCP 47); undefined where it is not known. */
  readonly placeName: (code: string, language: string) => string | undefined;
}

export const STATUS_WORDS = { ACTUAL: 'Actual', EXERCISE: 'Exercise', TEST: 'Test' } as const;
export const TYPE_WORDS = { ALERT: 'Alert', UPDATE: 'Update', CANCEL: 'Cancel' } as const;
export const COLOUR_WORDS = { BLUE: 'Blue', YELLOW: 'Yellow', ORANGE: 'Orange', RED: 'Red' } as const;
const COLOURS_ZH: Readonly<Record<WarningLevel, string>> = { BLUE: '蓝', YELLOW: '黄', ORANGE: '橙', RED: '红' };

/** Beijing time with its zone, whole seconds; `between` stands between date and time of day. */
export function beijingTime(at: string, between = 'T'): string {
  const shifted = new Date(Date.parse(at) + 8 * 3_600_000).toISOString();
  return `${shifted.slice(0, 10)}${between}${shifted.slice(11, 19)}+08:00`;
}

/** The same of an end: a part of a second is a second more, so that nothing ends before its time. */
export const beijingEnd = (at: string, between = 'T'): string =>
  beijingTime(new Date(Math.ceil(Date.parse(at) / 1000) * 1000).toISOString(), between);

export const isChinese = (language: string): boolean => language.toLowerCase().startsWith('zh');

/** The texts in Chinese first; a warning that says nothing in any language is told by its hazard and colour. A Cancel needs no words. */
export function textsOf({ type, warning, sender }: WarningMessage): readonly WarningText[] {
  if (warning.texts.length > 0)
    return warning.texts.map(cleaned).sort((a, b) => Number(isChinese(b.language)) - Number(isChinese(a.language)));
  if (type === 'CANCEL') return [];
  const hazard = HAZARDS[warning.hazardCode]?.zh ?? warning.hazardCode;
  const headline = `${hazard}${COLOURS_ZH[warning.level]}色预警`;
  return [{ language: 'zh-CN', hazard, senderName: sender, headline, description: headline, instruction: null }];
}

const cleaned = (text: WarningText): WarningText => ({
  language: text.language,
  hazard: writable(text.hazard),
  senderName: writable(text.senderName),
  headline: writable(text.headline),
  description: writable(text.description),
  instruction: text.instruction && writable(text.instruction),
});

/** Division codes as the domestic system writes them: 12 digits. */
export const twelveDigits = ({ divisionCodes }: WarningContent): string[] =>
  divisionCodes.map((code) => code.padEnd(12, '0'));

/** Where a warning holds, in words. */
export function placesOf({ divisionCodes }: WarningContent, language: string, { placeName }: AlertWriting): string {
  const names = divisionCodes.map((code) => placeName(code, language) ?? code);
  if (names.length > 0) return names.join(isChinese(language) ? '、' : ', ');
  return isChinese(language) ? '所绘区域' : 'the area drawn';
}

/**
 * Outer rings as "lat,lon lat,lon …" (CAP 1.2 §3.2.4): closed, four points at least. Holes cannot be said, and are dropped: the area told is then
 * wider than the one meant, never narrower.
 */
export function ringsOf({ area }: WarningContent): string[] {
  if (!area) return [];
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  return polygons.flatMap(([outer = []]) => {
    const points = outer.map(([lon = 0, lat = 0]) => `${degrees(lat)},${degrees(lon)}`);
    if (points[0] !== undefined && points[0] !== points.at(-1)) points.push(points[0]);
    return points.length < 4 ? [] : [points.join(' ')];
  });
}

/** As short as it can be without an exponent, and with no more decimals than are read back. */
function degrees(value: number): string {
  const text = String(value);
  return /^-?\d+(\.\d{1,15})?$/.test(text) ? text : value.toFixed(15).replace(/\.?0+$/, '');
}
