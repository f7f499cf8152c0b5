import { afterEach, expect, test } from '@jest/globals';
import { ask, spawnHub, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';
import { tempFolders } from './support/temp-folder.js';

const ends: (() => Promise<unknown>)[] = [];
const folders = tempFolders();
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

interface Change {
  warningChanged: { kind: string; warning: { level: string; state: string; status: string; languages: string[] } };
}
const CHANGES = 'subscription { warningChanged { kind warning { level state status languages } } }';

interface Scenic {
  scenicAreas: {
    edges: { node: { visitorFlow: object | null; live: { bookedToday: number; stale: boolean } | null } }[];
  };
}
interface Feeds {
  feeds: {
    id: string;
    state: string;
    stateReason: string | null;
    status: string;
    mode: string;
    receivedCount: number;
    rejections: { edges: { node: { reason: string; detail: string } }[] };
  }[];
}
const FEEDS =
  '{ feeds { id state stateReason status mode receivedCount rejections { edges { node { reason detail } } } } }';

test('npm start’s demo plays its warnings from blue to cancelled, and all that its feeds bring is an exercise', async () => {
  const hub = await spawnHub({ HUB_DATA_DIR: folders.make(), HUB_DEMO_SPEED: '20' });
  ends.push(() => hub.kill('SIGTERM'));
  // Anyone on loopback may read the demo: no key is given here.
  const live = subscribe<Change>(hub.url, CHANGES);
  ends.push(() => live.close());
  const seen: string[] = [];
  while (!seen.includes('CANCELLED ORANGE') || seen.length < 4) {
    const { kind, warning } = (await live.next(30_000)).warningChanged;
    expect(warning.status).toBe('EXERCISE');
    seen.push(`${kind} ${warning.level}`);
    expect(seen.length).toBeLessThan(20);
  }
  // The subscription may have begun in the middle of a round; a correction by the other dialect may come between.
  const order = ['ISSUED BLUE', 'UPDATED YELLOW', 'UPDATED ORANGE', 'CANCELLED ORANGE'];
  const first = order.indexOf(seen.find((each) => order.includes(each)) as string);
  const told = seen.filter((each, i) => order.includes(each) && seen.indexOf(each) === i);
  expect(told).toEqual([...order.slice(first), ...order.slice(0, first)].slice(0, told.length));
  const { feeds } = await until(
    () => ask<Feeds>(hub.url, FEEDS),
    (answer) => answer.feeds.every((feed) => feed.state === 'LIVE' && (feed.mode === 'LIVE' || feed.receivedCount > 0)),
  );
  // What stays with its department is joined in: fresh, but for the moments in which its service is too busy.
  await until(
    () =>
      ask<Scenic>(hub.url, '{ scenicAreas { edges { node { visitorFlow { inPark } live { bookedToday stale } } } } }'),
    ({ scenicAreas: { edges } }) =>
      edges.length === 2 &&
      edges.every(({ node }) => node.visitorFlow && node.live?.stale === false && node.live.bookedToday >= 0),
  );
  for (const feed of feeds) expect([feed.id, feed.status, feed.rejections.edges]).toEqual([feed.id, 'EXERCISE', []]);
}, 120_000);
