import type { Scene } from './story.js';

/** A methanol store whose first tank is filled past its high limit while the storm holds up the lorries. */
export const METHANOL = { company: '6542020001', hazard: '654202000101', name: '演练·甲醇储存企业' } as const;
/** A filling station for liquefied gas: storm damage lets gas out near the peak. */
export const GAS = { company: '6542020002', hazard: '654202000201', name: '演练·液化气储配站' } as const;

/** (story second, value) */
const LEVEL = [
  [0, 8.2],
  [150, 9.6],
  [230, 10.9],
  [290, 11.2],
  [330, 10.3],
  [480, 8.2],
] as const;
const LEAK = [
  [0, 0.4],
  [240, 0.6],
  [285, 31],
  [330, 4],
  [480, 0.4],
] as const;

type Curve = readonly (readonly [number, number])[];

function along(curve: Curve, seconds: number): number {
  const after = curve.findIndex(([x]) => x > seconds);
  const [x0, y0] = curve[after - 1] ?? curve.at(-1) ?? [0, 0];
  const [x1, y1] = curve[after] ?? [x0 + 1, y0];
  return y0 + ((seconds - x0) / (x1 - x0)) * (y1 - y0);
}

const round = (value: number): number => Math.round(value * 100) / 100;
/** As plant clocks write it: Beijing time without zone. */
const local = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 23).replace('T', ' ');

/** Every point of the methanol store at one moment. */
export function methanolMessage(scene: Scene, now: Date): unknown {
  const noise = (seed: number): number => Math.sin(scene.seconds * 0.6 + seed) * 0.02;
  const level = along(LEVEL, scene.seconds);
  const tank = (equipCode: string, metres: number) => [
    point(equipCode, `LT-${equipCode}`, '液位', round(metres + noise(1)), 'm', { HH: 11.4, H: 10.8, L: 1.2, LL: 0.6 }),
    point(equipCode, `PT-${equipCode}`, '压力', round(1.1 + noise(2)), 'kPa', { HH: 3, H: 2 }),
    point(equipCode, `TT-${equipCode}`, '温度', round(scene.airTemperatureCelsius + 2), '℃', { HH: 40, H: 35 }),
  ];
  const detector = point('AT-01', 'AT-01', '可燃气体', round(0.8 + Math.max(0, level - 10.8) * 20), '%LEL', {
    HH: 50,
    H: 25,
  });
  const points = [...tank('V101', level), ...tank('V102', 5.6), detector];
  return {
    companyCode: METHANOL.company,
    hazardCode: METHANOL.hazard,
    time: local(now),
    points: points.map((each) => ({ ...each, medium: '甲醇' })),
  };
}

/** Every point of the gas station at one moment. */
export function gasMessage(scene: Scene, now: Date): unknown {
  const leak = along(LEAK, scene.seconds);
  const points = [
    point('G201', 'LT-G201', '液位', round(62 + Math.sin(scene.seconds / 90) * 3), '%', {
      HH: 90,
      H: 85,
      L: 15,
      LL: 10,
    }),
    point('G201', 'PT-G201', '压力', round(0.62 + scene.airTemperatureCelsius * 0.01), 'MPa', { HH: 1.7, H: 1.6 }),
    point('AT-21', 'AT-21', '可燃气体', round(leak), '%LEL', { HH: 50, H: 25 }),
    point('AT-22', 'AT-22', '可燃气体', round(leak * 0.3), '%LEL', { HH: 50, H: 25 }),
  ];
  return {
    companyCode: GAS.company,
    hazardCode: GAS.hazard,
    time: local(now),
    points: points.map((each) => ({ ...each, medium: '液化石油气' })),
  };
}

const point = (
  equipCode: string,
  pointCode: string,
  quantity: string,
  value: number,
  unit: string,
  alarm: Readonly<Record<string, number>>,
) => ({ equipCode, pointCode, quantity, value, unit, quality: 192, alarm });
