import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { migratedDatabase } from './support/database.js';
import { type Mood, RemoteService } from './support/remote-service.js';
import { ADMIN_KEY, startHub, until } from './support/running-hub.js';

const AREAS = Array.from({ length: 30 }, (_, n) => `JQ-${String(n).padStart(2, '0')}`);
const LIMIT_MS = 700;
/** What a loaded machine may add to an answer; the remotes of these tests take for ever, or until they are stopped. */
const MARGIN_MS = 4000;

interface Live {
  parkingFree: number;
  bookedToday: number;
  ageSeconds: number;
  stale: boolean;
}
interface Answer {
  data: {
    scenicAreas: { edges: { node: { code: string; name: string; grade: { code: string }; live: Live | null } }[] };
    feeds: { id: string; mode: string; state: string; stateReason: string | null }[];
    departments: { code: string }[];
    division: { name: string };
  };
  errors?: { path: (string | number)[]; message: string; extensions: Record<string, unknown> }[];
  milliseconds: number;
}
const QUERY = `{
  scenicAreas(first: 200) { edges { node { code name grade { code } live { parkingFree bookedToday ageSeconds stale } } } }
  feeds { id mode state stateReason }
  departments { code }
  division(code: "654202") { name }
}`;

/** A hub with thirty scenic areas, and the department's service that has their live figures. */
interface World {
  readonly service: RemoteService;
  readonly origin: string;
  ask(query?: string): Promise<Answer>;
  /** Puts the service in its best mood, and resolves once the hub has seen it. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

const nodes = ({ data }: Answer) => data.scenicAreas.edges.map(({ node }) => node);
const lives = (answer: Answer) => nodes(answer).map(({ live }) => live);

/** All that the answer holds beside the live figures. */
function expectTheRest(answer: Answer): void {
  expect(nodes(answer).map(({ code, grade }) => [code, grade.code])).toEqual(AREAS.map((code) => [code, '3A']));
  expect(answer.data.departments).toHaveLength(12);
  expect(answer.data.division).toMatchObject({ name: expect.stringMatching(/./) });
  expect(answer.data.feeds.map(({ id, mode }) => [id, mode])).toEqual([
    ['tourism/scenic-service', 'LIVE'],
    ['tourism/visitor-flow', 'COPY'],
  ]);
}

const TRANSPORTS = {
  'graphql-remote': (at: string) =>
    `transport: graphql-remote, url: "${at}/graphql", query: "query ($codes: [ID!]!) { areas(codes: $codes) { code spaces booked { today } } }"`,
  http: (at: string) => `transport: http, url: "${at}/areas?codes={codes}"`,
};
type Transport = keyof typeof TRANSPORTS;

async function openWorld(transport: Transport, more: string): Promise<World> {
  const service = new RemoteService();
  const origin = await service.start();
  const database = await migratedDatabase();
  const areas = AREAS.map((code) => `{ code: ${code}, name: 演练·${code}, lon: 84.7, lat: 44.4, grade: 3A }`);
  const base = 'expectedEverySeconds: 600, zone: Asia/Shanghai, crs: WGS84, exercise: true';
  const hub = await startHub(
    database.url,
    `
  tourism/visitor-flow: { ${base}, key: { generated: x }, areas: [${areas.join(', ')}] }
  tourism/scenic-service: { ${base}, ${TRANSPORTS[transport](origin)}, items: areas, maxBytes: 100000,
    fields: { parkingFree: spaces, bookedToday: booked.today }, timeoutMs: ${LIMIT_MS}, ${more} }`,
  );
  const ask = async (query = QUERY): Promise<Answer> => {
    const startedAt = performance.now();
    const response = await fetch(`${hub.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ADMIN_KEY}` },
      body: JSON.stringify({ query }),
    });
    const answer = (await response.json()) as Answer;
    return { ...answer, milliseconds: performance.now() - startedAt };
  };
  const recover = async (): Promise<void> => {
    service.mood = 'well';
    const well = (answer: Answer): boolean =>
      nodes(answer).length === AREAS.length && answer.errors === undefined && feedOf(answer)?.state === 'LIVE';
    await until(() => ask(), well);
  };
  const close = async (): Promise<void> => {
    await hub.stop();
    await database.drop();
    await service.stop();
  };
  await recover();
  return { service, origin, ask, recover, close };
}

const feedOf = ({ data }: Answer) => data.feeds.find(({ id }) => id === 'tourism/scenic-service');

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});
/** The same, for one test alone. */
async function open(transport: Transport, more: string): Promise<World> {
  const world = await openWorld(transport, more);
  worlds.push(world);
  return world;
}

const EVERY: readonly Transport[] = ['graphql-remote', 'http'];
const NO_CACHE = 'cacheSeconds: 0';
/** Nothing is remembered, and the service is never left alone. */
const NO_MEMORY = `${NO_CACHE}, keepSeconds: 0, breaker: { failures: 100 }`;

describe.each(EVERY)('a service over %s', (transport) => {
  let forgetful: World;
  beforeAll(async () => {
    forgetful = await openWorld(transport, NO_MEMORY);
  });
  afterAll(() => forgetful.close());

  test('gets one request for all scenic areas of a query, and none while its answer is young', async () => {
    const { ask, service } = await open(transport, 'cacheSeconds: 3600');
    service.requests.length = 0;
    const [one, two] = [await ask(), await ask()];
    // What `open` asked for is in the cache.
    expect(service.requests).toEqual([]);
    for (const answer of [one, two]) {
      expectTheRest(answer);
      expect(lives(answer)[0]).toEqual({
        parkingFree: 5,
        bookedToday: 7,
        ageSeconds: expect.any(Number),
        stale: false,
      });
    }
    const ages = [one, two].map((answer) => lives(answer)[3]?.ageSeconds ?? -1);
    expect(ages[0]).toBeGreaterThan(0);
    expect(ages[1]).toBeGreaterThan(ages[0] ?? 0);
  });

  test('without a cache it gets one request a query, with every code once', async () => {
    const { ask, service } = forgetful;
    service.requests.length = 0;
    const answer = await ask();
    expect(service.requests).toEqual([AREAS]);
    expect(lives(answer).map((live) => live?.stale)).toEqual(AREAS.map(() => false));
  });

  test.each<Mood>([
    'hanging',
    'dribbling',
    'huge',
    'failing',
    'erring',
    'talking',
    'cutting',
    'redirecting',
  ])('that is %s keeps nothing else from its place, and from being on time', async (mood) => {
    const { ask, service, recover } = forgetful;
    await recover();
    service.mood = mood;
    const answer = await ask();
    expect(answer.milliseconds).toBeLessThan(LIMIT_MS + MARGIN_MS);
    expectTheRest(answer);
    expect(lives(answer)).toEqual(AREAS.map(() => null));
    expect(answer.errors).toHaveLength(AREAS.length);
    expect(answer.errors?.[2]).toMatchObject({
      path: ['scenicAreas', 'edges', 2, 'node', 'live'],
      message: expect.stringMatching(/^tourism\/scenic-service gives no answer: \w/),
      extensions: {
        code: 'SOURCE_UNAVAILABLE',
        feed: 'tourism/scenic-service',
        lastReceivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    });
    const down = await until(
      () => ask('{ feeds { id mode state stateReason } }'),
      (each) => feedOf(each)?.state === 'DOWN',
    );
    expect(feedOf(down)?.stateReason).toMatch(/\w/);
    service.mood = 'well';
  });

  test('that is hanging, or failing, is stood in for by what it said last', async () => {
    const { ask, service, recover } = await open(transport, `${NO_CACHE}, breaker: { failures: 100 }`);
    for (const mood of ['hanging', 'failing'] as const) {
      await recover();
      service.mood = mood;
      const answer = await ask();
      expectTheRest(answer);
      expect(answer.errors).toBeUndefined();
      for (const live of lives(answer)) expect(live).toMatchObject({ parkingFree: 5, stale: true });
      expect(lives(answer)[0]?.ageSeconds).toBeGreaterThan(0);
    }
  });
});

test('the control: asked without a limit, the service does not answer for longer than the hub’s whole answer took', async () => {
  const { ask, origin, service } = await open('http', NO_MEMORY);
  for (const mood of ['hanging', 'dribbling'] as const) {
    service.mood = mood;
    const stop = new AbortController();
    let answered = false;
    const direct = fetch(`${origin}/areas?codes=JQ-01`, { signal: stop.signal })
      .then((response) => response.text())
      .then(
        () => {
          answered = true;
        },
        () => undefined,
      );
    expectTheRest(await ask());
    expect(answered).toBe(false);
    stop.abort();
    await direct;
  }
});

test('one item’s error costs that item alone', async () => {
  const { ask, service } = await open('graphql-remote', NO_MEMORY);
  service.mood = 'partly';
  const answer = await ask();
  expectTheRest(answer);
  expect(lives(answer).map((live) => live === null)).toEqual(AREAS.map((_code, i) => i === 1));
  expect(answer.errors).toMatchObject([
    { path: ['scenicAreas', 'edges', 1, 'node', 'live'], message: expect.stringContaining('no such gate') },
  ]);
  // The link itself is well.
  expect(feedOf(await ask('{ feeds { id state } }'))?.state).toBe('LIVE');
});

describe('the circuit breaker', () => {
  test('leaves a failing service alone: no further request reaches it, and answers no longer wait for it', async () => {
    const breaker = 'breaker: { failures: 2, halfOpenAfterSeconds: 600 }';
    const { ask, service } = await open('graphql-remote', `${NO_CACHE}, keepSeconds: 0, ${breaker}`);
    service.mood = 'hanging';
    await until(ask, ({ milliseconds }) => milliseconds < LIMIT_MS / 2);
    // Once more, for what was under way then.
    await ask();
    const before = service.requests.length;
    const answers = [];
    for (let n = 0; n < 10; n += 1) answers.push(await ask());
    expect(service.requests).toHaveLength(before);
    for (const answer of answers) {
      expectTheRest(answer);
      expect(answer.errors?.[0]?.extensions.code).toBe('SOURCE_UNAVAILABLE');
    }
    // At least one of ten was far quicker than the limit, on however loaded a machine.
    expect(Math.min(...answers.map(({ milliseconds }) => milliseconds))).toBeLessThan(LIMIT_MS / 2);
  });

  test('a service that is well again is seen without a question, and answers anew', async () => {
    const { ask, service } = await open(
      'graphql-remote',
      `${NO_CACHE}, breaker: { failures: 1, halfOpenAfterSeconds: 0.3 }`,
    );
    service.mood = 'failing';
    await ask();
    const stateOf = () => ask('{ feeds { id state } }').then((answer) => feedOf(answer)?.state);
    await until(stateOf, (state) => state === 'DOWN');
    service.mood = 'well';
    await until(stateOf, (state) => state === 'LIVE');
    expect(lives(await ask()).map((live) => live?.stale)).toEqual(AREAS.map(() => false));
  });
});

test('a feed that is switched off says so, and the rest is answered', async () => {
  const { ask, service } = await open('http', NO_MEMORY);
  await ask('mutation { disableFeed(id: "tourism/scenic-service", reason: "moving house") { state } }');
  service.requests.length = 0;
  const answer = await ask();
  expectTheRest(answer);
  expect(answer.errors?.[0]).toMatchObject({
    message: expect.stringContaining('switched off'),
    extensions: { code: 'SOURCE_UNAVAILABLE' },
  });
  expect(service.requests).toEqual([]);
});
