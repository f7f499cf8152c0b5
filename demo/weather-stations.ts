import type { Scene, Story } from './story.js';

/** Generated stations: code, name, longitude, latitude, altitude in metres, and the share of the mountains' rain that falls there. */
const STATIONS = [
  ['YW001', '演练·乌苏城区', 84.68, 44.43, 479, 0.25],
  ['YW002', '演练·哈图布呼', 84.8, 44.6, 330, 0.1],
  ['YW003', '演练·甘家湖', 83.72, 44.86, 250, 0.05],
  ['YW004', '演练·四棵树', 84.26, 44.38, 640, 0.35],
  ['YW005', '演练·古尔图', 83.62, 44.4, 520, 0.3],
  ['YW006', '演练·白杨沟', 84.86, 44.16, 1260, 0.75],
  ['YW007', '演练·待甫僧', 84.62, 44.08, 1580, 0.9],
  ['YW008', '演练·巴音沟', 84.9, 43.95, 2050, 1],
] as const;

type Station = (typeof STATIONS)[number];

/** Ten story seconds between observations: minutes would be too coarse for a story that plays in eight. */
const STEP_SECONDS = 10;
const STEPS = 6;

/** The MUSIC service: remembers the observations it has given, so that asking again gives the same ones. */
export class MusicService {
  readonly #rows = new Map<number, Record<string, string>[]>();

  /** A reply with the last observations of every station, in UTC; an unknown interface gets the service's own refusal. */
  reply(url: URL, story: Story, now: Date): string {
    const interfaceId = url.searchParams.get('interfaceId') ?? '';
    if (!interfaceId.startsWith('getSurfEle'))
      return JSON.stringify({ returnCode: '-1', returnMessage: `unknown interface ${interfaceId}` });
    const stepMs = Math.max(1, Math.round(STEP_SECONDS / story.speed)) * 1000;
    const step = Math.floor(now.getTime() / stepMs) * stepMs;
    if (!this.#rows.has(step)) this.#rows.set(step, rowsOf(new Date(step), story.scene()));
    for (const old of [...this.#rows.keys()].slice(0, -STEPS)) this.#rows.delete(old);
    const rows = [...this.#rows.values()].flat();
    return JSON.stringify({
      returnCode: '0',
      returnMessage: 'Query Succeed (generated exercise data)',
      rowCount: String(rows.length),
      colCount: String(Object.keys(rows[0] ?? {}).length),
      requestTime: clock(now),
      responseTime: clock(now),
      takeTime: '0.001',
      fieldNames: Object.keys(rows[0] ?? {}).join(' '),
      DS: rows,
    });
  }
}

const rowsOf = (time: Date, scene: Scene): Record<string, string>[] =>
  STATIONS.map((station, at) => rowOf(station, at, time, scene));

/** All values are texts with four decimals, as the service writes them. */
function rowOf([code, name, lon, lat, altitude, share]: Station, at: number, time: Date, scene: Scene) {
  const rain = scene.rainMmPerHour * share;
  const temperature = scene.airTemperatureCelsius - ((altitude - 479) / 1000) * 6.5;
  const wind = 2 + at * 0.3 + rain / 12;
  return {
    Station_Id_C: code,
    Station_Name: name,
    Lat: lat.toFixed(4),
    Lon: lon.toFixed(4),
    Alti: altitude.toFixed(4),
    Admin_Code_CHN: '654202',
    Datetime: clock(time),
    PRE_1h: rain.toFixed(4),
    Q_PRE_1h: '0',
    TEM: temperature.toFixed(4),
    Q_TEM: '0',
    TEM_Max: (temperature + 0.8).toFixed(4),
    TEM_Min: (temperature - 0.9).toFixed(4),
    WIN_S_Avg_2mi: wind.toFixed(4),
    WIN_D_Avg_2mi: ((200 + at * 15) % 360).toFixed(4),
    WIN_S_Inst_Max: (wind * 1.8).toFixed(4),
    PRS: (1013.25 * Math.exp(-altitude / 8400)).toFixed(4),
    RHU: Math.min(98, 45 + rain).toFixed(4),
    // One station has no visibility meter: the service says 999999.
    VIS: at === 2 ? '999999' : Math.max(300, 20_000 - rain * 330).toFixed(4),
  };
}

const clock = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');
