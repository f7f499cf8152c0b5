import type { StandIn } from '../demo/stand-in.js';

/** The stand-ins that feeds are pointed at (`${demo.<name>}`), and the devices that call the hub once its feeds listen. */
export interface DemoDepartments {
  readonly sources: Readonly<Record<string, StandIn>>;
  /** Made when the feeds are listening: `addresses` by feed id, e.g. "tcp://127.0.0.1:4651". */
  devices(addresses: ReadonlyMap<string, string>): readonly StandIn[];
}
