import { afterEach, expect, test } from '@jest/globals';
import { settings } from '../connectors/public-security/incidents/config.js';
import { normalize } from '../connectors/public-security/incidents/normalize.js';
import type { IncidentRecord } from '../model/record.js';
import { police } from './police.js';
import { Story } from './story.js';

const own = settings.parse({ expectedEverySeconds: 60, zone: 'Asia/Shanghai', crs: 'GCJ02', key: 'k' });
const START = new Date('2026-07-01T08:00:00Z');
const fetched = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = fetched;
});

test('the demo’s police send callers, and nothing of them is taken in', async () => {
  let now = START;
  const story = new Story(() => now, 1);
  const device = police({ story, now: () => now, key: () => 'k', databaseUrl: '' }).devices?.[0];
  const bodyAt = async (seconds: number): Promise<string> => {
    now = new Date(START.getTime() + seconds * 1000);
    const stand = device?.create('/feeds/public-security/incidents', 'http://127.0.0.1:9');
    const body = await new Promise<string>((done) => {
      globalThis.fetch = (async (_url: unknown, init: { body: string }) => {
        done(init.body);
        return new Response('{}', { status: 202 });
      }) as typeof fetch;
      void stand?.start();
    });
    await stand?.stop();
    return body;
  };
  expect(await bodyAt(1)).toBe('[]');
  const body = await bodyAt(470);
  expect(body).toMatch(/"BJDH":"139/);
  const { records, rejects } = normalize(Buffer.from(body), own, now, 'message');
  expect(rejects).toEqual([]);
  expect((records as IncidentRecord[]).map(({ state }) => state)).toEqual(['CLOSED', 'CLOSED', 'CLOSED', 'CONTROLLED']);
  expect(JSON.stringify(records)).not.toMatch(/139\d{8}|演[甲乙丙丁]子/);
  expect(new Set((records as IncidentRecord[]).map(({ number }) => number)).size).toBe(4);
});
