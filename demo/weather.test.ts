import { afterEach, describe, expect, test } from '@jest/globals';
import { isAlertList } from '../connectors/shared/codecs/alert.js';
import { decode12379 } from '../connectors/shared/codecs/alert-12379.js';
import { decodeCap } from '../connectors/shared/codecs/cap.js';
import { decodeMusic } from '../connectors/shared/codecs/music.js';
import { readXmlDocument } from '../connectors/shared/codecs/xml.js';
import { FilesServer } from './files-server.js';
import { ROUND_SECONDS, Story } from './story.js';
import { messages, weatherRoutes } from './weather.js';

/** A clock set by hand: `at` is story seconds since the start. */
function staged(speed = 1) {
  const start = Date.parse('2026-08-07T02:00:00.500Z');
  const clock = { at: 0 };
  const now = (): Date => new Date(start + (clock.at / speed) * 1000);
  return { clock, now, story: new Story(now, speed) };
}

const running: FilesServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
async function serve(stage: ReturnType<typeof staged>): Promise<string> {
  const server = new FilesServer(stage.story, weatherRoutes(), stage.now);
  running.push(server);
  return server.start();
}
const bytes = async (address: string): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(address)).arrayBuffer());
const alertOf = async (address: string) => readXmlDocument(await bytes(address), { isArray: isAlertList }).element;

describe('the warnings follow the story', () => {
  test('blue is issued, yellow and orange update it, and it is cancelled', () => {
    const { clock, now, story } = staged();
    const seen = [0, 9, 111, 221, 401].map((at) => {
      clock.at = at;
      return messages(story, now()).map(({ msgType, colour }) => `${msgType} ${colour}`);
    });
    expect(seen[0]).toEqual([]);
    expect(seen[4]).toEqual(['Alert Blue', 'Update Yellow', 'Update Orange', 'Cancel Orange']);
    expect(seen.map((each) => each.length)).toEqual([0, 1, 2, 3, 4]);
  });
  test.each([
    1, 7, 10, 33, 60,
  ])('at speed %d identifiers stay the same while listed, and a cancellation stays for a minute', (speed) => {
    const { clock, now, story } = staged(speed);
    const first = new Map<string, number>();
    const last = new Map<string, number>();
    for (clock.at = 0; clock.at < 4 * ROUND_SECONDS; clock.at += 3.7)
      for (const { identifier, msgType } of messages(story, now())) {
        if (!first.has(identifier)) first.set(identifier, now().getTime());
        if (msgType === 'Cancel') last.set(identifier, now().getTime());
      }
    expect(first.size).toBe(16);
    const ended = [...last].filter(([, at]) => now().getTime() - at > 10_000 / speed);
    for (const [identifier, at] of ended) expect(at - (first.get(identifier) ?? at)).toBeGreaterThan(60_000);
  });
});

test('both dialects are served under one identifier and say the same', async () => {
  const stage = staged();
  stage.clock.at = 230;
  const origin = await serve(stage);
  const index = Buffer.from(await bytes(`${origin}/12379/`)).toString();
  const names = [...index.matchAll(/href="([^"]+)"/g)].map(([, name]) => name ?? '');
  const domestic = decode12379(await alertOf(`${origin}/12379/${names.at(-1)}`));
  const rss = Buffer.from(await bytes(`${origin}/cap/rss.xml`)).toString();
  const cap = decodeCap(await alertOf(/<item>.*?<link>([^<]+)<\/link>/.exec(rss)?.[1] ?? ''));
  expect(names).toHaveLength(3);
  expect(cap.identifier).toBe(domestic.identifier);
  expect(cap.references).toEqual(domestic.references);
  expect([domestic.status, cap.status]).toEqual(['Exercise', 'Exercise']);
  expect(domestic.infos[0]).toMatchObject({ severity: 'Orange', expires: null });
  expect(cap.infos.map((info) => info.language)).toEqual(['en-US', 'zh-CN']);
});

test('MUSIC gives eight stations, most rain in the mountains, and the same answer for the same moment', async () => {
  const stage = staged();
  stage.clock.at = 240;
  const origin = await serve(stage);
  const address = `${origin}/music-ws/api?interfaceId=getSurfEleInRegionByTime&adminCodes=654202`;
  const { rows } = decodeMusic(await bytes(address));
  const rain = rows.map((row) => Number(row.values.get('PRE_1h')));
  expect(rows).toHaveLength(8);
  expect(rain.at(-1)).toBe(Math.max(...rain));
  stage.clock.at = 241;
  expect(decodeMusic(await bytes(address)).rows).toEqual(rows);
  expect(decodeMusic(await bytes(`${origin}/music-ws/api`)).returnCode).toBe('-1');
});

test('an unchanged file is answered with 304, an unknown one with 404, and a server once stopped can be stopped again', async () => {
  const stage = staged();
  stage.clock.at = 10;
  const origin = await serve(stage);
  const etag = (await fetch(`${origin}/12379/`)).headers.get('etag') ?? '';
  expect((await fetch(`${origin}/12379/`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await fetch(`${origin}/12379/none.xml`)).status).toBe(404);
  await running[0]?.stop();
});
