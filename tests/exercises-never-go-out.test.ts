import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WarningSnapshot } from '../model/entry.js';
import { WARNING_STATES, WARNING_STATUSES, type WarningState, type WarningStatus } from '../model/warning.js';
import { saveSnapshots } from '../prisma/store/warning-rows.js';
import { serveCap } from './support/cap-room.js';
import { type Graph, openGraph, READER } from './support/graph.js';
import { warningRecord } from './support/records.js';

const NOW = new Date();
const FEED = 'weather/warnings';
let graph: Graph;
let cap: Awaited<ReturnType<typeof serveCap>>;
const ends: (() => Promise<void>)[] = [];

const room = (demo: boolean) =>
  serveCap({
    db: graph.db,
    divisions: graph.context(READER).divisions,
    area: '654202',
    publicUrl: undefined,
    keepHours: 24,
    signing: undefined,
    demo,
    now: () => NOW,
  });

const idOf = (status: WarningStatus, state: WarningState): string => `W-${status}-${state}`;
const snapshot = (status: WarningStatus, state: WarningState): WarningSnapshot => ({
  identifier: idOf(status, state),
  departmentCode: 'WEATHER',
  feedId: null,
  hazardCode: '11B03',
  level: 'YELLOW',
  state,
  status,
  issuedAt: NOW.toISOString(),
  effectiveAt: null,
  onsetAt: null,
  expiresAt: new Date(NOW.getTime() + 3_600_000).toISOString(),
  cancelledAt: state === 'CANCELLED' ? NOW.toISOString() : null,
  receivedAt: NOW.toISOString(),
  divisionCodes: ['654202'],
  area: null,
  revision: 0,
  supersededById: null,
  texts: [
    {
      language: 'zh-CN',
      hazard: '暴雨',
      senderName: `台 ${status} ${state}`,
      headline: `H ${idOf(status, state)}`,
      description: `D ${idOf(status, state)}`,
      instruction: null,
    },
  ],
});
const all = WARNING_STATUSES.flatMap((status) => WARNING_STATES.map((state) => snapshot(status, state)));

/** Said here once more, apart from the code that is tried. */
const released = ({ status, state }: WarningSnapshot): boolean =>
  status === 'ACTUAL' && ['ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED'].includes(state);

const get = async (url: string, path: string) => {
  const response = await fetch(url + path);
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, headers, body: await response.text() };
};
/** Every address at which a warning may be. */
const addresses = (identifier: string): string[] =>
  [identifier, `${identifier}_cancel`].flatMap((name) => [`/cap/${name}.xml`, `/cap/${name}.12379.xml`]);

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED }]);
  ends.push(() => graph.close());
  await graph.db.transaction((client) => saveSnapshots(client, all));
  cap = await room(false);
  ends.push(cap.close);
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

describe('of warnings of every status in every state', () => {
  test('those that are exercises, tests or not released are answered as what does not exist, at every address', async () => {
    const unknown = await get(cap.url, '/cap/never-there.xml');
    expect(unknown.status).toBe(404);
    for (const { identifier } of all.filter((each) => !released(each)))
      for (const path of addresses(identifier)) expect(await get(cap.url, path)).toEqual(unknown);
    for (const path of [
      '/cap/%00.xml',
      '/cap/%ff.xml',
      '/cap/.xml',
      '/cap/a/b.xml',
      '/cap/',
      `/cap/${'x'.repeat(400)}.xml`,
    ])
      expect(await get(cap.url, path)).toEqual(unknown);
  });

  test('those in earnest are there, as CAP and in the domestic form: the control', async () => {
    const expected = all.filter(released);
    expect(expected.map(({ state }) => state)).toEqual(['ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED']);
    for (const { identifier, state } of expected)
      for (const path of addresses(identifier).slice(0, 2)) {
        const { status, body } = await get(cap.url, path);
        expect(status).toBe(200);
        expect(body).toContain('<status>Actual</status>');
        expect(body).toContain(`<msgType>${state === 'CANCELLED' ? 'Cancel' : 'Alert'}</msgType>`);
      }
  });

  test('the feed lists those in force and lately ended, and no word of any other', async () => {
    const { body } = await get(cap.url, '/cap/feed.atom');
    const listed = [...body.matchAll(/rel="alternate"[^>]* href="([^"]*)"/g)].map(([, href]) => href);
    expect(listed.sort()).toEqual(['W-ACTUAL-ACTIVE.xml', 'W-ACTUAL-CANCELLED_cancel.xml', 'W-ACTUAL-EXPIRED.xml']);
    for (const { identifier, texts } of all.filter((each) => !released(each)))
      for (const word of [identifier, texts[0]?.senderName ?? '']) expect(body).not.toContain(`${word}<`);
  });
});

test('an exercise neither names, ends, replaces nor words what is in earnest', async () => {
  const sentAt = new Date(NOW.getTime() - 60_000);
  const actual = { status: 'ACTUAL' } as const;
  const texts = warningRecord('', sentAt).texts.map((text) => ({ ...text, language: 'en', headline: 'A drill ends' }));
  await graph.take(FEED, [
    warningRecord('DRILL-1', sentAt),
    warningRecord('REAL-0', sentAt, actual),
    warningRecord('REAL-1', sentAt, { ...actual, messageType: 'UPDATE', references: ['DRILL-1', 'REAL-0', 'GONE-1'] }),
    warningRecord('REAL-2', sentAt, actual),
    warningRecord('DRILL-END', sentAt, { messageType: 'CANCEL', references: ['REAL-2'], texts }),
    warningRecord('REAL-3', sentAt, actual),
    warningRecord('DRILL-3', sentAt, { messageType: 'UPDATE', references: ['REAL-3'], texts }),
    warningRecord('REAL-4', sentAt, actual),
    warningRecord('REAL-4', sentAt, { raw: 'as CAP', format: 'cap', texts }),
  ]);
  const update = (await get(cap.url, '/cap/REAL-1.xml')).body;
  const references = /<references>(.*)<\/references>/.exec(update)?.[1]?.split(' ') ?? [];
  expect(references.map((each) => each.split(',')[1])).toEqual(['GONE-1', 'REAL-0']);
  const bodies = ['feed.atom', 'REAL-2.xml', 'REAL-3.xml', 'REAL-4.xml'].map((name) => get(cap.url, `/cap/${name}`));
  const [feed = '', ...messages] = (await Promise.all(bodies)).map(({ body }) => body);
  for (const message of messages) expect(message).toContain('<msgType>Alert</msgType>');
  for (const name of ['REAL-2', 'REAL-3', 'REAL-4']) expect(feed).toContain(`href="${name}.xml"`);
  expect([feed, update, ...messages].join()).not.toMatch(/DRILL|drill/);
  for (const name of ['DRILL-END', 'DRILL-3']) expect((await get(cap.url, `/cap/${name}.xml`)).status).toBe(404);
});

test('a cancellation in earnest goes out under its own name with its own words: the control', async () => {
  const sentAt = new Date(NOW.getTime() - 60_000);
  const actual = { status: 'ACTUAL' } as const;
  const texts = warningRecord('', sentAt).texts.map((text) => ({ ...text, headline: '解除暴雨预警' }));
  await graph.take(FEED, [
    warningRecord('REAL-5', sentAt, actual),
    warningRecord('REAL-END', sentAt, { ...actual, messageType: 'CANCEL', references: ['REAL-5'], texts }),
    warningRecord('REAL-6', sentAt, actual),
    warningRecord('REAL-7', sentAt, actual),
    warningRecord('BOTH-END', sentAt, { ...actual, messageType: 'CANCEL', references: ['REAL-6', 'REAL-7'] }),
  ]);
  const { body } = await get(cap.url, '/cap/REAL-5.xml');
  expect(body).toContain('<identifier>REAL-END</identifier>');
  expect(body).toContain('<headline>解除暴雨预警</headline>');
  expect((await get(cap.url, '/cap/REAL-END.xml')).body).toBe(body);
  // One identifier is one message: a cancellation of two warnings goes out as two.
  expect((await get(cap.url, '/cap/REAL-6.xml')).body).toContain('<identifier>REAL-6_cancel</identifier>');
  expect((await get(cap.url, '/cap/BOTH-END.xml')).status).toBe(404);
});

test('in demo mode nothing goes out at all: the feed is there, empty, and says so', async () => {
  const demo = await room(true);
  ends.push(demo.close);
  const { status, body } = await get(demo.url, '/cap/feed.atom');
  expect([status, body.includes('<entry>')]).toEqual([200, false]);
  expect(body).toContain('<subtitle>演示模式');
  expect((await get(demo.url, '/cap/W-ACTUAL-ACTIVE.xml')).status).toBe(404);
});
