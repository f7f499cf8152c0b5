import type { PropertyName } from '../../../model/property.js';

export interface Family {
  readonly number?: PropertyName | undefined;
  readonly fields: Readonly<Record<string, PropertyName>>;
}

/** In place of a property: what the setting `rain` says. */
export const RAIN_FAMILY = 'L3_YL';

/** Families and fields seen on $dp topics; no public standard fixes them. GNSS, cracks and deep displacement in mm, tilt in degrees. */
export const DEFAULT_FAMILIES: Readonly<Record<string, Family>> = {
  L1_GP: {
    fields: { gpsTotalX: 'displacement-x', gpsTotalY: 'displacement-y', gpsTotalZ: 'displacement-z' },
  },
  L1_LF: { number: 'crack-width', fields: { value: 'crack-width' } },
  L1_QJ: { fields: { X: 'tilt-x', Y: 'tilt-y', Z: 'tilt-z' } },
  L1_JS: { fields: { gX: 'acceleration-x', gY: 'acceleration-y', gZ: 'acceleration-z' } },
  L1_SW: { fields: { dispsX: 'deep-displacement-x', dispsY: 'deep-displacement-y' } },
  [RAIN_FAMILY]: { fields: { totalValue: 'rain-accumulated' } },
  L4_NW: { number: 'mud-level', fields: { value: 'mud-level' } },
  S1_ZT: {
    fields: {
      battery: 'battery-level',
      battery_dump_energy: 'battery-level',
      ext_power_volt: 'supply-voltage',
      temp: 'device-temperature',
      humidity: 'device-humidity',
    },
  },
};

/** States, versions, signal strengths, places and second voltages that come beside the readings. */
export const OTHER_FIELDS: readonly string[] = [
  ...['sensor_state', 'pa_state', 'sound_state', 'sw_version', 'lon', 'lat', 'gpsInitial', 'angle', 'AZI', 'trend'],
  ...['signal_4G', 'signal_4g', 'signal_NB', 'signal_nb', 'signal_bd', 'signal_db', 'singal_NB', 'singal_db'],
  ...['solar_volt', 'battery_volt', 'battery_voltage', 'supply_power', 'consume_power', 'temp_out', 'humidity_out'],
];
