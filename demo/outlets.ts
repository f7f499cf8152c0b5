import type { LoggerMessage } from './hj212-logger.js';
import { type DemoLogger, Hj212Loggers, items } from './hj212-loggers.js';
import type { DemoPart, DemoWorld } from './part.js';
import type { Scene } from './story.js';

/** Generated: the outlet of a waste water works, and the stack of a heating plant. Their names are in config/demo.yaml. */
export const OUTLETS = { water: '654202WS0000000000000001', stack: '654202FQ0000000000000001' } as const;

/** Part of the round in which the storm's water is more than the works can treat: over the limit of 50 mg/L. */
const FLOODED = { from: 210, to: 345 } as const;
const isFlooded = ({ seconds }: Scene): boolean => seconds >= FLOODED.from && seconds < FLOODED.to;
/** The analyser of ammonia is calibrated once a round. */
const isCalibrated = ({ seconds }: Scene): boolean => seconds >= 60 && seconds < 90;

function water(scene: Scene): Record<string, number> {
  const wave = Math.sin(scene.seconds / 30);
  const flood = isFlooded(scene) ? 1 : 0;
  return {
    w00000: 118 + wave * 6 + scene.rainMmPerHour * 1.4,
    w01001: 7.2 + wave * 0.1,
    w01018: 31 + wave * 3 + flood * 41,
    w21003: 2.1 + wave * 0.3 + flood * 3.2,
    w21011: 0.28 + wave * 0.03 + flood * 0.3,
  };
}

const st = '32';
const waterReport: DemoLogger['report'] = (scene, time, count) => {
  const values = water(scene);
  const flags = isCalibrated(scene) ? { w21003: 'C' } : undefined;
  const now: LoggerMessage = { st, cn: '2011', cps: [`DataTime=${time};${items(values, 'Rtd', flags)}`] };
  // The second aerator fails under the flood.
  const equipment = `DataTime=${time};SB1-RS=1;SB2-RS=${isFlooded(scene) ? 4 : 1};SB3-RS=${scene.rainMmPerHour > 20 ? 1 : 0}`;
  return [
    ...(count === 0 ? started(time) : []),
    now,
    { st, cn: '2021', cps: [equipment] },
    ...(count % 4 === 3 ? [means(values, time)] : []),
  ];
};

/** Means of the minute before, split into two packets. */
function means({ w00000 = 0, ...rest }: Record<string, number>, time: string): LoggerMessage {
  const volume = (w00000 * 60) / 1000;
  const flow = `w00000-Avg=${w00000.toFixed(1)},w00000-Cou=${volume.toFixed(2)},w00000-Flag=N`;
  const others = Object.entries(rest).map(
    ([code, value]) =>
      `${code}-Avg=${value.toFixed(2)},${code}-Min=${(value * 0.97).toFixed(2)},${code}-Max=${(value * 1.04).toFixed(2)},${code}-Flag=N`,
  );
  return { st, cn: '2051', cps: [`DataTime=${minuteBefore(time)};${flow}`, others.join(';')] };
}

/** The start of the last whole minute. */
function minuteBefore(time: string): string {
  const [year = 0, month = 1, ...rest] = (time.match(/^\d{4}|\d\d/g) ?? []).map(Number);
  const [day = 1, hour = 0, minute = 0] = rest;
  return new Date(Date.UTC(year, month - 1, day, hour, minute - 1)).toISOString().replace(/\D/g, '').slice(0, 14);
}

/** 2081, and the hours that equipment ran yesterday. */
function started(time: string): LoggerMessage[] {
  const yesterday = new Date(
    Date.UTC(Number(time.slice(0, 4)), Number(time.slice(4, 6)) - 1, Number(time.slice(6, 8)) - 1),
  );
  const day = yesterday.toISOString().replace(/\D/g, '').slice(0, 8);
  return [
    { st, cn: '2081', cps: [`DataTime=${time};RestartTime=${time}`] },
    { st, cn: '2041', cps: [`DataTime=${day}000000;SB1-RT=24;SB2-RT=23.5;SB3-RT=0`] },
  ];
}

const stackReport: DemoLogger['report'] = (scene, time) => {
  const wave = Math.sin(scene.seconds / 25);
  const measured = { a21026: 14 + wave * 2, a21002: 61 + wave * 5, a34013: 4.2 + wave * 0.4 };
  // Converted to 9 % oxygen: (21 - 9) / (21 - measured).
  const oxygen = 10.4 + wave * 0.3;
  const gases = Object.entries(measured).map(([code, value]) => {
    const converted = (value * 12) / (21 - oxygen);
    return `${code}-Rtd=${value.toFixed(2)},${code}-ZsRtd=${converted.toFixed(2)},${code}-Flag=N`;
  });
  const rest = items(
    { a19001: oxygen, a01011: 9.1 + wave, a01012: 118 + wave * 4, a01014: 8.4, a00000: 21.6 + wave },
    'Rtd',
  );
  const state = `DataTime=${time};SB1-RS=${isCalibrated(scene) ? 5 : 1}`;
  return [
    { st: '31', cn: '2011', cps: [`DataTime=${time};${gases.join(';')};${rest}`] },
    { st: '31', cn: '2021', cps: [state] },
  ];
};

const LOGGERS: readonly DemoLogger[] = [
  { mn: OUTLETS.water, report: waterReport },
  { mn: OUTLETS.stack, report: stackReport },
];

/** Data loggers of polluters, by HJ 212-2017. */
export const outlets = ({ story, now, key }: DemoWorld): DemoPart => ({
  devices: [
    {
      feedId: 'ecology/outlets',
      create: (address) =>
        new Hj212Loggers({
          name: 'outlets and stacks (HJ 212)',
          address,
          pw: key('outlets'),
          loggers: LOGGERS,
          story,
          now,
        }),
    },
  ],
});
