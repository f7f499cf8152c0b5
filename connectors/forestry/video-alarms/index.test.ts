import { expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import type { PushDoor, PushReply, PushRequest } from '../../../model/push.js';
import type { Outcome } from '../../../model/record.js';
import type { FeedContext } from '../../connector.js';
import connector from './index.js';

async function start() {
  const settings = connector.settings.parse({
    expectedEverySeconds: 120,
    zone: 'Asia/Shanghai',
    crs: 'WGS84',
    key: 'the-key',
    stations: [{ code: '65420200001310000001', name: '演练·一号塔', lon: 84.9, lat: 44.1 }],
  });
  const abort = new AbortController();
  const taken: Outcome[] = [];
  const seen = { contacts: 0 };
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
      now: () => new Date('2026-07-01T06:05:00Z'),
      take: async (outcome) => void taken.push(outcome),
      contact: () => {
        seen.contacts += 1;
      },
      watermark: async () => undefined,
      listening: done,
    };
    void connector.create(settings).run(context);
  });
  const post = (inner: string): Promise<PushReply> =>
    handle({
      authorization: 'Bearer the-key',
      contentType: 'Application/MANSCDP+xml',
      body: iconv.encode(`<?xml version="1.0" encoding="GB2312"?>\n<Notify>${inner}</Notify>`, 'gb18030'),
    });
  return { post, taken, seen, listening, abort };
}
const ALARM =
  '<CmdType>Alarm</CmdType><SN>1</SN><DeviceID>65420200001310000001</DeviceID><AlarmTime>2026-07-01T14:00:05</AlarmTime><AlarmDescription>林区浓烟</AlarmDescription>';

test('an alarm is stored with the listed place of its device, and listed devices are told of first', async () => {
  const { post, taken, listening, abort } = await start();
  expect(listening).toBe('/feeds/forestry/video-alarms');
  expect((await post(ALARM)).status).toBe(202);
  expect(taken.flatMap(({ records }) => records)).toMatchObject([
    { kind: 'station', code: '65420200001310000001' },
    { kind: 'fire-alarm', type: 'SMOKE', description: '林区浓烟', position: { lon: 84.9, lat: 44.1 } },
  ]);
  abort.abort();
});

test('a keepalive is a sign of life; what cannot be read is refused with what and where', async () => {
  const { post, taken, seen, abort } = await start();
  expect((await post('<CmdType>Keepalive</CmdType><DeviceID>65420200002000000001</DeviceID>')).status).toBe(202);
  expect([seen.contacts, taken.length]).toEqual([1, 1]);
  const refused = await post(ALARM.replace('2026-07-01T14:00:05', 'yesterday'));
  expect(refused.status).toBe(400);
  expect(JSON.parse(refused.body)).toMatchObject({ error: 'alarm: <AlarmTime> "yesterday" is no time' });
  expect(taken.at(-1)?.rejects).toHaveLength(1);
  abort.abort();
});
