import { setMaxListeners } from 'node:events';
import type { DemoDevice } from '../demo/part.js';
import type { StandIn } from '../demo/stand-in.js';

/** The stand-ins that feeds are pointed at (`${demo.<name>}`), and the devices that call the hub's own listeners. */
export interface DemoDepartments {
  readonly sources: Readonly<Record<string, StandIn>>;
  readonly devices: readonly DemoDevice[];
}

/** Where a feed listens, once it does; undefined when the wait was ended. */
type Address = (feedId: string, signal: AbortSignal) => Promise<string | undefined>;

/** Runs the demo departments: sources before the feeds, each device once its feed listens. */
export class Demo {
  readonly #started: StandIn[] = [];
  readonly #abort = new AbortController();
  readonly #calling = new Map<DemoDevice, StandIn>();
  #devices: Promise<void>[] = [];
  #call: (device: DemoDevice) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly departments: DemoDepartments,
    private readonly onLine: (text: string) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    // Every device waits for its feed with one listener, and there are more than ten.
    setMaxListeners(0, this.#abort.signal);
  }

  /** Starts the sources and resolves with their addresses; one that fails is told and leaves its feed DOWN. */
  async start(): Promise<Record<string, string>> {
    const addresses: Record<string, string> = {};
    for (const [name, standIn] of Object.entries(this.departments.sources)) {
      try {
        addresses[name] = await standIn.start();
        this.#started.push(standIn);
        this.onLine(`demo      ${standIn.name}`);
      } catch (error) {
        // A closed port: the feed shows what a dead department looks like.
        addresses[name] = UNREACHABLE[name] ?? 'http://127.0.0.1:9';
        this.onError(error);
      }
    }
    return addresses;
  }

  /** Lets each device call its feed as soon as that listens. */
  callIn(address: Address, hubUrl: string): void {
    this.#call = async (device) => {
      const found = await address(device.feedId, this.#abort.signal);
      if (found === undefined) return;
      const standIn = device.create(found, hubUrl);
      this.#calling.set(device, standIn);
      await standIn.start().then(() => this.onLine(`demo      ${standIn.name}`), this.onError);
    };
    this.#devices = this.departments.devices.map(this.#call);
  }

  /** Lets the devices of feeds that listen anew, maybe elsewhere, call them there. */
  async callAgain(feedIds: readonly string[]): Promise<void> {
    for (const device of this.departments.devices) {
      const before = this.#calling.get(device);
      if (!before || !feedIds.includes(device.feedId)) continue;
      this.#calling.delete(device);
      await before.stop().catch(this.onError);
      this.#devices.push(this.#call(device));
    }
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#devices);
    const all = [...this.#calling.values(), ...this.#started.reverse()];
    await Promise.all(all.map((standIn) => standIn.stop().catch(this.onError)));
  }
}

/** What a settings check, and a stand-in that did not start, put in place of an address. */
export const UNREACHABLE: Readonly<Record<string, string>> = {
  'road-forms': '/nonexistent/road-forms',
  'emergency-tables': '/nonexistent/emergency-tables',
  'building-tables': '/nonexistent/building-tables',
  'site-tables': '/nonexistent/site-tables',
  'hazard-tables': '/nonexistent/hazard-tables',
  'reservoir-tables': '/nonexistent/reservoir-tables',
  'enterprise-tables': '/nonexistent/enterprise-tables',
  'patrol-tables': '/nonexistent/patrol-tables',
  'broadcast-station': '/nonexistent/broadcast-station',
  'school-broadcasting': 'http://127.0.0.1:9',
  'sms-gateway': 'http://127.0.0.1:9',
  files: 'http://127.0.0.1:9',
  'water-database': 'postgres://nobody@127.0.0.1:9/none',
  broker: 'mqtt://127.0.0.1:9',
  'scenic-service': 'http://127.0.0.1:9',
  'chemical-plant': 'mqtt://127.0.0.1:9',
};
