import type { DemoPart } from './part.js';

/** Wall milliseconds between two readings: ten minutes in earnest. */
const EVERY_MS = 5000;
const STATIONS = [
  { code: 'RW01', name: '演练·连霍高速奎屯河桥', lon: 84.81, lat: 44.41, colder: 0 },
  { code: 'RW02', name: '演练·独山子公路垭口', lon: 84.87, lat: 44.02, colder: 7 },
] as const;

/** The road authority's weather stations, `/road-weather.json`: a service without code in the hub, taken in by config/demo.yaml alone. */
export const roadWeather = (): DemoPart => ({
  routes: [
    (url, story, now) => {
      if (url.pathname !== '/road-weather.json') return undefined;
      const { airTemperatureCelsius, rainMmPerHour } = story.scene();
      const at = new Date(Math.floor(now.getTime() / EVERY_MS) * EVERY_MS + 8 * 3_600_000);
      const list = STATIONS.map(({ colder, ...station }) => ({
        ...station,
        time: at.toISOString().slice(0, 19).replace('T', ' '),
        temp: (airTemperatureCelsius - colder).toFixed(1),
        // Rain takes the sight.
        visKm: (15 / (1 + rainMmPerHour / 6)).toFixed(2),
        windKmh: (12 + rainMmPerHour / 2).toFixed(1),
      }));
      return { contentType: 'application/json; charset=utf-8', body: JSON.stringify({ code: 0, data: { list } }) };
    },
  ],
});
