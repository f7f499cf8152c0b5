import type { Route } from './files-server.js';
import type { StandIn } from './stand-in.js';
import type { Story } from './story.js';

/** What every department's stand-ins are made from. */
export interface DemoWorld {
  readonly story: Story;
  readonly now: () => Date;
  /** The key of a push feed, as the settings name it. */
  readonly key: (name: string) => string;
  /** Of the hub itself, for those who file by its API. */
  readonly adminKey: string;
  /** A role of this server may make a department's own database. */
  readonly databaseUrl: string;
}

/** A stand-in that calls the hub's own listener. */
export interface DemoDevice {
  /** The feed whose listener it calls. */
  readonly feedId: string;
  /** `address`: the listener's, as the feed said it; `hubUrl`: the hub's HTTP address. */
  create(address: string, hubUrl: string): StandIn;
}

/** One department's share of the demo. */
export interface DemoPart {
  /** Pages of the shared file server, `${demo.files}`. */
  readonly routes?: readonly Route[];
  /** Servers that feeds are pointed at, `${demo.<name>}`. */
  readonly sources?: Readonly<Record<string, StandIn>>;
  readonly devices?: readonly DemoDevice[];
}
