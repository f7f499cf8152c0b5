import { afterEach, expect, test } from '@jest/globals';
import { DutyOffice } from '../demo/duty-office.js';
import { Story } from '../demo/story.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, ask, startHub, until } from './support/running-hub.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const FEEDS = `
  emergency/incident-reports:
    exercise: true
    deadlines: { firstWrittenMinutes: 45, followUpHours: { III: 1 } }`;
interface Seen {
  feed: { state: string; receivedCount: number; lastReceivedAt: string | null; rejectedCount: number };
  incidents: {
    edges: {
      node: {
        state: string;
        level: string;
        status: string;
        division: { code: string } | null;
        reports: { kind: string; medium: string; late: boolean; filedAt: string; dueAt: string }[];
        reportDue: unknown;
      };
    }[];
  };
}
const LOOK = `{ feed(id: "emergency/incident-reports") { state receivedCount lastReceivedAt rejectedCount }
  incidents { edges { node { state level status division { code } reportDue { kind }
    reports { kind medium late filedAt dueAt } } } } }`;

test('the demo’s duty office files its reports by the hub’s own API, from the first call to the final one', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const hub = await startHub(database.url, FEEDS);
  ends.push(() => hub.stop());
  await hub.feeds?.address('emergency/incident-reports', AbortSignal.timeout(5000));
  const silent = await ask<Seen>(hub.url, LOOK);
  expect(silent.feed).toMatchObject({ state: 'LIVE', receivedCount: 0, lastReceivedAt: null });
  const now = (): Date => new Date();
  const office = new DutyOffice(new Story(now, 60), now, `${hub.url}/graphql`, ADMIN_KEY);
  await office.start();
  ends.push(() => office.stop());
  const seen = await until(
    () => ask<Seen>(hub.url, LOOK),
    ({ incidents }) => incidents.edges[0]?.node.state === 'CLOSED',
    30_000,
  );
  const [incident] = seen.incidents.edges.map(({ node }) => node);
  expect(incident).toMatchObject({ level: 'III', status: 'EXERCISE', division: { code: '654202' }, reportDue: null });
  const reports = [...(incident?.reports ?? [])].reverse();
  expect(reports.map(({ kind, medium }) => `${kind} ${medium}`)).toEqual([
    'FIRST PHONE',
    'FIRST WRITTEN',
    'FOLLOW_UP WRITTEN',
    'FOLLOW_UP WRITTEN',
    'FINAL WRITTEN',
  ]);
  expect(reports.every(({ late }) => !late)).toBe(true);
  // By the settings: a written report 45 minutes after it was known, 15 later than the call; the next follow-up within an hour.
  const minutesBetween = (a = '', b = ''): number => (Date.parse(b) - Date.parse(a)) / 60_000;
  expect(minutesBetween(reports[0]?.dueAt, reports[1]?.dueAt)).toBe(15);
  expect(minutesBetween(reports[2]?.filedAt, reports[3]?.dueAt)).toBe(60);
  expect(seen.feed).toMatchObject({ state: 'LIVE', receivedCount: 5, rejectedCount: 0 });
  expect(Date.parse(seen.feed.lastReceivedAt ?? '')).toBe(Date.parse(reports[4]?.filedAt ?? ''));
}, 60_000);

test('a hub whose settings have no such feed takes no reports, and one whose feed is switched off says so', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const file = `mutation { fileIncidentReport(input: { idempotencyKey: "1", kind: FIRST, title: "x", text: "x", unit: "x",
    occurredAt: "2026-01-01T00:00:00Z" }) { __typename } }`;
  const without = await startHub(database.url);
  ends.push(() => without.stop());
  await expect(ask(without.url, file)).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  await without.stop();
  const hub = await startHub(database.url, FEEDS);
  ends.push(() => hub.stop());
  await ask(hub.url, 'mutation { disableFeed(id: "emergency/incident-reports") { state } }');
  await expect(ask(hub.url, file)).rejects.toMatchObject({ extensions: { code: 'SOURCE_UNAVAILABLE' } });
  await ask(hub.url, 'mutation { enableFeed(id: "emergency/incident-reports") { state } }');
  expect(await ask(hub.url, file)).toEqual({ fileIncidentReport: { __typename: 'IncidentReportFiled' } });
}, 60_000);
