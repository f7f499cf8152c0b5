import { expect, test } from '@jest/globals';
import type { PushDoor, PushReply, PushRequest } from '../../../model/push.js';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

async function start() {
  const settings = connector.settings.parse({
    expectedEverySeconds: 60,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    key: 'the-key',
  });
  const abort = new AbortController();
  const taken: Outcome[] = [];
  const state = { away: false };
  let handle: (request: PushRequest) => Promise<PushReply> = () => Promise.reject(new Error('not open'));
  const push: PushDoor = {
    open: (feedId, _maxBytes, given) => {
      handle = given;
      return { path: `/feeds/${feedId}`, close: () => undefined };
    },
  };
  const listening = await new Promise<string>((done) => {
    const context: FeedContext = {
      signal: abort.signal,
      push,
      now: () => new Date('2026-07-01T08:00:00Z'),
      take: async (outcome) => {
        if (state.away) throw new Error('the database is away');
        taken.push(outcome);
      },
      contact: () => undefined,
      watermark: async () => undefined,
      listening: done,
    };
    void connector.create(settings).run(context);
  });
  const post = (body: unknown, key = 'the-key'): Promise<PushReply> =>
    handle({
      authorization: `Bearer ${key}`,
      contentType: 'application/json; charset=utf-8',
      body: Buffer.from(JSON.stringify(body)),
    });
  return { post, taken, listening, abort, state };
}
const POINT = {
  ...{ companyCode: 'C', equipCode: 'V', pointCode: 'P', quantity: 'level', value: 1.5, unit: 'm' },
  time: '2026-07-01 15:59:30',
};

test('a message is answered 202 only once it is stored, and "come back" while it cannot be', async () => {
  const { post, taken, listening, abort, state } = await start();
  expect(listening).toBe('/feeds/industry/hazardous-chemicals-push');
  state.away = true;
  expect((await post(POINT)).status).toBe(503);
  state.away = false;
  expect(await post(POINT)).toMatchObject({ status: 202, body: '{"taken":1,"rejected":[]}' });
  expect(taken).toHaveLength(1);
  abort.abort();
});

test('good points are taken beside bad ones, which the answer names', async () => {
  const { post, abort } = await start();
  const { status, body } = await post([POINT, { ...POINT, pointCode: 'Q', unit: 'furlong' }]);
  expect([status, JSON.parse(body)]).toMatchObject([
    202,
    { taken: 1, rejected: [{ reason: 'unsupported', detail: expect.stringContaining('C/V/Q: unit "furlong"') }] },
  ]);
  expect((await post({ heartbeat: 1 })).status).toBe(400);
  expect((await post(POINT, 'another')).status).toBe(401);
  abort.abort();
});
