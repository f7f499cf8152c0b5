/** Generated stations of the Kuitun, Guertu and Sikeshu rivers in Wusu; `share` of the mountains' rain that falls there. */
export const GAUGES = [
  { code: '90010001', name: '演练·奎屯河上游站', type: 'ZQ', lon: 84.74, lat: 44.12, rain: 0.8, river: 1 },
  { code: '90010002', name: '演练·奎屯河渠首站', type: 'ZZ', lon: 84.79, lat: 44.29, rain: 0.4, river: 0.8 },
  { code: '90010003', name: '演练·古尔图河站', type: 'ZQ', lon: 83.86, lat: 44.33, rain: 0.5, river: 0.6 },
  { code: '90010004', name: '演练·四棵树河吉勒德站', type: 'ZQ', lon: 84.33, lat: 44.16, rain: 0.7, river: 0.7 },
] as const;

export const RAIN_GAUGES = [
  { code: '90010101', name: '演练·待甫僧雨量站', type: 'PP', lon: 84.61, lat: 44.07, rain: 0.9 },
  { code: '90010102', name: '演练·白杨沟雨量站', type: 'PP', lon: 84.87, lat: 44.15, rain: 0.75 },
  { code: '90010103', name: '演练·巴音沟雨量站', type: 'PP', lon: 84.93, lat: 43.96, rain: 1 },
] as const;

/** Levels in metres above the Yellow Sea datum, the least and how far it rises in a round; storage in 10⁶ m³. */
export const RESERVOIR = {
  code: '90010201',
  name: '演练·四棵树水库',
  type: 'RR',
  lon: 84.3,
  lat: 44.28,
  restMetres: 731.2,
  riseMetres: 2.1,
  restStorage: 12.4,
} as const;

/** Telemetry stations, by SL 651 address; class 48 river, 4B reservoir, 50 rain. */
export const RTUS = [
  { station: '0090020001', name: '演练·奎屯河遥测站', class: 0x48, lon: 84.76, lat: 44.2, rain: 0.6, river: 0.9 },
  { station: '0090020002', name: '演练·古尔图河遥测站', class: 0x48, lon: 83.8, lat: 44.38, rain: 0.4, river: 0.5 },
  { station: '0090020003', name: '演练·乌兰达坂雨量遥测站', class: 0x50, lon: 84.52, lat: 43.93, rain: 1, river: 0 },
] as const;
export type Rtu = (typeof RTUS)[number];

/** Beijing time, which both water standards write without zone: "2026-08-07 10:00:00". */
export const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
