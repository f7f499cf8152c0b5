import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readFirms } from '../connectors/shared/codecs/firms.js';
import { readGb28181 } from '../connectors/shared/codecs/gb28181.js';
import { CAMERA, CameraPlatform } from './camera-platform.js';
import { forestryRoutes } from './forestry.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);
/** A story that stands still at a second of its round. */
function at(seconds: number, round = 0) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 10);
  current = START + (round * 480 + seconds) * 100;
  return { story, now };
}
const table = (seconds: number, round = 0) => {
  const { story, now } = at(seconds, round);
  const file = forestryRoutes()[0]?.(new URL('http://127.0.0.1/firms/wusu.csv'), story, now());
  return readFirms(Buffer.from(file?.body ?? ''));
};

describe('the hotspot file', () => {
  test('has rows only while something burns, more with every pass, none in the future', () => {
    expect([table(10), table(61), table(200), table(400)].map(({ rows }) => rows.length)).toEqual([0, 1, 6, 0]);
    for (const { columns } of table(329).rows) {
      const time = columns.get('acq_time')?.replace(/(..)(..)/, '$1:$2');
      expect(Date.parse(`${columns.get('acq_date')}T${time}Z`)).toBeLessThanOrEqual(START + 32_900);
    }
  });
  test('repeats no detection in the next round', () => {
    const keys = [...table(329).rows, ...table(329, 1).rows].map(
      ({ columns }) => `${columns.get('latitude')}/${columns.get('longitude')}/${columns.get('acq_time')}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
  test('leaves other addresses to others', () => {
    const { story, now } = at(100);
    expect(forestryRoutes()[0]?.(new URL('http://127.0.0.1/'), story, now())).toBeUndefined();
  });
});

describe('the camera platform', () => {
  let server: Server;
  let platform: CameraPlatform;
  afterEach(async () => {
    await platform.stop();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  /** Collects `count` calls, answering with the given states in turn. */
  async function calls(seconds: number, statuses: number[]): Promise<{ request: IncomingMessage; body: Buffer }[]> {
    const { story, now } = at(seconds);
    const got: { request: IncomingMessage; body: Buffer }[] = [];
    const all = new Promise<void>((done) => {
      server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
        got.push({ request, body: Buffer.concat(chunks) });
        response.writeHead(statuses[got.length - 1] ?? 202).end();
        if (got.length === statuses.length) done();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feeds/forestry/video-alarms`;
    platform = new CameraPlatform(story, now, url, 'the-key');
    await platform.start();
    await all;
    return got;
  }

  test('posts an alarm with the key while something burns', async () => {
    const [first] = await calls(100, [202]);
    expect(first?.request.headers.authorization).toBe('Bearer the-key');
    expect(readGb28181(first?.body ?? Buffer.alloc(0))).toMatchObject({
      kind: 'alarm',
      deviceId: CAMERA.device,
      description: '【演练】疑似烟雾，请核查',
      time: '2026-07-01T10:00:10',
    });
  });
  test('posts a keepalive otherwise', async () => {
    const [first] = await calls(10, [202]);
    expect(readGb28181(first?.body ?? Buffer.alloc(0)).kind).toBe('keepalive');
  });
  test('sends the same again after "come back", and goes on after a refusal', async () => {
    const [first, again, next] = await calls(200, [503, 400, 202]);
    expect(again?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
    expect(next?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(false);
  });
});
