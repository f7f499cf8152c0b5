import type { Route } from './files-server.js';
import type { DemoPart } from './part.js';
import { ROUND_SECONDS, type Scene, type Story, WARNING_PHASES } from './story.js';
import { MusicService } from './weather-stations.js';
import { capFile, domesticFile, type Message } from './weather-warnings.js';

/** Files stay listed at least this long after their round, so that a slow poll still finds the cancellation. */
const KEEP_MS = 90_000;
const MAX_ROUNDS = 40;
const HAZARD = '11B03';
const SENDER_CODE = '65420241600000';
const COLOURS = { Blue: 'BLUE', Yellow: 'YELLOW', Orange: 'ORANGE', Red: 'RED' } as const;

/** The weather bureau: its warnings in two dialects, and its station data. */
export const weather = (): DemoPart => ({ routes: weatherRoutes() });

/** The weather office's stand-in: a folder of domestic XML, the same warnings as a CAP RSS feed, and the MUSIC service. */
export const weatherRoutes = (music = new MusicService()): readonly Route[] => [
  (url, story, now) => {
    if (url.pathname !== '/12379/') return undefined;
    const rows = messages(story, now).map(
      (message) => `<li><a href="${fileName(message)}">${fileName(message)}</a></li>`,
    );
    return {
      contentType: 'text/html; charset=utf-8',
      body: `<html><body><ul>\n${rows.join('\n')}\n</ul></body></html>\n`,
    };
  },
  (url, story, now) => {
    const message = messages(story, now).find((each) => url.pathname === `/12379/${fileName(each)}`);
    return message && { contentType: 'application/xml; charset=utf-8', body: domesticFile(message) };
  },
  (url, story, now) => {
    if (url.pathname !== '/cap/rss.xml') return undefined;
    const items = messages(story, now)
      .reverse()
      .map((message) => rssItem(url.origin, message));
    const title = '<title>乌苏市气象台（演练）</title><description>generated, exercise only</description>';
    const channel = `<channel>${title}<link>${url.origin}/cap/rss.xml</link>\n${items.join('\n')}\n</channel>`;
    return {
      contentType: 'application/rss+xml; charset=utf-8',
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0">${channel}</rss>\n`,
    };
  },
  (url, story, now) => {
    const message = messages(story, now).find((each) => url.pathname === `/cap/${each.identifier}.xml`);
    return message && { contentType: 'application/cap+xml; charset=utf-8', body: capFile(message) };
  },
  (url, story, now) =>
    url.pathname === '/music-ws/api'
      ? { contentType: 'application/json; charset=utf-8', body: music.reply(url, story, now) }
      : undefined,
];

/** The messages published by now, oldest first: this round's, the last round's, and of earlier rounds those not yet KEEP_MS over. */
export function messages(story: Story, now: Date): Message[] {
  const scene = story.scene();
  const lengthMs = story.wallMs(ROUND_SECONDS);
  const rounds = Math.min(MAX_ROUNDS, 1 + Math.ceil(KEEP_MS / lengthMs), scene.round);
  return Array.from({ length: rounds + 1 }, (_, at) => scene.round - rounds + at)
    .flatMap((round) => roundMessages(story, startOf(scene, round, story.speed)))
    .filter((message) => message.sentAt <= now);
}

/** When a round began, to the same millisecond as the story says it while the round runs. */
function startOf(scene: Scene, round: number, speed: number): number {
  const since = (each: number): number => Math.floor(((each * ROUND_SECONDS) / speed) * 1000);
  return scene.roundStartedAt.getTime() - since(scene.round) + since(round);
}

function roundMessages(story: Story, startedAt: number): Message[] {
  const made: Message[] = [];
  for (const phase of WARNING_PHASES) {
    const sentAt = new Date(startedAt + story.wallMs(phase.from));
    const before = made.at(-1);
    made.push({
      identifier: `${SENDER_CODE}_${beijing(sentAt)}`,
      sentAt,
      msgType: phase.level === null ? 'Cancel' : before ? 'Update' : 'Alert',
      colour: phase.level ?? before?.colour ?? 'Blue',
      previous: before,
    });
  }
  return made;
}

const beijing = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().replace(/\D/g, '').slice(0, 14);

const fileName = ({ identifier, colour, msgType }: Message): string =>
  `${identifier}_${HAZARD}_${COLOURS[colour]}_${msgType}.xml`;

const rssItem = (origin: string, { identifier, sentAt }: Message): string =>
  `<item><title>${identifier}</title><link>${origin}/cap/${identifier}.xml</link><pubDate>${sentAt.toUTCString()}</pubDate></item>`;
