import { type DemoLogger, Hj212Loggers, items } from './hj212-loggers.js';
import type { DemoPart, DemoWorld } from './part.js';
import type { Scene } from './story.js';

/** Generated monitors of two construction sites; `dust` is how much of the wind's dust rises there. */
export const SITES = [
  { mn: '654202YC0000000000000001', dust: 1 },
  { mn: '654202YC0000000000000002', dust: 0.4 },
] as const;

/** The wind before the storm raises dust over the limit of 150 µg/m³; the rain lays it. */
const windOf = ({ seconds }: Scene): number =>
  seconds < 60 ? 2.2 : seconds < 140 ? 2.2 + ((seconds - 60) / 80) * 9 : seconds < 330 ? 6 : 2.6;
const isRaining = ({ rainMmPerHour }: Scene): boolean => rainMmPerHour > 25;

function valuesOf(scene: Scene, dust: number): Record<string, number> {
  const wave = Math.sin(scene.seconds / 20);
  const wind = windOf(scene);
  const raised = isRaining(scene) ? 18 : 52 + wave * 4 + Math.max(0, wind - 4) * 26 * dust;
  return {
    a34001: raised * 1.7,
    a34002: raised,
    a34004: raised * 0.38,
    a01001: scene.airTemperatureCelsius + 8,
    a01002: isRaining(scene) ? 88 : 31 + wave * 2,
    a01006: 95.8,
    a01007: wind + wave * 0.3,
    a01008: 290 + wave * 8,
    LA: 58 + wave * 4,
  };
}

const report =
  (dust: number): DemoLogger['report'] =>
  (scene, time, count) => {
    const values = valuesOf(scene, dust);
    const noise = `DataTime=${time.slice(0, 12)}00;Leq-Data=${((values.LA ?? 0) - 1).toFixed(1)}`;
    return [
      { st: '39', cn: '2011', cps: [`DataTime=${time};${items(values, 'Rtd')}`] },
      ...(count % 8 === 7 ? [{ st: '23', cn: '2051', cps: [noise] }] : []),
    ];
  };

/** Dust and noise monitors of construction sites, by HJ 212-2017. */
export const siteDust = ({ story, now, key }: DemoWorld): DemoPart => ({
  devices: [
    {
      feedId: 'housing/site-dust',
      create: (address) =>
        new Hj212Loggers({
          name: 'construction sites (HJ 212)',
          address,
          pw: key('site-dust'),
          loggers: SITES.map(({ mn, dust }) => ({ mn, report: report(dust) })),
          story,
          now,
        }),
    },
  ],
});
