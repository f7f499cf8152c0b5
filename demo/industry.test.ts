import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { readPlant } from '../connectors/shared/codecs/plant-json.js';
import { ChemicalPlant } from './chemical-plant.js';
import { gasMessage, methanolMessage } from './chemical-works.js';
import { industry } from './industry.js';
import { Story } from './story.js';

const START = Date.UTC(2026, 6, 1, 2);
function at(seconds: number) {
  let current = START;
  const now = (): Date => new Date(current);
  const story = new Story(now, 10);
  current = START + seconds * 100;
  return { story, now };
}
const readingOf = (message: unknown, point: string): unknown =>
  readPlant(Buffer.from(JSON.stringify(message))).points.find(({ fields }) => fields.pointCode === point)?.fields.value;

describe('the generated plants', () => {
  test('fill a tank past its high limit in the storm, and let gas out near the peak', () => {
    const level = [10, 290, 479].map((seconds) => {
      const { story, now } = at(seconds);
      return Number(readingOf(methanolMessage(story.scene(), now()), 'LT-V101'));
    });
    expect(level.map((metres) => metres > 10.8)).toEqual([false, true, false]);
    const gas = [10, 285].map((seconds) => {
      const { story, now } = at(seconds);
      return Number(readingOf(gasMessage(story.scene(), now()), 'AT-21'));
    });
    expect(gas.map((percent) => percent > 25)).toEqual([false, true]);
  });

  test('publish their base data and points by MQTT to the company’s topics, again after a restart', async () => {
    const { story, now } = at(10);
    const plant = new ChemicalPlant(story, now);
    for (const _round of [1, 2]) {
      const url = await plant.start();
      const client = await connectAsync(url, { protocolVersion: 4, reconnectPeriod: 0 });
      const seen = new Map<string, Buffer>();
      const both = new Promise<void>((done) => {
        client.on('message', (topic, payload) => {
          if (seen.set(topic, payload).size === 2) done();
        });
      });
      await client.subscribeAsync('hazchem/#', { qos: 1 });
      await both;
      expect(readPlant(seen.get('hazchem/6542020001') ?? Buffer.alloc(0)).points).toHaveLength(7);
      const base = readPlant(seen.get('hazchem/6542020001/base') ?? Buffer.alloc(0));
      expect([base.enterprises.length, base.hazards.length]).toEqual([1, 1]);
      await client.endAsync(true);
      await plant.stop();
    }
  });

  test('call in by HTTP with the key, and again after "come back"', async () => {
    const { story, now } = at(10);
    const bodies: string[] = [];
    const statuses = [503, 202];
    const server = createServer(async (request, response) => {
      expect(request.headers.authorization).toBe('Bearer key of hazardous-chemicals');
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(statuses[bodies.length - 1] ?? 202).end();
      server.emit('called');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { devices = [] } = industry({ story, now, key: (name) => `key of ${name}`, adminKey: '', databaseUrl: '' });
    const caller = devices[0]?.create('/feeds/industry/hazardous-chemicals-push', hubUrl);
    await caller?.start();
    while (bodies.length < 3) await once(server, 'called');
    await caller?.stop();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    expect(bodies[1]).toBe(bodies[0]);
    expect(readPlant(Buffer.from(bodies[0] ?? '')).hazards).toHaveLength(1);
    expect(readPlant(Buffer.from(bodies[2] ?? '')).points).toHaveLength(4);
  });
});
