import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendEntries } from '../events/log.js';
import { registerFeeds } from '../prisma/store/feeds.js';
import { expireWarnings } from '../prisma/store/write-warnings.js';
import { graphql } from './generated/gql.js';
import { type Graph, openGraph, READER, STRANGER, type Viewer } from './support/graph.js';
import { warningRecord } from './support/records.js';
import { FORECASTER, OFFICER, person, RELEASER, ReleaseDesk } from './support/release-desk.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const hours = (n: number): Date => new Date(NOW.getTime() + n * 3_600_000);
const FEED = 'weather/warnings';
let graph: Graph;
let desk: ReleaseDesk;
beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED, freshness: 'contact' }]);
  desk = new ReleaseDesk(graph);
});
afterAll(() => graph.close());

const OTHER_RELEASER = person('water-releaser', 'water', 'RELEASER');
const OTHER_READER = person('water-reader', 'water', 'READER');
const RED = { level: 'RED' } as const;

const WARNING = graphql(
  `query ReleasedWarning($id: ID!) { warning(id: $id) { id state status issuedAt feed { id state } } }`,
);
const see = async (id: string, viewer: Viewer = READER) => (await graph.ask(WARNING, { id }, viewer)).warning;
const stateOf = async (id: string) => (await see(id))?.state;
/** What the log tells of a warning, in order. */
const told = async (id: string): Promise<string[]> => {
  const { rows } = await graph.db.read.query<{ told: string }>(
    `SELECT payload->>'kind' || ' ' || (payload->'warning'->>'state') AS told FROM log_entry
     WHERE topic = 'warning' AND key = $1 ORDER BY position`,
    [id],
  );
  return rows.map((row) => row.told);
};

describe('what has not been released', () => {
  const LIST = graphql(`
    query Drafts { warnings(filter: { states: [DRAFT, PENDING, REJECTED] }, first: 200) { edges { node { id } } } }
  `);
  const listed = async (viewer: Viewer): Promise<string[]> =>
    (await graph.ask(LIST, {}, viewer)).warnings.edges.map(({ node }) => node.id);
  const TO_RELEASE = graphql(`
    query ToRelease($after: String) {
      warningsToRelease(first: 2, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } }
    }
  `);
  const waiting = async (viewer: Viewer): Promise<string[]> => {
    const ids: string[] = [];
    for (let after: string | null | undefined; ; ) {
      const { warningsToRelease: page } = await graph.ask(TO_RELEASE, { after: after ?? null }, viewer);
      ids.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.endCursor;
      if (!page.pageInfo.hasNextPage) return ids;
    }
  };

  test('is seen by its department and the duty officer only: by id, in lists, by its release, live', async () => {
    const LIVE = graphql(`subscription LiveWarnings { warningChanged { kind warning { id } } }`);
    const followers = await Promise.all(
      [STRANGER, OTHER_READER, READER].map((viewer) => graph.follow(LIVE, {}, viewer)),
    );
    const firsts = followers.map((follower) => follower.next());
    const pending = await desk.pending();
    const ids = [(await desk.draft()).release?.id ?? '', pending, (await desk.draft(RED)).release?.id ?? ''];
    await desk.submit(ids[2] ?? '');
    await desk.sendBack(ids[2] ?? '');
    const auditor = person('a', 'weather', 'AUDITOR', 'READER');
    for (const viewer of [STRANGER, OTHER_READER, OTHER_RELEASER, person('u', 'weather', 'AUDITOR')]) {
      for (const id of ids) expect(await see(id, viewer)).toBeNull();
      expect((await listed(viewer)).filter((id) => id.startsWith('65420241600000'))).toEqual([]);
    }
    // The control: those of the department see them all.
    for (const viewer of [FORECASTER, RELEASER, OFFICER, READER, auditor]) {
      for (const id of ids) expect(await see(id, viewer)).toMatchObject({ id });
      expect(await listed(viewer)).toEqual(expect.arrayContaining(ids));
    }
    // Only what was released is told, and that is the first thing that anyone is told.
    const id = await desk.out();
    for (const first of firsts) {
      const { value } = await first;
      expect(value).toMatchObject({ data: { warningChanged: { kind: 'ISSUED', warning: { id } } } });
    }
    await Promise.all(followers.map((follower) => follower.return(undefined)));
    const RELEASE_OF = graphql(`query ReleaseOf($id: ID!) { warning(id: $id) { release { id } cancellation { id } } }`);
    await desk.cancel(id);
    for (const viewer of [STRANGER, OTHER_READER])
      expect((await graph.ask(RELEASE_OF, { id }, viewer)).warning).toEqual({ release: null, cancellation: null });
    expect((await graph.ask(RELEASE_OF, { id }, RELEASER)).warning).toEqual({
      release: { id },
      cancellation: { id: expect.any(String) },
    });
  });

  test('waits in the lists of those whose consent it needs, until they have given it', async () => {
    const [yellow, red] = [await desk.pending(), await desk.pending(RED)];
    const has = async (viewer: Viewer) =>
      [yellow, red]
        .map((id, i) => [id, i] as const)
        .filter(([id]) => lists.get(viewer)?.includes(id))
        .map(([, i]) => i);
    const lists = new Map<Viewer, string[]>();
    const read = async (...viewers: Viewer[]) => {
      for (const viewer of viewers) lists.set(viewer, await waiting(viewer));
    };
    await read(RELEASER, OFFICER, OTHER_RELEASER);
    expect([await has(RELEASER), await has(OFFICER), await has(OTHER_RELEASER)]).toEqual([[0, 1], [1], []]);
    await desk.release(red, RELEASER);
    await desk.release(yellow, RELEASER);
    await read(RELEASER, OFFICER);
    expect([await has(RELEASER), await has(OFFICER)]).toEqual([[], [1]]);
    expect((await graph.answer(String(TO_RELEASE), {}, READER)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test('does not expire, and goes out no more once its time is over', async () => {
    const id = await desk.pending();
    const active = await desk.out();
    graph.now = hours(6);
    await graph.db.transaction(async (client) => appendEntries(client, await expireWarnings(client, hours(6))));
    expect([await stateOf(id), await stateOf(active)]).toEqual(['PENDING', 'EXPIRED']);
    expect(await told(id)).toEqual([]);
    expect((await desk.release(id)).what).toBe('EXPIRED');
    expect((await desk.sendBack(id)).what).toBe('WarningReturned');
    expect((await desk.draft({ draft: id })).what).toBe('WarningDrafted');
    expect((await desk.submit(id)).what).toBe('WarningSubmitted');
    expect((await desk.release(id)).what).toBe('WarningReleased');
    graph.now = NOW;
  });

  test('gives way to a feed’s own warning of the same identifier, which is told as new', async () => {
    const id = await desk.pending();
    await graph.take(FEED, [warningRecord(id, NOW, { status: 'ACTUAL' })]);
    expect(await told(id)).toEqual(['ISSUED ACTIVE']);
    expect((await desk.release(id)).what).toBe('ALREADY_RELEASED');
    expect((await desk.draft({ draft: id })).what).toBe('NOT_A_DRAFT');
  });
});

describe('exercises and tests', () => {
  test.each(['EXERCISE', 'TEST'] as const)('%s stays what it is, and is never shown to the public', async (status) => {
    const draft = (await desk.draft({ status })).release?.id ?? '';
    expect((await desk.draft({ draft, status: 'ACTUAL' })).what).toBe('STATUS_IS_FIXED');
    await desk.submit(draft);
    await desk.sendBack(draft);
    expect((await desk.draft({ draft, status: 'ACTUAL' })).what).toBe('STATUS_IS_FIXED');
    await desk.draft({ draft, status });
    await desk.submit(draft);
    await desk.release(draft, OFFICER, { bypass: { reason: '演练应急直发' } });
    // A feed that brings the same identifier as if in earnest does not change it.
    for (const format of ['12379', 'cap'] as const)
      await graph.take(FEED, [
        warningRecord(draft, hours(1), { status: 'ACTUAL', format, raw: `${status} ${format}` }),
      ]);
    const next = (await desk.update(draft)).release?.id ?? '';
    await desk.submit(next);
    await desk.release(next);
    for (const id of [draft, next]) {
      expect(await see(id, OTHER_READER)).toMatchObject({ status });
      expect(await see(id, STRANGER)).toBeNull();
    }
    const { rows } = await graph.db.read.query(
      `SELECT DISTINCT payload->'warning'->>'status' AS status FROM log_entry WHERE topic = 'warning' AND key = ANY($1)`,
      [[draft, next]],
    );
    expect(rows).toEqual([{ status }]);
    // The control: the same in earnest is seen.
    expect(await see(await desk.out(), STRANGER)).toMatchObject({ status: 'ACTUAL' });
  });
});

describe('what may be written', () => {
  test.each([
    [{ hazardCode: '11D00' }, 'HAZARD_NOT_OF_DEPARTMENT', 'hazardCode'],
    [{ divisions: ['654202', '654223'] }, 'DIVISION_OUTSIDE_AREA', 'divisions'],
    [{ audiences: [{ group: 'SCHOOL', division: '654200' }] }, 'DIVISION_OUTSIDE_AREA', 'divisions'],
    [{ expiresAt: hours(48.5).toISOString() }, 'EXPIRES_TOO_LATE', 'expiresAt'],
    [{ expiresAt: NOW.toISOString() }, 'EXPIRED', 'expiresAt'],
  ] as const)('against the rules %j is refused as %s', async (change, what, field) => {
    expect(await desk.draft(change)).toMatchObject({ what, field, message: expect.any(String) });
  });

  const zh = { language: 'zh-CN', headline: '暴雨', description: '有雨' };
  test.each([
    ['no text', { texts: [] }],
    ['no Chinese text', { texts: [{ ...zh, language: 'kk' }] }],
    ['two of one language', { texts: [zh, { ...zh, language: 'zh-cn' }] }],
    ['no language', { texts: [zh, { ...zh, language: '!' }] }],
    ['an empty headline', { texts: [{ ...zh, headline: ' ' }] }],
    ['a long headline', { texts: [{ ...zh, headline: '雨'.repeat(101) }] }],
    ['a headline of two lines', { texts: [{ ...zh, headline: '雨\n雪' }] }],
    ['a long text', { texts: [{ ...zh, description: '雨'.repeat(2001) }] }],
    ['a control character', { texts: [{ ...zh, description: '雨\u0007' }] }],
    ['a turn of direction', { texts: [{ ...zh, description: '雨\u202e' }] }],
    ['no division', { divisions: [] }],
    ['an unknown division', { divisions: ['654202999'] }],
    ['effective after its end', { effectiveAt: hours(7).toISOString() }],
    ['expected after its end', { onsetAt: hours(7).toISOString() }],
    ['an empty key', { idempotencyKey: ' ' }],
  ])('%s is BAD_INPUT, and says where', async (_name, change) => {
    const { data, errors } = await graph.answer(
      'mutation ($input: DraftWarningInput!) { draftWarning(input: $input) { __typename } }',
      { input: { idempotencyKey: desk.key(), hazardCode: '11B03', status: 'ACTUAL', ...desk.content(), ...change } },
      FORECASTER,
    );
    expect(data).toBeNull();
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_INPUT', field: expect.any(String) });
  });

  const SHOWN = graphql(`
    query Shown($id: ID!) {
      warning(id: $id) {
        senderName
        kk: headline(language: "kk-Cyrl-CN") ug: headline(language: "ug") en: headline(language: "en-GB") ru: headline(language: "ru")
        sender: senderName(language: "en") hazard(language: "ug") languages
        divisions { code }
        audiences { group division { code } }
      }
    }
  `);
  test('texts of several languages are shown in the one asked for, else by the hub’s order of languages', async () => {
    const id = await desk.out({
      texts: [
        { ...zh, headline: '中文' },
        { ...zh, language: 'ug', headline: 'ئۇيغۇرچە', hazard: 'قارا يامغۇر' },
        { ...zh, language: 'en', headline: 'English' },
      ],
      divisions: ['654202500', '654202000000'],
      audiences: [{ group: 'SCHOOL', division: '654202' }],
    });
    const shown = (await graph.ask(SHOWN, { id }, STRANGER)).warning;
    expect(shown).toEqual({
      senderName: '乌苏市气象局',
      kk: '中文',
      ug: 'ئۇيغۇرچە',
      en: 'English',
      ru: '中文',
      sender: 'Wusu Meteorological Bureau',
      hazard: 'قارا يامغۇر',
      languages: ['en', 'ug', 'zh-CN'],
      divisions: [{ code: '654202500' }, { code: '654202' }],
      audiences: [{ group: 'SCHOOL', division: { code: '654202' } }],
    });
    graph.languages = ['ug', 'zh-CN'];
    expect((await graph.ask(SHOWN, { id }, STRANGER)).warning).toMatchObject({ kk: 'ئۇيغۇرچە', en: 'English' });
    graph.languages = ['tr'];
    expect((await graph.ask(SHOWN, { id }, STRANGER)).warning).toMatchObject({ kk: 'English' });
    graph.languages = ['zh-CN', 'ug', 'kk', 'en'];
  });
});

test('what a department releases is a feed of its own: seen by it, counted, never late, and it outlives a change of settings', async () => {
  const id = await desk.out();
  graph.now = hours(100);
  await graph.db.transaction((client) => registerFeeds(client, []));
  expect(await see(id, RELEASER)).toMatchObject({ feed: { id: 'weather/releases', state: 'LIVE' } });
  expect((await see(id, STRANGER))?.feed).toBeNull();
  graph.now = NOW;
});

test('what was done stays as it was done', async () => {
  const id = await desk.out();
  const change = graph.db.write.query(`UPDATE warning_release_step SET principal_id = 'x' WHERE release_id = $1`, [id]);
  await expect(change).rejects.toThrow('never changed');
  const STEPS = graphql(
    `query Steps($id: ID!) { warning(id: $id) { release { steps { kind by department { code } at } } } }`,
  );
  const { warning } = await graph.ask(STEPS, { id }, RELEASER);
  expect(warning?.release?.steps.map(({ kind, by }) => `${kind} ${by}`)).toEqual([
    'DRAFTED forecaster',
    'SUBMITTED forecaster',
    'RELEASED another-releaser',
  ]);
});

test('nothing failed inside meanwhile', () => {
  expect(graph.internal).toEqual([]);
});
