import type { DeviceCondition } from '../../../model/device-state.js';
import type { Quality } from '../../../model/record.js';

/** What a data flag says of a value and of the instrument that gave it. */
export interface FlagMeaning {
  readonly quality: Quality;
  /** Null where the flag tells of the data alone. */
  readonly condition: DeviceCondition | null;
}

/** A value that is of the instrument and not of what it measures is none: MISSING. */
const NO_VALUE = 'MISSING';

/**
 * HJ 212-2017 table 8, with the letter and the figures that only HJ/T 212-2005 has. A value is kept where it is of what is measured:
 * also while the source stands still (F), as a lower bound above the range (T), typed in (S).
 */
const FLAGS: ReadonlyMap<string, FlagMeaning> = new Map([
  ['N', { quality: 'GOOD', condition: 'RUNNING' }],
  ['F', { quality: 'UNCHECKED', condition: 'STOPPED' }],
  ['M', { quality: NO_VALUE, condition: 'MAINTENANCE' }],
  ['S', { quality: 'ESTIMATED', condition: 'MANUAL' }],
  ['D', { quality: NO_VALUE, condition: 'FAULT' }],
  ['C', { quality: NO_VALUE, condition: 'CALIBRATION' }],
  ['T', { quality: 'SUSPECT', condition: 'OVER_RANGE' }],
  ['B', { quality: NO_VALUE, condition: 'COMMUNICATION_FAULT' }],
  // 2005: power failure; at air stations 0 calibration, 1 weather, 2 abnormal, 3 normal.
  ['P', { quality: NO_VALUE, condition: 'FAULT' }],
  ['0', { quality: NO_VALUE, condition: 'CALIBRATION' }],
  ['1', { quality: 'UNCHECKED', condition: null }],
  ['2', { quality: 'SUSPECT', condition: null }],
  ['3', { quality: 'GOOD', condition: 'RUNNING' }],
]);

/** Undefined for a flag of neither edition. */
export const flagMeaning = (flag: string): FlagMeaning | undefined => FLAGS.get(flag.toUpperCase());
export const KNOWN_FLAGS = [...FLAGS.keys()].join(' ');

/** RS, the state of a plant's equipment: 0 off, 1 running, 2 calibration, 3 maintenance, 4 alarm, 5 blowing back. */
const RUN_STATES: readonly DeviceCondition[] = [
  'STOPPED',
  'RUNNING',
  'CALIBRATION',
  'MAINTENANCE',
  'FAULT',
  'BLOW_BACK',
];
export const runState = (rs: string): DeviceCondition | undefined =>
  /^\d$/.test(rs) ? RUN_STATES[Number(rs)] : undefined;
