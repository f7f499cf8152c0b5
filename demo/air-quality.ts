import { assessAir, categoryOf, editionAt } from '../model/air-quality.js';
import type { Route } from './files-server.js';
import type { DemoPart } from './part.js';
import type { Scene } from './story.js';

/** Wall milliseconds between two values: hours in earnest. */
const EVERY_MS = 10_000;
/** PM10 through a round, by story seconds: the front brings dust, the rain washes it out. */
const DUST = [
  [0, 60],
  [30, 90],
  [70, 780],
  [110, 640],
  [200, 90],
  [300, 25],
  [480, 60],
] as const;
const SITES = [
  { code: '654202051', name: '演练·城区站', lon: 84.71, lat: 44.43, share: 1.1 },
  { code: '654202052', name: '演练·城北站', lon: 84.67, lat: 44.47, share: 0.85 },
] as const;

/** The ecology bureau's air quality service: `/aqi/wusu.json`, the city with its sites. */
export const airQuality = (): DemoPart => ({ routes: airQualityRoutes() });

export const airQualityRoutes = (): readonly Route[] => [
  (url, story, now) => {
    if (url.pathname !== '/aqi/wusu.json') return undefined;
    const scene = story.scene();
    const at = new Date(Math.floor(now.getTime() / EVERY_MS) * EVERY_MS);
    const position = SITES.map(({ code, name, lon, lat, share }, nth) => ({
      positionname: name,
      stationcode: code,
      lon: String(lon),
      lat: String(lat),
      // The second site's software looks at fine particles only: the hub says so.
      ...report(scene, at, share, nth === 1 ? ['PM2_5'] : undefined),
    }));
    const result = { city: '演练·乌苏市', citycode: '654202', ...report(scene, at, 1), position };
    return { contentType: 'application/json; charset=utf-8', body: JSON.stringify({ status: '0', msg: 'ok', result }) };
  },
];

/** What a place says: every value a text, as such services send it. `judged`: the pollutants its own index is made of. */
function report(
  scene: Scene,
  at: Date,
  share: number,
  judged?: readonly (keyof typeof CLEAN)[],
): Record<string, string> {
  const dust = Math.round(along(scene.seconds) * share);
  const values = {
    SO2: 9,
    NO2: 24,
    CO: 0.6,
    O3: 78,
    PM10: dust,
    PM2_5: Math.round(12 + dust * 0.18),
  };
  const known = judged ? { ...CLEAN, ...Object.fromEntries(judged.map((each) => [each, values[each]])) } : values;
  const { aqi, primary } = assessAir(known, 'HOUR', editionAt(at));
  return {
    so2: String(values.SO2),
    no2: String(values.NO2),
    co: values.CO.toFixed(3),
    o3: String(values.O3),
    o38: '',
    pm10: String(values.PM10),
    pm2_5: String(values.PM2_5),
    aqi: String(aqi),
    quality: WORDS[categoryOf(aqi ?? 0)],
    primarypollutant: primary.map((each) => (each === 'PM2_5' ? 'PM2.5' : each)).join(',') || '—',
    timepoint: new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
  };
}

const CLEAN = { SO2: 0, NO2: 0, CO: 0, O3: 0, PM10: 0, PM2_5: 0 };
const WORDS = {
  EXCELLENT: '优',
  GOOD: '良',
  LIGHT: '轻度污染',
  MODERATE: '中度污染',
  HEAVY: '重度污染',
  SEVERE: '严重污染',
};

function along(seconds: number): number {
  const after = DUST.findIndex(([x]) => x > seconds);
  const [x0, y0] = DUST[after - 1] ?? DUST[0];
  const [x1, y1] = DUST[after] ?? [x0 + 1, y0];
  return y0 + ((seconds - x0) / (x1 - x0)) * (y1 - y0);
}
