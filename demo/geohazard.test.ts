import { afterEach, expect, test } from '@jest/globals';
import { connectAsync, type MqttClient } from 'mqtt';
import { readDpJson } from '../connectors/shared/codecs/dp-json.js';
import { GeohazardNetwork, SLOPES } from './geohazard.js';
import { Story } from './story.js';

let network: GeohazardNetwork;
let client: MqttClient | undefined;
afterEach(async () => {
  await client?.endAsync(true);
  await network.stop();
});

test('every slope publishes its own points and those of its child device, creeping as the story says', async () => {
  const startedAt = Date.UTC(2026, 6, 1);
  let current = startedAt;
  const now = (): Date => new Date(current);
  const story = new Story(now, 20);
  current = startedAt + 355 * 50;
  network = new GeohazardNetwork(story, now);
  const url = await network.start();
  expect(url).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);
  const hub = await connectAsync(url);
  client = hub;
  const seen = new Map<string, Map<string, unknown>>();
  const complete = new Promise<void>((done) => {
    hub.on('message', (_topic, payload) => {
      const { readings, faults } = readDpJson(payload);
      expect(faults).toEqual([]);
      for (const { deviceId, point, value } of readings)
        seen.set(deviceId, (seen.get(deviceId) ?? new Map<string, unknown>()).set(point, value));
      if (seen.size === SLOPES.length * 2) done();
    });
  });
  await hub.subscribeAsync('$dp', { qos: 1 });
  await complete;
  expect([...(seen.get('90000101')?.keys() ?? [])]).toEqual(['L1_GP_1', 'L3_YL_1', 'S1_ZT_1']);
  expect([...(seen.get('90000402')?.keys() ?? [])]).toEqual(['L1_LF_1', 'L1_QJ_1']);
  const [most, least] = ['90000101', '90000401'].map(
    (device) => (seen.get(device)?.get('L1_GP_1') as { gpsTotalX: number } | undefined)?.gpsTotalX,
  );
  expect(most).toBeGreaterThan(15);
  expect(least).toBeLessThan(2);
});
