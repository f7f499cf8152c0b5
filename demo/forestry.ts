import { CameraPlatform } from './camera-platform.js';
import type { Route } from './files-server.js';
import type { DemoPart, DemoWorld } from './part.js';
import { FIRE, type Story } from './story.js';

const HEADER =
  'latitude,longitude,bright_ti4,scan,track,acq_date,acq_time,satellite,instrument,confidence,version,bright_ti5,frp,daynight';
/** Story seconds between two passes of the satellite, from the fire's first minute on. */
const PASS_SECONDS = 60;
const FIRE_FROM = 60;

/** The forestry bureau: the satellite's fire table, and the camera platform that calls in. */
export const forestry = ({ story, now, key }: DemoWorld): DemoPart => ({
  routes: forestryRoutes(),
  devices: [
    {
      feedId: 'forestry/video-alarms',
      create: (path, hubUrl) => new CameraPlatform(story, now, new URL(path, hubUrl).href, key('video-alarms')),
    },
  ],
});

/** FIRMS' stand-in: `/firms/wusu.csv`, VIIRS on NOAA-20, a table without rows unless something burns. */
export const forestryRoutes = (): readonly Route[] => [
  (url, story) =>
    url.pathname === '/firms/wusu.csv'
      ? { contentType: 'text/csv; charset=utf-8', body: `${[HEADER, ...rows(story)].join('\n')}\n` }
      : undefined,
];

function rows(story: Story): string[] {
  const { fire, round, roundStartedAt, seconds } = story.scene();
  if (!fire) return [];
  const passes = 1 + Math.floor((seconds - FIRE_FROM) / PASS_SECONDS);
  return Array.from({ length: passes }, (_, pass) => {
    const at = new Date(roundStartedAt.getTime() + story.wallMs(FIRE_FROM + pass * PASS_SECONDS));
    // The fire grows by a pixel a pass; each round burns beside the last, so that none repeats a detection.
    return Array.from({ length: pass + 1 }, (_, pixel) => row(at, pass, pixel, round % 40));
  }).flat();
}

function row(at: Date, pass: number, pixel: number, round: number): string {
  const [date = '', time = ''] = at.toISOString().split('T');
  return [
    (FIRE.lat + pixel * 0.0037 + round * 0.0004).toFixed(5),
    (FIRE.lon + pixel * 0.0041 + pass * 0.0002).toFixed(5),
    (331 + pass * 4 + pixel).toFixed(1),
    ...['0.39', '0.36', date, time.slice(0, 5).replace(':', ''), 'N20', 'VIIRS', pass > 1 ? 'h' : 'n', '2.0NRT'],
    '296.2',
    (3.5 + pass * 2.5 + pixel).toFixed(1),
    'D',
  ].join(',');
}
