import type { AirCategory, Pollutant } from '../../../model/air-quality.js';

const CATEGORIES: readonly (readonly [string, AirCategory])[] = [
  ['优', 'EXCELLENT'],
  ['良', 'GOOD'],
  ['轻度', 'LIGHT'],
  ['中度', 'MODERATE'],
  ['重度', 'HEAVY'],
  ['严重', 'SEVERE'],
];

/** The category that a source's word begins with; undefined for no word, or one that is none of the six. */
export const readCategory = (text: string): AirCategory | undefined =>
  CATEGORIES.find(([word]) => text.startsWith(word))?.[1];

const NAMES: ReadonlyMap<string, Pollutant> = new Map([
  ['SO2', 'SO2'],
  ['二氧化硫', 'SO2'],
  ['NO2', 'NO2'],
  ['二氧化氮', 'NO2'],
  ['CO', 'CO'],
  ['一氧化碳', 'CO'],
  ['O3', 'O3'],
  ['臭氧', 'O3'],
  ['臭氧1小时', 'O3'],
  ['O31H', 'O3'],
  ['臭氧8小时', 'O3_8H'],
  ['O38H', 'O3_8H'],
  ['O38', 'O3_8H'],
  ['PM10', 'PM10'],
  ['可吸入颗粒物', 'PM10'],
  ['颗粒物PM10', 'PM10'],
  ['可吸入颗粒物PM10', 'PM10'],
  ['PM25', 'PM2_5'],
  ['细颗粒物', 'PM2_5'],
  ['细颗粒物PM25', 'PM2_5'],
  ['颗粒物PM25', 'PM2_5'],
]);

/** The primary pollutants a source names, e.g. "颗粒物(PM10),细颗粒物(PM2.5)"; none for "—" or 无; undefined where it says nothing or a name is not known. */
export function readPrimary(text: string): Pollutant[] | undefined {
  if (text === '') return undefined;
  if (/^([-—–]+|无)$/.test(text)) return [];
  const names = text
    .split(/[,，、;；/|]|和/)
    .map((name) =>
      name
        .toUpperCase()
        .replace(/[\s()（）._\-—₂₃]/g, (character) => (character === '₂' ? '2' : character === '₃' ? '3' : '')),
    );
  const found = names.flatMap((name) => NAMES.get(name) ?? []);
  return found.length === names.length ? found : undefined;
}
