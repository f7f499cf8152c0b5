import { airQuality } from '../demo/air-quality.js';
import { dutyOffice } from '../demo/duty-office.js';
import { FilesServer } from '../demo/files-server.js';
import { forestry } from '../demo/forestry.js';
import { naturalResources } from '../demo/geohazard.js';
import { industry } from '../demo/industry.js';
import { outlets } from '../demo/outlets.js';
import type { DemoPart, DemoWorld } from '../demo/part.js';
import { police } from '../demo/police.js';
import { registers } from '../demo/registers.js';
import { roadWeather } from '../demo/road-weather.js';
import { seismic } from '../demo/seismic.js';
import { siteDust } from '../demo/site-dust.js';
import { Story } from '../demo/story.js';
import { tourism } from '../demo/tourism.js';
import { transport } from '../demo/transport.js';
import { warningReceivers } from '../demo/warning-receivers.js';
import { water } from '../demo/water.js';
import { weather } from '../demo/weather.js';
import type { DemoDepartments } from './demo.js';

/** Every department's share. */
const PARTS: readonly ((world: DemoWorld) => DemoPart)[] = [
  weather,
  water,
  naturalResources,
  forestry,
  airQuality,
  outlets,
  siteDust,
  industry,
  transport,
  roadWeather,
  police,
  dutyOffice,
  tourism,
  seismic,
  registers,
  warningReceivers,
];

export interface DemoOptions {
  /** 1 plays a round in eight minutes. */
  readonly speed: number;
  readonly key: DemoWorld['key'];
  readonly adminKey: string;
  readonly databaseUrl: string;
  readonly now?: () => Date;
  /** Only these stand-ins of sources; all if not given. */
  readonly sources?: ReadonlySet<string>;
  /** Only the devices of these feeds; all if not given. */
  readonly feeds?: (feedId: string) => boolean;
}

/** The generated departments, all following one story. */
export function demoDepartments({
  speed,
  now = () => new Date(),
  sources,
  feeds = () => true,
  ...rest
}: DemoOptions): DemoDepartments {
  const story = new Story(now, speed);
  const parts = PARTS.map((part) => part({ story, now, ...rest }));
  const routes = parts.flatMap((part) => part.routes ?? []);
  const all: DemoDepartments['sources'] = Object.assign(
    { files: new FilesServer(story, routes, now) },
    ...parts.map((part) => part.sources),
  );
  return {
    sources: Object.fromEntries(Object.entries(all).filter(([name]) => !sources || sources.has(name))),
    devices: parts.flatMap((part) => part.devices ?? []).filter(({ feedId }) => feeds(feedId)),
  };
}
