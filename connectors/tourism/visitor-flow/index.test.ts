import { expect, test } from '@jest/globals';
import type { PushDoor, PushReply, PushRequest } from '../../../model/push.js';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

const BASE = { expectedEverySeconds: 600, zone: 'Asia/Shanghai', crs: 'WGS84', key: 'the-key' };
const AREA = { code: 'JQ-001', name: '大峡谷', lon: 84.91, lat: 43.98, grade: '5A', 瞬时最大承载量: 6000 };

async function start() {
  const abort = new AbortController();
  const taken: Outcome[] = [];
  let handle: (request: PushRequest) => Promise<PushReply> = () => Promise.reject(new Error('not open'));
  const push: PushDoor = {
    open: (feedId, _maxBytes, given) => {
      handle = given;
      return { path: `/feeds/${feedId}`, close: () => undefined };
    },
  };
  await new Promise<string>((done) => {
    const context: FeedContext = {
      signal: abort.signal,
      push,
      now: () => new Date('2026-07-01T08:00:00Z'),
      take: async (outcome) => void taken.push(outcome),
      contact: () => undefined,
      watermark: async () => undefined,
      listening: done,
    };
    void connector.create(connector.settings.parse({ ...BASE, areas: [AREA] })).run(context);
  });
  const post = (body: unknown): Promise<PushReply> =>
    handle({
      authorization: 'Bearer the-key',
      contentType: 'application/json',
      body: Buffer.from(JSON.stringify(body)),
    });
  return { post, taken, abort };
}

test('the areas of the settings are told of first, and a report lies where its area does', async () => {
  const { post, taken, abort } = await start();
  const { status, body } = await post([
    { areaCode: 'JQ-001', time: '2026-07-01 15:55:00', inPark: 12 },
    { areaCode: 'JQ-001', time: '2026-07-01 15:50:00' },
  ]);
  expect([status, JSON.parse(body)]).toMatchObject([202, { taken: 1, rejected: [{ reason: 'missing-field' }] }]);
  expect(taken.flatMap(({ records }) => records)).toMatchObject([
    { kind: 'register', code: 'JQ-001', fields: { grade: '5A', capacity: 6000 } },
    { kind: 'visitor-flow', inPark: 12, area: { name: '大峡谷' }, position: { lon: 84.91, lat: 43.98 } },
  ]);
  abort.abort();
});

test('an area of the settings that cannot be is a mistake in the settings', () => {
  const { error } = connector.settings.safeParse({ ...BASE, areas: [AREA, { ...AREA, grade: '9A' }] });
  expect(error?.issues).toMatchObject([{ path: ['areas', 1], message: expect.stringContaining('grade "9A" is none') }]);
});
