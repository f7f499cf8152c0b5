import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { expireWarnings } from '../prisma/store/write-warnings.js';
import { serveCap } from './support/cap-room.js';
import { type Graph, openGraph, READER } from './support/graph.js';
import { warningRecord } from './support/records.js';

const FEED = 'weather/warnings';
const ACTUAL = { status: 'ACTUAL' } as const;
let graph: Graph;
let cap: Awaited<ReturnType<typeof serveCap>>;
beforeAll(async () => {
  graph = await openGraph(new Date(), [{ id: FEED }]);
  const { divisions } = graph.context(READER);
  const fixed = { area: '654202', publicUrl: undefined, keepHours: 24, signing: undefined, demo: false };
  cap = await serveCap({ ...fixed, db: graph.db, divisions, now: () => new Date() });
});
afterAll(async () => {
  await cap.close();
  await graph.close();
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${cap.url}/cap/${path}`, { headers });
  const told = { 'if-modified-since': response.headers.get('last-modified') ?? '' };
  return { status: response.status, told, etag: response.headers.get('etag'), body: await response.text() };
};

test('nor two within one second, whatever the caller asks by', async () => {
  const sentAt = new Date(Date.now() - 60_000);
  const texts = warningRecord('', sentAt).texts;
  for (let n = 0; n < 5; n += 1) {
    const headline = `第${n}次`;
    const before = await Promise.all([get('W-1.xml'), get('feed.atom')]);
    await graph.take(FEED, [
      warningRecord('W-1', sentAt, { ...ACTUAL, raw: headline, texts: texts.map((text) => ({ ...text, headline })) }),
    ]);
    for (const [at, path] of ['W-1.xml', 'feed.atom'].entries()) {
      const known = before[at] as (typeof before)[number];
      for (const headers of [known.told, { 'if-none-match': known.etag ?? '' }]) {
        const { status, body } = await get(path, n === 0 && at === 0 ? {} : headers);
        expect([n, path, status, body.includes(headline)]).toEqual([n, path, 200, true]);
      }
    }
  }
});

test('nor that a warning has left the feed, though what is left is older', async () => {
  const sentAt = new Date(Date.now() - 60_000);
  await graph.take(FEED, [warningRecord('W-2', sentAt, ACTUAL)]);
  const { told, body } = await get('feed.atom');
  expect(body).toContain('W-2.xml');
  await graph.db.write.query(`UPDATE warning SET status = 'TEST' WHERE identifier = 'W-2'`);
  const after = await get('feed.atom', told);
  expect([after.status, after.body.includes('W-2')]).toEqual([200, false]);
  expect((await get('W-2.xml', told)).status).toBe(404);
});

test('that its time has run out changes nothing of a message: the control', async () => {
  const sentAt = new Date(Date.now() - 120_000);
  await graph.take(FEED, [warningRecord('W-3', sentAt, { ...ACTUAL, expiresAt: new Date(Date.now() + 30_000) })]);
  const { etag } = await get('W-3.xml');
  const read = async () =>
    (
      await graph.db.read.query<{ state: string; at: Date }>(
        `SELECT state, changed_at AS at FROM warning WHERE identifier = 'W-3'`,
      )
    ).rows[0];
  const before = await read();
  await graph.db.transaction((client) => expireWarnings(client, new Date(Date.now() + 60_000)));
  expect(await read()).toEqual({ state: 'EXPIRED', at: before?.at });
  expect((await get('W-3.xml', { 'if-none-match': etag ?? '' })).status).toBe(304);
});
