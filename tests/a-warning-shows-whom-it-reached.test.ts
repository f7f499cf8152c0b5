import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RegisterRecord } from '../model/record.js';
import { writeAudiences } from '../prisma/store/audiences.js';
import { phonesOf, recipientsBy, recipientsWithPhone } from '../prisma/store/recipients.js';
import { graphql } from './generated/gql.js';
import { ADMIN, type Graph, openGraph, READER, STRANGER, type Viewer } from './support/graph.js';
import { warningRecord } from './support/records.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const FEED = 'emergency/registries';
let graph: Graph;

const of = (
  department: Viewer['department'],
  id = `key:${department}`,
  roles: Viewer['roles'] = ['READER'],
): Viewer => ({
  ...READER,
  id,
  department,
  roles,
});
const SCHOOL_SYSTEM = of('EMERGENCY', 'key:school');
const DUTY = of('EMERGENCY', 'key:duty', ['DUTY_OFFICER']);

const recipient = (code: string, divisionCode: string, fields: Record<string, string>): RegisterRecord => ({
  kind: 'register',
  noun: 'warning-recipient',
  code,
  name: `接收人 ${code}`,
  divisionCode,
  fields,
  status: 'EXERCISE',
  raw: code,
});
const idOf = (code: string): string => `${FEED}:warning-recipient:${code}`;

/** A delivery as a channel leaves it. */
async function delivered(identifier: string, code: string, state: string): Promise<void> {
  const { rows } = await graph.db.write.query<{ id: number }>(
    `INSERT INTO warning_dispatch (channel, identifier, kind, epoch, position, at, until, supersedes, warning)
     VALUES ('sms', $1, 'ISSUED', $2, 1, $3, $3, '{}', '{}') RETURNING id`,
    [identifier, randomUUID(), NOW],
  );
  await graph.db.write.query(
    `INSERT INTO warning_delivery (dispatch_id, channel, identifier, recipient, state, attempts, next_attempt_at, created_at)
     VALUES ($1, 'sms', $2, $3, $4, 1, $5, $5)`,
    [rows[0]?.id, identifier, idOf(code), state, NOW],
  );
}

beforeAll(async () => {
  graph = await openGraph(NOW, [{ id: FEED }, { id: 'weather/warnings' }, { id: 'water/warnings' }]);
  await graph.take(FEED, [
    recipient('town-a', '654202100', { group: 'INFORMATION_OFFICER', phone: '13900000001' }),
    recipient('town-b', '654202100001', { group: 'HERDER', phone: '13900000002' }),
    recipient('school', '654202101', { group: 'SCHOOL', principal: 'key:school' }),
    recipient('city', '654202', { group: 'RESPONDER' }),
    recipient('elsewhere', '654223', { group: 'SCHOOL' }),
  ]);
  await graph.take('weather/warnings', [
    warningRecord('all', NOW),
    warningRecord('one-town', NOW, { divisionCodes: ['654202100'] }),
    warningRecord('schools', NOW),
    warningRecord('short', NOW, { expiresAt: new Date(NOW.getTime() + 60_000) }),
  ]);
  await graph.take('water/warnings', [warningRecord('water', NOW)]);
  await graph.db.transaction((client) => writeAudiences(client, 'schools', [{ group: 'SCHOOL', division: '654202' }]));
});
afterAll(() => graph.close());

const REACH = graphql(`
  query WarningReached($id: ID!) {
    warning(id: $id) {
      reach {
        targeted delivered acknowledged reached officers share meetsPlan
        channels { channel queued sent delivered failed expired }
        townships { code targeted reached share meetsPlan uncovered division { name } }
      }
    }
  }
`);
const ACKNOWLEDGE = graphql(`
  mutation WarningKnown($identifier: ID!, $recipient: ID, $note: String) {
    acknowledgeWarning(identifier: $identifier, recipient: $recipient, note: $note) {
      __typename
      ... on WarningAcknowledged { repeated acknowledgements { recipient at late note } }
      ... on WarningNotAcknowledged { reason }
    }
  }
`);
const DELIVERIES = graphql(`
  query WarningsSent($filter: WarningDeliveryFilter, $first: Int, $after: String) {
    warningDeliveries(filter: $filter, first: $first, after: $after) {
      edges { node { warning { identifier } channel recipient state attempts } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const reachOf = async (id: string, viewer: Viewer = ADMIN) =>
  (await graph.ask(REACH, { id }, viewer)).warning?.reach ?? null;
const known = (identifier: string, viewer: Viewer, more: { recipient?: string; note?: string } = {}) =>
  graph.ask(ACKNOWLEDGE, { identifier, ...more }, viewer).then(({ acknowledgeWarning: answer }) => answer);

describe('whom a warning is meant for', () => {
  test('only by the emergency department’s register: another’s feeder adds nobody, speaks for nobody and has nobody texted', async () => {
    const rogue = { group: 'SCHOOL', phone: '13900000009', principal: 'key:rogue' };
    const id = 'water/warnings:warning-recipient:Z';
    const feeder = of('WATER', 'key:rogue', ['FEEDER']);
    const { errors } = await graph.answer(
      'mutation ($input: SaveWarningRecipientInput!) { saveWarningRecipient(input: $input) { id } }',
      { input: { id, code: 'Z', name: 'Z', division: '654202100', ...rogue } },
      feeder,
    );
    expect(errors?.[0]?.extensions.code).toBe('BAD_INPUT');
    // Nor where its own feed brings such an entry.
    await graph.take('water/warnings', [recipient('Z', '654202100', rogue)]);
    const before = await reachOf('all');
    expect(before?.targeted).toBe(4);
    expect(await recipientsWithPhone(graph.db.read, 'all', 'sms', undefined)).toEqual(['town-a', 'town-b'].map(idOf));
    expect(await phonesOf(graph.db.read, [id, idOf('town-a')])).toEqual(new Map([[idOf('town-a'), '13900000001']]));
    expect(await recipientsBy(graph.db.read, { principal: 'key:rogue' })).toEqual([]);
    expect(await known('all', DUTY, { recipient: id })).toMatchObject({ reason: 'NO_RECIPIENT' });
    expect(await reachOf('all')).toEqual(before);
  });

  test('without audiences everyone in its divisions, above or beneath them, and nobody elsewhere', async () => {
    expect((await reachOf('all'))?.targeted).toBe(4);
    expect((await reachOf('one-town'))?.targeted).toBe(3);
  });

  test('with audiences only those groups beneath their divisions', async () => {
    expect((await reachOf('schools'))?.targeted).toBe(1);
  });

  test('a township without recipients is listed as uncovered, and never meets the plan', async () => {
    const townships = (await reachOf('all'))?.townships ?? [];
    expect(townships.length).toBe(33);
    const covered = townships.filter(({ uncovered }) => !uncovered);
    expect(covered.map(({ code, targeted }) => [code, targeted])).toEqual([
      ['654202100', 2],
      ['654202101', 1],
    ]);
    expect(townships.find(({ code }) => code === '654202400')).toEqual({
      code: '654202400',
      targeted: 0,
      reached: 0,
      share: null,
      meetsPlan: false,
      uncovered: true,
      division: { name: '甘家湖牧场' },
    });
    expect((await reachOf('one-town'))?.townships.map(({ code }) => code)).toEqual(
      ['654202100', '654202101'].slice(0, 1),
    );
  });
});

describe('what has arrived', () => {
  test('is counted by recipient, channel and township, against the plan of 90 %', async () => {
    await delivered('all', 'town-a', 'DELIVERED');
    await delivered('all', 'town-b', 'FAILED');
    const reach = await reachOf('all');
    expect(reach).toMatchObject({ delivered: 1, acknowledged: 0, reached: 1, share: 0.25, meetsPlan: false });
    expect(reach?.channels).toEqual([{ channel: 'sms', queued: 0, sent: 0, delivered: 1, failed: 1, expired: 0 }]);
    expect(reach?.townships.find(({ code }) => code === '654202100')).toMatchObject({ share: 0.5, meetsPlan: false });
    // A later change that arrives counts, and the same recipient still once.
    await delivered('all', 'town-b', 'DELIVERED');
    await delivered('all', 'town-a', 'DELIVERED');
    const later = await reachOf('all');
    expect(later).toMatchObject({ targeted: 4, delivered: 2, reached: 2 });
    expect(later?.townships.find(({ code }) => code === '654202100')).toMatchObject({ share: 1, meetsPlan: true });
  });

  test('costs the same number of statements for one warning as for many', async () => {
    const MANY = graphql(`
      query WarningsReached($first: Int!) {
        warnings(first: $first) { edges { node { identifier reach { targeted channels { channel } townships { code } } } } }
      }
    `);
    const one = await graph.cost(MANY, { first: 1 });
    const many = await graph.cost(MANY, { first: 5 });
    expect(many.data.warnings.edges.length).toBe(5);
    expect(many.statements.length).toBe(one.statements.length);
  });

  test('is told to its own department, the duty officer and the staff, to nobody else', async () => {
    expect(await reachOf('all', of('WEATHER'))).not.toBeNull();
    expect(await reachOf('all', DUTY)).not.toBeNull();
    expect(await reachOf('all', of('WATER'))).toBeNull();
    expect(await reachOf('all', of('WEATHER', 'key:a', ['AUDITOR']))).toBeNull();
    expect(await reachOf('all', STRANGER)).toBeNull();
    const seen = async (viewer: Viewer) =>
      (await graph.ask(DELIVERIES, {}, viewer)).warningDeliveries.edges.map(({ node }) => node.warning?.identifier);
    expect((await seen(of('WEATHER'))).length).toBe(4);
    expect(await seen(of('WATER'))).toEqual([]);
    expect(await graph.answer(String(DELIVERIES), {}, of('WEATHER', 'key:a', ['AUDITOR']))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  test('is a ledger page by page, without a telephone number', async () => {
    const first = (await graph.ask(DELIVERIES, { first: 3, filter: { channels: ['sms'] } }, DUTY)).warningDeliveries;
    expect(first.edges.length).toBe(3);
    const after = first.pageInfo.endCursor as string;
    const rest = (await graph.ask(DELIVERIES, { first: 3, after }, DUTY)).warningDeliveries;
    expect([rest.edges.length, rest.pageInfo.hasNextPage]).toEqual([1, false]);
    const failed = await graph.ask(DELIVERIES, { filter: { states: ['FAILED'], warnings: ['all'] } }, DUTY);
    expect(failed.warningDeliveries.edges.map(({ node }) => node.recipient)).toEqual([idOf('town-b')]);
    expect(JSON.stringify([first, rest])).not.toContain('1390000');
    const bad = await graph.answer(String(DELIVERIES), { after: 'x' }, DUTY);
    expect(bad.errors?.[0]?.extensions.code).toBe('BAD_INPUT');
  });
});

describe('an acknowledgement', () => {
  test('by a recipient’s own system counts for that recipient, once however often', async () => {
    await delivered('schools', 'school', 'SENT');
    expect(await known('schools', SCHOOL_SYSTEM, { note: '已广播' })).toMatchObject({
      repeated: false,
      acknowledgements: [{ recipient: idOf('school'), late: false, note: '已广播' }],
    });
    expect(await known('schools', SCHOOL_SYSTEM, { note: 'again' })).toMatchObject({
      repeated: true,
      acknowledgements: [{ note: '已广播' }],
    });
    // What was handed over has thereby arrived.
    expect(await reachOf('schools')).toMatchObject({
      targeted: 1,
      acknowledged: 1,
      delivered: 1,
      officers: 0,
      share: 1,
    });
  });

  test('forty at once count once', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => known('water', SCHOOL_SYSTEM)));
    expect(answers.filter((answer) => answer.__typename === 'WarningAcknowledged' && !answer.repeated).length).toBe(1);
    expect(await reachOf('water')).toMatchObject({ acknowledged: 1, reached: 1 });
    await Promise.all(Array.from({ length: 40 }, (_, n) => known('water', of('TOURISM', `key:officer-${n % 4}`))));
    expect(await reachOf('water')).toMatchObject({ acknowledged: 1, officers: 4 });
  });

  test('for a recipient is for its own system or the duty officer', async () => {
    const recipient = idOf('city');
    expect(await known('all', of('WATER'), { recipient })).toMatchObject({ reason: 'NOT_YOURS' });
    expect(await known('all', of('WATER'), { recipient: idOf('nobody') })).toMatchObject({ reason: 'NOT_YOURS' });
    expect(await known('all', DUTY, { recipient: idOf('nobody') })).toMatchObject({ reason: 'NO_RECIPIENT' });
    expect(await known('all', DUTY, { recipient: idOf('elsewhere') })).toMatchObject({ reason: 'NOT_MEANT_FOR_IT' });
    expect(await known('all', DUTY, { recipient })).toMatchObject({ acknowledgements: [{ recipient }] });
    expect(await reachOf('all')).toMatchObject({ acknowledged: 1, reached: 3 });
  });

  test('after the warning is over is told as late; of a draft there is none; without a role none', async () => {
    graph.now = new Date(NOW.getTime() + 3_600_000);
    expect(await known('short', of('WATER'))).toMatchObject({ acknowledgements: [{ recipient: null, late: true }] });
    await graph.db.write.query(`UPDATE warning SET state = 'PENDING' WHERE identifier = 'one-town'`);
    expect(await known('one-town', of('WEATHER'))).toMatchObject({ reason: 'NOT_RELEASED' });
    const code = async (identifier: string, viewer: Viewer) =>
      (await graph.answer(String(ACKNOWLEDGE), { identifier }, viewer)).errors?.[0]?.extensions.code;
    expect(await code('one-town', of('WATER'))).toBe('NOT_FOUND');
    expect(await code('all', STRANGER)).toBe('UNAUTHENTICATED');
    expect(await code('all', of('WATER', 'key:a', ['AUDITOR']))).toBe('FORBIDDEN');
    graph.now = NOW;
  });
});
