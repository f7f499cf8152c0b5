import { Hj212Logger, type LoggerMessage } from './hj212-logger.js';
import type { StandIn } from './stand-in.js';
import type { Scene, Story } from './story.js';

/** Story seconds between two reports of a logger, and the least in wall time. */
const EVERY = 15;
const SHORTEST_MS = 1000;

/** A generated device: who it is, and what it tells of a moment. */
export interface DemoLogger {
  readonly mn: string;
  report(scene: Scene, time: string, count: number): readonly LoggerMessage[];
}

export interface LoggersOptions {
  readonly name: string;
  readonly address: string;
  readonly pw: string;
  readonly loggers: readonly DemoLogger[];
  readonly story: Story;
  readonly now: () => Date;
}

/** Loggers that call one feed of the hub by HJ 212. */
export class Hj212Loggers implements StandIn {
  #abort = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoggersOptions) {}

  get name(): string {
    return this.options.name;
  }

  async start(): Promise<string> {
    const { address, pw, loggers, story, now } = this.options;
    this.#abort = new AbortController();
    const everyMs = Math.max(SHORTEST_MS, story.wallMs(EVERY));
    this.#running = Promise.all(
      loggers.map(({ mn, report }) => {
        const logger = new Hj212Logger({
          ...{ address, mn, pw, everyMs, now },
          report: (time, count) => report(story.scene(), time, count),
        });
        return logger.run(this.#abort.signal).catch(() => {});
      }),
    );
    return address;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }
}

/** Items of a CP: "w01018-Rtd=36.9,w01018-Flag=N;…", with what else is told of each. */
export const items = (
  values: Readonly<Record<string, number>>,
  aspect: string,
  flags: Readonly<Record<string, string>> = {},
): string =>
  Object.entries(values)
    .map(([code, value]) => `${code}-${aspect}=${value.toFixed(value < 10 ? 2 : 1)},${code}-Flag=${flags[code] ?? 'N'}`)
    .join(';');
