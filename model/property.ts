/** One observed property: its UCUM unit, its names, and the range outside which a value cannot be true. */
export interface Property {
  readonly unit: string;
  readonly en: string;
  readonly zh: string;
  readonly min: number;
  readonly max: number;
}

const property = (unit: string, en: string, zh: string, min: number, max: number): Property => ({
  unit,
  en,
  zh,
  min,
  max,
});

/** Every property the hub knows. docs/glossary.md shows the same list; a test compares them. */
export const PROPERTIES = {
  'rain-1h': property('mm', 'rain in the last hour', '小时雨量', 0, 500),
  'rain-period': property('mm', 'rain in the reporting period', '时段雨量', 0, 1000),
  'rain-5min': property('mm', 'rain in five minutes', '5分钟雨量', 0, 100),
  'rain-day': property('mm', 'rain of the day', '日雨量', 0, 2000),
  'rain-current': property('mm', 'rain since the day began at the station', '当前雨量', 0, 2000),
  'rain-accumulated': property('mm', 'rain counter', '累计雨量', 0, 100000),
  'air-temperature': property('Cel', 'air temperature', '气温', -70, 60),
  'air-temperature-max': property('Cel', 'highest air temperature of the hour', '最高气温', -70, 60),
  'air-temperature-min': property('Cel', 'lowest air temperature of the hour', '最低气温', -70, 60),
  'relative-humidity': property('%', 'relative humidity', '相对湿度', 0, 100),
  'air-pressure': property('hPa', 'station pressure', '本站气压', 300, 1100),
  visibility: property('m', 'horizontal visibility', '水平能见度', 0, 100000),
  'wind-speed': property('m/s', 'two-minute mean wind speed', '2分钟平均风速', 0, 120),
  'wind-direction': property('deg', 'two-minute mean wind direction', '2分钟平均风向', 0, 360),
  'wind-gust': property('m/s', 'highest instantaneous wind speed of the hour', '瞬时最大风速', 0, 150),
  'water-level': property('m', 'water level', '水位', -500, 9000),
  'water-flow': property('m3/s', 'flow', '流量', -10000, 200000),
  'water-temperature': property('Cel', 'water temperature', '水温', -5, 60),
  'reservoir-level': property('m', 'reservoir level', '库水位', -500, 9000),
  'reservoir-storage': property('10*6.m3', 'reservoir storage', '蓄水量', 0, 100000),
  'reservoir-inflow': property('m3/s', 'reservoir inflow', '入库流量', -10000, 200000),
  'reservoir-outflow': property('m3/s', 'reservoir outflow', '出库流量', -10000, 200000),
  'supply-voltage': property('V', 'supply voltage', '电源电压', 0, 1000),
  'battery-level': property('%', 'battery charge', '电池电量', 0, 100),
  'device-temperature': property('Cel', 'temperature inside the device', '设备温度', -70, 120),
  'device-humidity': property('%', 'humidity inside the device', '设备湿度', 0, 100),
  'status-bits': property('1', 'status and alarm bits of the device', '状态及报警位', 0, 4294967295),
  'displacement-x': property('mm', 'accumulated displacement, X', '累计位移X', -100000, 100000),
  'displacement-y': property('mm', 'accumulated displacement, Y', '累计位移Y', -100000, 100000),
  'displacement-z': property('mm', 'accumulated displacement, Z', '累计位移Z', -100000, 100000),
  'deep-displacement-x': property('mm', 'deep displacement, X', '深部位移X', -100000, 100000),
  'deep-displacement-y': property('mm', 'deep displacement, Y', '深部位移Y', -100000, 100000),
  'crack-width': property('mm', 'crack width', '裂缝宽度', -100000, 100000),
  'tilt-x': property('deg', 'tilt, X', '倾角X', -180, 180),
  'tilt-y': property('deg', 'tilt, Y', '倾角Y', -180, 180),
  'tilt-z': property('deg', 'tilt, Z', '倾角Z', -180, 180),
  'acceleration-x': property('m/s2', 'acceleration, X', '加速度X', -1000, 1000),
  'acceleration-y': property('m/s2', 'acceleration, Y', '加速度Y', -1000, 1000),
  'acceleration-z': property('m/s2', 'acceleration, Z', '加速度Z', -1000, 1000),
  'mud-level': property('m', 'mud level', '泥位', -500, 9000),
  'tank-level': property('m', 'level in a tank', '储罐液位', 0, 100),
  'tank-filling': property('%', 'share of a tank that is full', '储罐充装率', 0, 120),
  'tank-pressure': property('kPa', 'gauge pressure in a tank', '储罐压力', -102, 100000),
  'tank-temperature': property('Cel', 'temperature in a tank', '储罐温度', -273, 2000),
  'combustible-gas': property(
    '%{LEL}',
    'combustible gas, share of the lower explosive limit',
    '可燃气体浓度',
    -10,
    1000,
  ),
  'toxic-gas': property('[ppm]', 'toxic gas, by volume', '有毒气体浓度', -1000, 1000000),
} as const satisfies Record<string, Property>;

export type PropertyName = keyof typeof PROPERTIES;
export const PROPERTY_NAMES = Object.keys(PROPERTIES) as PropertyName[];
