import { CameraPlatform } from '../demo/camera-platform.js';
import { FilesServer } from '../demo/files-server.js';
import { forestryRoutes } from '../demo/forestry.js';
import { GeohazardNetwork } from '../demo/geohazard.js';
import { Story } from '../demo/story.js';
import { WaterDatabase } from '../demo/water-database.js';
import { WaterRtus } from '../demo/water-rtu.js';
import { weatherRoutes } from '../demo/weather.js';
import type { DemoDepartments } from './demo.js';

export interface DemoOptions {
  /** 1 plays a round in eight minutes. */
  readonly speed: number;
  /** The key of a push feed, as the settings name it. */
  readonly key: (name: string) => string;
  /** A role of this server may make the water bureau's own database. */
  readonly databaseUrl: string;
  readonly now?: () => Date;
}

/** The generated departments, all following one story. */
export function demoDepartments({ speed, key, databaseUrl, now = () => new Date() }: DemoOptions): DemoDepartments {
  const story = new Story(now, speed);
  return {
    sources: {
      files: new FilesServer(story, [...weatherRoutes(), ...forestryRoutes()], now),
      'water-database': new WaterDatabase(databaseUrl, 'demo_water_bureau', story, now),
      broker: new GeohazardNetwork(story, now),
    },
    devices: [
      { feedId: 'water/telemetry', create: (address) => new WaterRtus(address, story, now) },
      {
        feedId: 'forestry/video-alarms',
        create: (path, hubUrl) => new CameraPlatform(story, now, new URL(path, hubUrl).href, key('video-alarms')),
      },
    ],
  };
}
