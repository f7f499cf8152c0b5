import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { overdueBypasses } from '../prisma/store/read-releases.js';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER, STRANGER, type Viewer } from './support/graph.js';
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
const BOTH = person('both', 'weather', 'FORECASTER', 'RELEASER');
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

describe('every state, every mutation, every role', () => {
  const actors = {
    STRANGER,
    READER: person('reader', 'weather', 'READER'),
    FEEDER: person('feeder', 'weather', 'FEEDER'),
    FORECASTER,
    'another FORECASTER': person('second-forecaster', 'weather', 'FORECASTER'),
    RELEASER,
    DUTY_OFFICER: OFFICER,
    AUDITOR: person('auditor', 'weather', 'AUDITOR', 'READER'),
    ADMINISTRATOR: person('administrator', 'weather', 'ADMINISTRATOR'),
    'the hub’s ADMINISTRATOR': ADMIN,
    'FORECASTER elsewhere': person('water-forecaster', 'water', 'FORECASTER'),
    'RELEASER elsewhere': OTHER_RELEASER,
  };
  type ActorName = keyof typeof actors;
  const update = (id: string) => desk.update(id);
  const fixtures = {
    DRAFT: async () => (await desk.draft()).release?.id ?? '',
    PENDING: () => desk.pending(),
    REJECTED: async () => {
      const id = await desk.pending();
      await desk.sendBack(id);
      return id;
    },
    ACTIVE: () => desk.out(),
    SUPERSEDED: async () => {
      const id = await desk.out();
      const next = (await update(id)).release?.id ?? '';
      await desk.submit(next);
      await desk.release(next);
      return id;
    },
    CANCELLED: async () => {
      const id = await desk.out();
      await desk.release((await desk.cancel(id)).release?.id ?? '');
      return id;
    },
    EXPIRED: async () => {
      const id = await desk.out();
      await graph.db.write.query(`UPDATE warning SET expires_at = $2 WHERE identifier = $1`, [id, NOW]);
      return id;
    },
  };
  type State = keyof typeof fixtures;
  const PUBLISHED: readonly State[] = ['ACTIVE', 'SUPERSEDED', 'CANCELLED', 'EXPIRED'];
  const writers: readonly ActorName[] = ['FORECASTER', 'another FORECASTER'];
  const rest = (what: string, ...but: Partial<Record<State, string>>[]): Record<State, string> => ({
    DRAFT: what,
    PENDING: what,
    REJECTED: what,
    ACTIVE: what,
    SUPERSEDED: what,
    CANCELLED: what,
    EXPIRED: what,
    ...Object.assign({}, ...but),
  });
  const out = rest('ALREADY_RELEASED', { DRAFT: 'NOT_SUBMITTED', REJECTED: 'WAS_RETURNED' });

  interface Row {
    readonly call: (id: string, viewer: Viewer) => Promise<{ readonly what: string }>;
    /** What comes of it for those who may, by the state. */
    readonly may: Partial<Record<ActorName, Record<State, string>>>;
    /** Roles that may do it, in their own department. */
    readonly roles: readonly string[];
    /** It is about a warning that all may see, not about its release. */
    readonly ofWarning?: boolean;
  }
  const each = (names: readonly ActorName[], what: Record<State, string>) =>
    Object.fromEntries(names.map((name) => [name, what]));
  const table: Readonly<Record<string, Row>> = {
    'draftWarning anew': {
      call: (id, viewer) => desk.draft({ draft: id }, viewer),
      may: each(writers, rest('NOT_A_DRAFT', { DRAFT: 'WarningDrafted', REJECTED: 'WarningDrafted' })),
      roles: ['FORECASTER'],
    },
    submitWarning: {
      call: (id, viewer) => desk.submit(id, viewer),
      may: each(writers, rest('NOT_A_DRAFT', { DRAFT: 'WarningSubmitted', REJECTED: 'WAS_RETURNED' })),
      roles: ['FORECASTER'],
    },
    releaseWarning: {
      call: (id, viewer) => desk.release(id, viewer),
      may: {
        RELEASER: { ...out, PENDING: 'WarningReleased' },
        DUTY_OFFICER: { ...out, PENDING: 'APPROVAL_NOT_NEEDED' },
      },
      roles: ['RELEASER', 'DUTY_OFFICER'],
    },
    'releaseWarning with a bypass': {
      call: (id, viewer) => desk.release(id, viewer, { bypass: { reason: '洪峰将至' } }),
      may: each(['RELEASER', 'DUTY_OFFICER'], { ...out, PENDING: 'WarningReleased' }),
      roles: ['RELEASER', 'DUTY_OFFICER'],
    },
    returnWarning: {
      call: (id, viewer) => desk.sendBack(id, viewer),
      may: {
        RELEASER: rest('NOT_PENDING', { PENDING: 'WarningReturned' }),
        DUTY_OFFICER: rest('NOT_PENDING', { PENDING: 'APPROVAL_NOT_NEEDED' }),
      },
      roles: ['RELEASER', 'DUTY_OFFICER'],
    },
    updateWarning: {
      call: (id, viewer) => desk.update(id, {}, viewer),
      may: each(writers, rest('NOT_IN_FORCE', { ACTIVE: 'WarningDrafted' })),
      roles: ['FORECASTER'],
      ofWarning: true,
    },
    cancelWarning: {
      call: (id, viewer) => desk.cancel(id, viewer),
      may: each([...writers, 'RELEASER'], rest('NOT_IN_FORCE', { ACTIVE: 'WarningSubmitted' })),
      roles: ['FORECASTER', 'RELEASER'],
      ofWarning: true,
    },
    reviewBypass: {
      call: (id, viewer) => desk.review(id, viewer),
      may: each(['RELEASER', 'DUTY_OFFICER'], rest('NOT_BYPASSED')),
      roles: ['RELEASER', 'DUTY_OFFICER'],
    },
  };

  const expected = (row: Row, actor: ActorName, state: State): string => {
    const may = row.may[actor]?.[state];
    if (may) return may;
    if (actor === 'STRANGER') return 'UNAUTHENTICATED';
    if (!actors[actor].roles.some((role) => row.roles.includes(role))) return 'FORBIDDEN';
    return row.ofWarning && PUBLISHED.includes(state) ? 'FORBIDDEN' : 'NOT_FOUND';
  };

  test.each(Object.keys(fixtures) as State[])('%s', async (state) => {
    let id = await fixtures[state]();
    expect(await stateOf(id)).toBe(state);
    for (const [mutation, row] of Object.entries(table))
      for (const actor of Object.keys(actors) as ActorName[]) {
        const { what } = await row.call(id, actors[actor]);
        expect(`${actor}: ${mutation}: ${what}`).toBe(`${actor}: ${mutation}: ${expected(row, actor, state)}`);
        if (/^(Warning|Bypass)/.test(what)) id = await fixtures[state]();
      }
    // What was refused changed nothing.
    expect(await stateOf(id)).toBe(state);
  });
});

describe('two pairs of eyes', () => {
  test('orange and red need the duty officer too, whatever the order; the log is told once, with the last consent', async () => {
    for (const order of [
      [RELEASER, OFFICER],
      [OFFICER, RELEASER],
    ] as const) {
      const id = await desk.pending(RED);
      const first = await desk.release(id, order[0]);
      expect(first).toMatchObject({ what: 'WarningPending', repeated: false, release: { state: 'PENDING' } });
      expect(first.approvalsMissing).toEqual([order[1] === OFFICER ? 'DUTY_OFFICER' : 'RELEASER']);
      expect(await told(id)).toEqual([]);
      expect((await desk.release(id, order[0])).what).toBe('ALREADY_APPROVED');
      const last = await desk.release(id, order[1]);
      expect(last).toMatchObject({
        what: 'WarningReleased',
        release: { bypassed: false, warning: { state: 'ACTIVE' } },
      });
      expect(last.release?.approvals.map(({ by }) => by)).toEqual(order.map(({ name }) => name));
      expect(await told(id)).toEqual(['ISSUED ACTIVE']);
    }
  });

  test('whoever wrote any version of it does not release it, and a new version needs its consents anew', async () => {
    const id = (await desk.draft(RED, BOTH)).release?.id ?? '';
    await desk.submit(id, FORECASTER);
    expect((await desk.release(id, BOTH)).what).toBe('SAME_PERSON');
    expect((await desk.release(id, RELEASER)).what).toBe('WarningPending');
    expect((await desk.sendBack(id, OFFICER)).what).toBe('WarningReturned');
    expect((await desk.draft({ ...RED, draft: id }, FORECASTER)).release).toMatchObject({ version: 2, approvals: [] });
    await desk.submit(id);
    expect((await desk.release(id, BOTH)).what).toBe('SAME_PERSON');
    expect((await desk.release(id, OFFICER, { version: 1 })).what).toBe('VERSION_CHANGED');
    expect((await desk.release(id, OFFICER, { version: 2 })).approvalsMissing).toEqual(['RELEASER']);
    expect((await desk.release(id, RELEASER)).what).toBe('WarningReleased');
  });

  test('an update goes by its new level, a cancellation by the level of what it ends; both are told', async () => {
    const id = await desk.out();
    const next = (await desk.update(id, { level: 'ORANGE' })).release;
    expect(next).toMatchObject({ kind: 'UPDATE', approvalsRequired: ['RELEASER', 'DUTY_OFFICER'] });
    await desk.submit(next?.id ?? '');
    await desk.release(next?.id ?? '');
    expect(await stateOf(id)).toBe('ACTIVE');
    const released = await desk.release(next?.id ?? '', OFFICER);
    expect(released.release?.warning).toMatchObject({ state: 'ACTIVE', level: 'ORANGE', supersedes: [{ id }] });
    expect(await stateOf(id)).toBe('SUPERSEDED');
    expect(await told(next?.id ?? '')).toEqual(['UPDATED ACTIVE']);
    const end = await desk.cancel(next?.id ?? '', RELEASER);
    expect(end.release).toMatchObject({ kind: 'CANCEL', approvalsRequired: ['RELEASER', 'DUTY_OFFICER'] });
    const cancelId = end.release?.id ?? '';
    expect((await desk.release(cancelId, RELEASER)).what).toBe('SAME_PERSON');
    expect((await desk.release(cancelId, OFFICER)).what).toBe('WarningPending');
    const ended = await desk.release(cancelId, person('third', 'weather', 'RELEASER'));
    expect(ended).toMatchObject({
      what: 'WarningReleased',
      release: { warning: { id: next?.id, state: 'CANCELLED' } },
    });
    expect(await told(next?.id ?? '')).toEqual(['UPDATED ACTIVE', 'CANCELLED CANCELLED']);
    expect(await see(cancelId)).toBeNull();
  });

  test('of two updates of one warning the second is refused once the first is out', async () => {
    const id = await desk.out();
    const [a, b] = [(await desk.update(id)).release?.id ?? '', (await desk.update(id)).release?.id ?? ''];
    for (const each of [a, b]) await desk.submit(each);
    expect((await desk.release(a)).what).toBe('WarningReleased');
    expect((await desk.release(b)).what).toBe('NOT_IN_FORCE');
  });
});

describe('once, and only once', () => {
  test('forty releases at once under one key release it once, and all forty get the same answer', async () => {
    const id = await desk.pending();
    const idempotencyKey = desk.key();
    const answers = await Promise.all(Array.from({ length: 40 }, () => desk.release(id, RELEASER, { idempotencyKey })));
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1);
    const same = answers.map(({ repeated: _repeated, ...answer }) => JSON.stringify(answer));
    expect(new Set(same).size).toBe(1);
    expect(answers[0]).toMatchObject({ what: 'WarningReleased', release: { warning: { id, state: 'ACTIVE' } } });
    expect(await told(id)).toEqual(['ISSUED ACTIVE']);
  });

  test('forty releases at once by five people under forty keys release it once, and tell the others so', async () => {
    const people = Array.from({ length: 4 }, (_, n) => person(`releaser-${n}`, 'weather', 'RELEASER'));
    for (const level of ['YELLOW', 'RED'] as const) {
      const id = await desk.pending({ level });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, n) => desk.release(id, n % 5 === 4 ? OFFICER : people[n % 5])),
      );
      const count = (what: string): number => answers.filter((answer) => answer.what === what).length;
      expect(count('WarningReleased')).toBe(1);
      expect(count('WarningPending')).toBe(level === 'RED' ? 1 : 0);
      const late = ['ALREADY_RELEASED', 'ALREADY_APPROVED', 'APPROVAL_NOT_NEEDED'].map(count);
      expect(late.reduce((sum, n) => sum + n, 0)).toBe(level === 'RED' ? 38 : 39);
      expect(await told(id)).toEqual(['ISSUED ACTIVE']);
      const { rows } = await graph.db.read.query(
        `SELECT count(*)::int AS n FROM warning_release_step WHERE release_id = $1 AND kind = 'RELEASED'`,
        [id],
      );
      expect(rows).toEqual([{ n: 1 }]);
    }
  });

  test('a key gives the same answer again, also of what was done since; other content under it is CONFLICT', async () => {
    const idempotencyKey = desk.key();
    const first = await desk.draft({ idempotencyKey });
    const again = await desk.draft({ idempotencyKey });
    expect(again).toEqual({ ...first, repeated: true });
    expect((await desk.draft({ idempotencyKey, level: 'BLUE' })).what).toBe('CONFLICT');
    expect((await desk.submit(first.release?.id ?? '', FORECASTER, { idempotencyKey })).what).toBe('CONFLICT');
    const moved = person('forecaster', 'water', 'FORECASTER');
    expect((await desk.draft({ idempotencyKey }, moved)).what).toBe('NOT_FOUND');
    // Keys are each principal's own.
    const other = await desk.draft({ idempotencyKey }, person('f2', 'weather', 'FORECASTER'));
    expect(other.release?.id).not.toBe(first.release?.id);
    const id = await desk.pending(RED);
    const consent = { idempotencyKey: desk.key() };
    expect((await desk.release(id, RELEASER, consent)).what).toBe('WarningPending');
    await desk.release(id, OFFICER);
    expect(await desk.release(id, RELEASER, consent)).toMatchObject({
      what: 'WarningPending',
      repeated: true,
      approvalsMissing: ['DUTY_OFFICER'],
      release: { state: 'RELEASED' },
    });
    // A refusal is kept under no key: what was wrong may be put right.
    const draft = (await desk.draft()).release?.id ?? '';
    const tried = { idempotencyKey: desk.key() };
    expect((await desk.release(draft, RELEASER, tried)).what).toBe('NOT_SUBMITTED');
    await desk.submit(draft);
    expect(await desk.release(draft, RELEASER, tried)).toMatchObject({ what: 'WarningReleased', repeated: false });
  });

  test('identifiers are the sender’s, by Beijing’s clock, and never the same, also when many are made at once', async () => {
    graph.now = hours(0.5);
    const drafts = await Promise.all(Array.from({ length: 8 }, () => desk.draft()));
    graph.now = NOW;
    const ids = drafts.map(({ release }) => release?.id).sort();
    expect(ids).toEqual(Array.from({ length: 8 }, (_, n) => `65420241600000_2026060116300${n}`));
    const water = await desk.draft({ hazardCode: '11A01' }, person('wf', 'water', 'FORECASTER'));
    expect(water.release?.id).toBe('65420233200000_20260601160000');
  });
});

describe('the emergency bypass', () => {
  const REVIEWS = graphql(`
    query Reviews($overdue: Boolean) {
      bypassesToReview(overdue: $overdue) {
        edges { node { id bypass { overdue reviewDueAt approvalsMissing step { by note } review { by verdict } } } }
      }
    }
  `);
  const reviews = async (viewer: Viewer, overdue = false) =>
    (await graph.ask(REVIEWS, { overdue }, viewer)).bypassesToReview.edges.map(({ node }) => node);

  test('lets even the writer release at once, is flagged, and waits for someone else’s review', async () => {
    const id = (await desk.draft(RED, BOTH)).release?.id ?? '';
    await desk.submit(id, BOTH);
    for (const reason of ['', '急', 'x'.repeat(501), 'a\u0000bcdef'])
      expect((await desk.release(id, BOTH, { bypass: { reason } })).what).toBe('BAD_INPUT');
    const released = await desk.release(id, BOTH, { bypass: { reason: '洪峰一小时内到达' } });
    expect(released).toMatchObject({
      what: 'WarningReleased',
      release: { bypassed: true, warning: { state: 'ACTIVE' } },
    });
    expect(released.approvalsMissing).toEqual(['RELEASER', 'DUTY_OFFICER']);
    const open = (await reviews(OFFICER)).find((each) => each.id === id);
    expect(open).toEqual({
      id,
      bypass: {
        overdue: false,
        reviewDueAt: hours(24).toISOString(),
        approvalsMissing: ['RELEASER', 'DUTY_OFFICER'],
        step: { by: 'both', note: '洪峰一小时内到达' },
        review: null,
      },
    });
    expect((await desk.review(id, BOTH)).what).toBe('SAME_PERSON');
    expect(await reviews(OFFICER, true)).toEqual([]);
    expect(await overdueBypasses(graph.db.read, NOW)).toBe(0);
    graph.now = hours(24);
    expect((await reviews(OFFICER, true)).map((each) => each.id)).toContain(id);
    expect((await reviews(RELEASER, true)).map((each) => each.id)).toContain(id);
    expect(await reviews(OTHER_RELEASER, true)).toEqual([]);
    expect(await overdueBypasses(graph.db.read, hours(24))).toBeGreaterThan(0);
    expect(await desk.review(id)).toMatchObject({ what: 'BypassReviewed' });
    expect((await desk.review(id, RELEASER)).what).toBe('ALREADY_REVIEWED');
    expect((await reviews(OFFICER)).map((each) => each.id)).not.toContain(id);
    graph.now = NOW;
  });

  test('is reviewed by none who gave an earlier consent, be it to an earlier text', async () => {
    const third = person('third-releaser', 'weather', 'RELEASER');
    const id = await desk.pending(RED);
    expect((await desk.release(id, third)).what).toBe('WarningPending');
    await desk.sendBack(id);
    await desk.draft({ ...RED, draft: id });
    await desk.submit(id);
    const bypass = { reason: '洪峰将至，不能再等' };
    expect((await desk.release(id, RELEASER, { bypass })).what).toBe('WarningReleased');
    for (const viewer of [third, RELEASER]) expect((await desk.review(id, viewer)).what).toBe('SAME_PERSON');
    expect((await desk.review(id, OFFICER)).what).toBe('BypassReviewed');
  });

  test('passes over consents, and over nothing else', async () => {
    const bypass = { reason: '情况紧急万分' };
    const id = await desk.pending();
    expect((await desk.release(id, OTHER_RELEASER, { bypass })).what).toBe('NOT_FOUND');
    expect((await desk.release(id, FORECASTER, { bypass })).what).toBe('FORBIDDEN');
    expect(await desk.release(id, RELEASER, { bypass })).toMatchObject({ release: { bypassed: false } });
    const late = await desk.pending(RED);
    graph.now = hours(6);
    expect((await desk.release(late, OFFICER, { bypass })).what).toBe('EXPIRED');
    graph.now = NOW;
  });
});

test('nothing failed inside meanwhile', () => {
  expect(graph.internal).toEqual([]);
});
