import type { PropertyName } from '../../../model/property.js';

export interface Meaning {
  readonly property: PropertyName;
  readonly sensor?: string;
  /** The value counts from the station's own base. */
  readonly relative?: boolean;
}

const RESERVOIR = 0x4b;

/** Elements of SL 651-2014 annex C that are properties of the hub; rain of odd lengths is kept apart by its minutes. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '02': { property: 'air-temperature' },
  '03': { property: 'water-temperature' },
  '08': { property: 'air-pressure' },
  '18': { property: 'relative-humidity' },
  '1A': { property: 'rain-1h' },
  '1B': { property: 'rain-period', sensor: '120min' },
  '1C': { property: 'rain-period', sensor: '180min' },
  '1D': { property: 'rain-period', sensor: '360min' },
  '1E': { property: 'rain-period', sensor: '720min' },
  '1F': { property: 'rain-day' },
  '20': { property: 'rain-current' },
  '21': { property: 'rain-period', sensor: '1min' },
  '22': { property: 'rain-5min' },
  '23': { property: 'rain-period', sensor: '10min' },
  '24': { property: 'rain-period', sensor: '30min' },
  '26': { property: 'rain-accumulated' },
  '27': { property: 'water-flow' },
  '38': { property: 'supply-voltage' },
  '39': { property: 'water-level' },
  '3A': { property: 'water-level', sensor: 'downstream' },
  '45': { property: 'status-bits' },
  F4: { property: 'rain-5min' },
};

const RELATIVE_LEVELS = /^F([5-9A-C])$/;

/** What an element means at a station of that class; undefined for what the hub does not keep. */
export function meaningOf(id: string, stationClass: number | null): Meaning | undefined {
  if (id === '3B')
    return stationClass === RESERVOIR
      ? { property: 'reservoir-level' }
      : { property: 'water-level', sensor: 'upstream' };
  const gauge = RELATIVE_LEVELS.exec(id)?.[1];
  // F5 is the first of eight gauges.
  if (gauge) return { property: 'water-level', sensor: String(Number.parseInt(gauge, 16) - 4), relative: true };
  return MEANINGS[id];
}
