import { afterEach, expect, test } from '@jest/globals';
import { maskText } from '../connectors/shared/mask-text.js';
import { police } from './police.js';
import { Story } from './story.js';

interface Call {
  readonly JJDBH: string;
  readonly BJNR: string;
  readonly BJRXM: string;
  readonly ajzt: string;
}
const START = new Date('2026-07-01T08:00:00Z');
const fetched = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = fetched;
});

test('the demo’s police send invented callers, in words that the hub can mask', async () => {
  let now = START;
  const story = new Story(() => now, 1);
  const device = police({ story, now: () => now, key: () => 'k', adminKey: '', databaseUrl: '' }).devices?.[0];
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
  const calls = JSON.parse(await bodyAt(470)) as Call[];
  expect(calls.map(({ ajzt }) => ajzt)).toEqual(['已办结', '已办结', '已办结', '已反馈']);
  expect(new Set(calls.map(({ JJDBH }) => JJDBH)).size).toBe(4);
  for (const { BJNR, BJRXM } of calls) {
    expect(BJNR).toMatch(new RegExp(`^【演练】${BJRXM}来电.*139\\d{8}$`));
    expect(maskText(BJNR, [BJRXM])).toMatch(/^【演练】\*\*\*来电.*联系电话\*\*\*$/);
  }
});
