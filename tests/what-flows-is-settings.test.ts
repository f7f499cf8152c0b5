import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import { makeKey, peerYaml, sideSettings } from './support/exchange-pair.js';
import { ADMIN, READER } from './support/graph.js';
import { observationRecord, registerRecord, stationRecord, warningRecord } from './support/records.js';
import { CITY, PREFECTURE, Side } from './support/tier-sides.js';

const NOW = new Date('2026-06-01T08:02:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

/** What a start says of the settings of what flows: undefined where it goes on. */
function startSays(flow: object): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-flow-'));
  try {
    const [own, theirs] = [makeKey('city-1'), makeKey('prefecture-1')];
    const peers = { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [theirs], { flow }) };
    const { text, env } = sideSettings({ party: CITY, tier: 'CITY', keys: [own], peers });
    writeFileSync(join(folder, 'hub.yaml'), text);
    readConfig(join(folder, 'hub.yaml'), connectors, { env, generated: () => '' }).exchange({});
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By which of the ways to choose each kind can be chosen; docs/exchange-content.md has the same table. */
const WAYS = {
  minLevel: 'II',
  hazards: ['11B'],
  divisions: ['654202'],
  departments: ['WATER'],
} as const;
const CHOSEN_BY: Readonly<Record<string, readonly (keyof typeof WAYS)[]>> = {
  warning: ['minLevel', 'hazards', 'divisions', 'departments'],
  warningReach: ['minLevel', 'hazards', 'divisions'],
  incidentReport: ['minLevel', 'divisions'],
  observationDigest: ['divisions'],
  resourceDigest: ['divisions'],
  instruction: ['hazards', 'divisions'],
  acknowledgement: [],
};

describe('a start', () => {
  test.each(
    Object.entries(CHOSEN_BY),
  )('takes of %s what can choose it, and refuses the rest with where, why and what to do', (kind, ways) => {
    for (const [way, value] of Object.entries(WAYS)) {
      const level = kind.startsWith('warning') ? 'RED' : value;
      const says = startSays({ [kind]: { [way]: way === 'minLevel' ? level : value } });
      if (ways.some((each) => each === way)) expect([kind, way, says]).toEqual([kind, way, undefined]);
      else
        expect(says).toMatch(
          new RegExp(
            `hub.yaml:\\d+: exchange.peers.prefecture.flow.${kind}.${way}: has no effect here: .*(leave it out|choose by)`,
          ),
        );
    }
  });

  test('refuses to choose among signs of life, to choose what is not told, and what is no hazard', () => {
    expect(startSays({ heartbeat: {} })).toMatch(/flow\.heartbeat: has no effect here: .*heartbeatSeconds/);
    expect(startSays({ warning: { send: false, minLevel: 'RED' } })).toMatch(/warning\.minLevel: .*send: false/);
    expect(
      startSays({ warning: { send: false, accept: { divisions: 'ANY' } }, acknowledgement: { send: false } }),
    ).toBeUndefined();
    expect(startSays({ warning: { hazards: ['flood'] } })).toMatch(/warning\.hazards\.0: a hazard code such as 11B03/);
    expect(startSays({ observationDigest: { everyMinute: 5 } })).toMatch(/observationDigest\.everyMinute/);
  });
});

describe('what flows', () => {
  let city: Side;
  beforeAll(async () => {
    const feeds = ['water/telemetry', 'weather/warnings', 'emergency/registries'].map((id) => ({ id }));
    city = await Side.open(CITY, 'prefecture', PREFECTURE, NOW, feeds);
    await city.graph.take('water/telemetry', [
      ...['S', 'T', 'U', 'V'].flatMap((code) => [stationRecord(code), observationRecord(code, at(-20), 120)]),
    ]);
    await city.graph.take('emergency/registries', [
      ...['D-1', 'D-2', 'D-3'].map((code) =>
        registerRecord('rescue-team', code, { teamType: 'FLOOD', memberCount: 35 }),
      ),
    ]);
    const placed = {
      S: '654202100',
      T: '654202101',
      U: '654202',
      V: null,
      'D-1': '654202100',
      'D-2': '654202101',
      'D-3': null,
    };
    for (const [code, division] of Object.entries(placed))
      for (const table of ['station', 'register_entry'])
        await city.graph.db.write.query(`UPDATE ${table} SET division_code = $2 WHERE code = $1`, [code, division]);
    for (const feed of ['water/telemetry', 'emergency/registries']) {
      const { errors } = await city.graph.answer(
        `mutation { grantDataset(input: { toPeer: "prefecture", feed: "${feed}", reason: "x" }) { id } }`,
        {},
        ADMIN,
      );
      expect(errors).toBeUndefined();
    }
  });
  afterAll(() => city.graph.close());

  /** The items of the next hour's digests under these settings. */
  const digests = async (kinds: object) => {
    city.kinds = kinds;
    city.now = new Date(city.now.getTime() + 3_600_000);
    await city.tell();
    return city.seal();
  };

  test('of stations is what lies in the divisions of the settings, or may lie there; without divisions all of it', async () => {
    const settings = { everyMinutes: 60, divisions: ['654202100000'] };
    const codes = (await digests({ observationDigest: settings })).map(({ id }) => id.split(':')[1]);
    expect(codes).toEqual(['S', 'U']);
    expect(await digests({ observationDigest: { everyMinutes: 60 } })).toHaveLength(4);
    expect(await digests({ observationDigest: { everyMinutes: 60, divisions: ['654221'] } })).toEqual([]);
  });

  test('of registers is what lies there, as groups; a digest that waits through a change of settings follows the new ones', async () => {
    const settings = { everyMinutes: 60, registers: ['rescue-team'] };
    const [item] = await digests({ resourceDigest: { ...settings, divisions: ['654202100'] } });
    expect(item?.payload.groups).toMatchObject([{ division: '654202100', count: 1 }]);
    city.kinds = { resourceDigest: settings };
    city.now = new Date(city.now.getTime() + 3_600_000);
    await city.tell();
    city.kinds = { resourceDigest: { ...settings, divisions: ['654221'] } };
    expect(await city.seal()).toEqual([]);
  });

  test('of a warning’s reach is that of the warnings that the settings choose', async () => {
    const level = { RED: '65420241600000_20260601080201', BLUE: '65420241600000_20260601080202' } as const;
    city.kinds = { warning: {} };
    await city.graph.take(
      'weather/warnings',
      (['RED', 'BLUE'] as const).map((each) =>
        warningRecord(level[each], NOW, { level: each, status: 'ACTUAL', expiresAt: at(60 * 48) }),
      ),
    );
    expect(await city.seal()).toHaveLength(2);
    for (const identifier of Object.values(level))
      await city.graph.db.write.query(
        `INSERT INTO warning_acknowledgement (identifier, principal, recipient, at, late) VALUES ($1, 'a', '', $2, false)`,
        [identifier, city.now],
      );
    const reached = async (settings: object) => (await digests({ warningReach: settings })).map(({ id }) => id);
    expect(await reached({ minLevel: 'RED', hazards: ['11B'], divisions: ['654202'] })).toEqual([level.RED]);
    expect(await reached({ hazards: ['11A'] })).toEqual([]);
    expect(await reached({ divisions: ['654221'] })).toEqual([]);
    expect(await reached({})).toEqual([level.BLUE]);
  });

  test('of instructions is what the settings choose; another that is issued is set aside in sight, and what ends one that was told flows all the same', async () => {
    const prefecture = await Side.open(PREFECTURE, 'wusu', CITY, NOW, []);
    const officer = { ...READER, id: 'key:duty', department: 'EMERGENCY' as const, roles: ['DUTY_OFFICER' as const] };
    const issue = async (key: string, more: string): Promise<string> => {
      const { data, errors } = await prefecture.graph.answer(
        `mutation { issueInstruction(input: { idempotencyKey: "${key}", peer: "wusu", title: "x", text: "x", dueAt: "${at(600).toISOString()}" ${more} })
          { ... on InstructionSaved { instruction { id } } } }`,
        {},
        officer,
      );
      expect(errors).toBeUndefined();
      return (data as { issueInstruction: { instruction: { id: string } } }).issueInstruction.instruction.id;
    };
    try {
      prefecture.kinds = { instruction: { hazards: ['11B'], divisions: ['654202100'] } };
      await issue('a', 'hazardCode: "11B03"');
      await issue('b', '');
      expect(await prefecture.seal()).toHaveLength(2);
      const id = await issue('c', 'hazardCode: "11A01"');
      await expect(prefecture.seal()).rejects.toThrow('flow.instruction of wusu leaves out its hazard or divisions');
      prefecture.kinds = { instruction: {} };
      expect(await prefecture.seal()).toMatchObject([{ id }]);
      // It was told: what ends it flows whatever the settings say now.
      prefecture.kinds = { instruction: { hazards: ['11B'] } };
      await prefecture.graph.answer(
        `mutation { cancelInstruction(id: "${id}", reason: "x") { __typename } }`,
        {},
        officer,
      );
      expect(await prefecture.seal()).toMatchObject([{ id, op: 'cancel' }]);
    } finally {
      await prefecture.graph.close();
    }
  });
});
