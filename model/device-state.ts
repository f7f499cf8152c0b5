/** How a device is. The gravest first: what a map shows of a station with several devices. */
export const DEVICE_CONDITIONS = [
  'FAULT',
  'COMMUNICATION_FAULT',
  'OVER_RANGE',
  'MAINTENANCE',
  'CALIBRATION',
  'MANUAL',
  'BLOW_BACK',
  'STOPPED',
  'STARTED',
  'RUNNING',
] as const;
export type DeviceCondition = (typeof DEVICE_CONDITIONS)[number];

/** What a report is about: a plant's equipment, a measuring instrument, hours run in a day, the start of a logger. */
export const DEVICE_ASPECTS = ['EQUIPMENT', 'INSTRUMENT', 'RUN_TIME', 'START'] as const;
export type DeviceAspect = (typeof DEVICE_ASPECTS)[number];

/** Whether such a report holds until the next one; the others tell of one moment or day. */
export const isLasting = (aspect: DeviceAspect): boolean => aspect === 'EQUIPMENT' || aspect === 'INSTRUMENT';

/** The gravest of several; undefined of none. */
export const gravest = <T extends { readonly condition: DeviceCondition }>(states: readonly T[]): T | undefined =>
  [...states].sort((a, b) => DEVICE_CONDITIONS.indexOf(a.condition) - DEVICE_CONDITIONS.indexOf(b.condition))[0];
