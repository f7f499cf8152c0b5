/** Length of one round of the story, in story seconds (wall seconds at speed 1). */
export const ROUND_SECONDS = 480;

/** Where the story's fire burns: a dry slope at the foot of the mountains. */
export const FIRE = { lon: 84.6, lat: 44.12 } as const;

/** What the generated mountains, river and slopes do at one moment. Everything the stand-ins publish follows from it. */
export interface Scene {
  /** Rounds since the start, from 0; generated identifiers carry it so that rounds never share one. */
  readonly round: number;
  /** Story seconds since this round began. */
  readonly seconds: number;
  /** When this round began, in wall time. */
  readonly roundStartedAt: Date;
  /** Rain in the southern mountains, 0–60. */
  readonly rainMmPerHour: number;
  /** Of the Kuitun river at its upper gauge: 1.20 m at rest, past its warning level of 2.50 near the peak. */
  readonly riverLevelMetres: number;
  readonly riverFlowCubicMetresPerSecond: number;
  /** Accumulated slope movement of this round. */
  readonly creepMillimetres: number;
  readonly airTemperatureCelsius: number;
  /** Thunderstorms light a fire on the dry northern slopes for a part of the round. */
  readonly fire: boolean;
}

/** A curve through (seconds, value) points, straight between them. */
function curve(points: readonly (readonly [number, number])[], at: number): number {
  const after = points.findIndex(([x]) => x > at);
  if (after === -1) return points.at(-1)?.[1] ?? 0;
  const [x0, y0] = points[after - 1] ?? [0, points[0]?.[1] ?? 0];
  const [x1, y1] = points[after] ?? [x0, y0];
  return y0 + ((at - x0) / (x1 - x0 || 1)) * (y1 - y0);
}

/** The phases of the rainstorm warning; `level` null is the cancellation. Story seconds within a round. */
export const WARNING_PHASES = [
  { from: 8, level: 'Blue' },
  { from: 110, level: 'Yellow' },
  { from: 220, level: 'Orange' },
  { from: 400, level: null },
] as const;

/** The story's curves: (story seconds, value). */
const RIVER = [
  [0, 1.2],
  [90, 1.3],
  [200, 2.2],
  [300, 2.95],
  [360, 3.1],
  [480, 1.2],
] as const;
const RAIN = [
  [0, 0],
  [30, 4],
  [120, 18],
  [240, 55],
  [320, 40],
  [400, 3],
  [480, 0],
] as const;
const CREEP = [
  [0, 0],
  [150, 1],
  [260, 6],
  [360, 22],
  [480, 24],
] as const;
const TEMPERATURE = [
  [0, 19],
  [240, 12],
  [480, 18],
] as const;

/** The demo's single source of truth: a pure function of the wall clock. `speed` 10 plays a round in 48 s. */
export class Story {
  readonly #startedAt: number;
  constructor(
    private readonly now: () => Date,
    readonly speed: number,
  ) {
    this.#startedAt = now().getTime();
  }

  scene(): Scene {
    const elapsed = ((this.now().getTime() - this.#startedAt) / 1000) * this.speed;
    const round = Math.floor(elapsed / ROUND_SECONDS);
    const seconds = elapsed - round * ROUND_SECONDS;
    const riverLevelMetres = curve(RIVER, seconds);
    return {
      round,
      seconds,
      roundStartedAt: new Date(this.#startedAt + ((round * ROUND_SECONDS) / this.speed) * 1000),
      rainMmPerHour: curve(RAIN, seconds),
      riverLevelMetres,
      riverFlowCubicMetresPerSecond: 12 + (riverLevelMetres - 1.2) ** 1.6 * 55,
      creepMillimetres: curve(CREEP, seconds),
      airTemperatureCelsius: curve(TEMPERATURE, seconds),
      fire: seconds >= 60 && seconds < 330,
    };
  }

  /** Wall milliseconds that `storySeconds` take. */
  wallMs(storySeconds: number): number {
    return (storySeconds * 1000) / this.speed;
  }
}
