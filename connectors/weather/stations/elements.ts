import type { PropertyName } from '../../../model/property.js';
import type { Quality } from '../../../model/record.js';

/** MUSIC element names of hourly and minute surface data; units (mm, ℃, m/s, °, hPa, %, m) are the properties' own. */
export const ELEMENTS: Readonly<Record<string, PropertyName>> = {
  PRE_1h: 'rain-1h',
  TEM: 'air-temperature',
  TEM_Max: 'air-temperature-max',
  TEM_Min: 'air-temperature-min',
  WIN_S_Avg_2mi: 'wind-speed',
  WIN_D_Avg_2mi: 'wind-direction',
  WIN_S_Inst_Max: 'wind-gust',
  PRS: 'air-pressure',
  RHU: 'relative-humidity',
  VIS: 'visibility',
};

const QUALITY: Readonly<Record<string, Quality>> = {
  '0': 'GOOD',
  '1': 'SUSPECT',
  '2': 'ERRONEOUS',
  '3': 'ESTIMATED',
  '4': 'ESTIMATED',
  '8': 'MISSING',
};

/** The quality of a Q_ code; 9 (not checked), an absent and an unknown code are UNCHECKED. */
export const qualityOf = (code: string | undefined): Quality => QUALITY[code?.trim() ?? ''] ?? 'UNCHECKED';
