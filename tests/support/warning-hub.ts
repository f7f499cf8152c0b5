import type { Hub } from '../../server/hub.js';
import { type Graph, openGraph } from './graph.js';
import { warningRecord } from './records.js';
import { startHub } from './running-hub.js';
import { identifierOf } from './warning-office.js';

/** A hub whose warnings a test writes straight through its door, also while it is down. It comes back on the same port and database. */
export class WarningHub {
  #issued = 0;
  #hub: Hub | undefined;
  #port = 0;

  private constructor(
    private readonly graph: Graph,
    private readonly hubLines: string,
  ) {}

  /** `hubLines` are further lines of `hub:` in its settings. */
  static async open(hubLines = ''): Promise<WarningHub> {
    const made = new WarningHub(await openGraph(new Date(), [{ id: 'weather/warnings' }]), hubLines);
    await made.start();
    return made;
  }

  get databaseUrl(): string {
    return this.graph.url;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The identifiers of all that was issued. */
  get issued(): string[] {
    return Array.from({ length: this.#issued }, (_, n) => identifierOf(n + 1));
  }

  /** Issues so many; gives their identifiers. */
  async issue(count = 1): Promise<string[]> {
    const before = this.#issued;
    this.#issued += count;
    const identifiers = this.issued.slice(before);
    await this.graph.take(
      'weather/warnings',
      identifiers.map((identifier) => warningRecord(identifier, new Date(Date.now() - 60_000))),
    );
    return identifiers;
  }

  async start(): Promise<void> {
    this.#hub = await startHub(this.graph.url, '', { port: this.#port }, this.hubLines);
    this.#port = Number(new URL(this.#hub.url).port);
  }

  async stop(): Promise<void> {
    await this.#hub?.stop();
    this.#hub = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.graph.close();
  }
}
