import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BundleItem } from '../model/exchange.js';
import { CITY, PREFECTURE, Side } from './support/exchange-sides.js';
import { type Graph, READER, type Viewer } from './support/graph.js';

const NOW = new Date('2026-06-01T08:00:00Z');
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const OFFICER: Viewer = {
  ...READER,
  id: 'key:duty',
  name: '值班员甲',
  department: 'EMERGENCY',
  roles: ['DUTY_OFFICER'],
};

let city: Side;
let prefecture: Side;
beforeAll(async () => {
  city = await Side.open(CITY, 'prefecture', PREFECTURE, NOW, []);
  prefecture = await Side.open(PREFECTURE, 'wusu', CITY, NOW, []);
  city.kinds = prefecture.kinds = { instruction: {}, acknowledgement: {} };
});
afterAll(async () => {
  await city.graph.close();
  await prefecture.graph.close();
});

const FIELDS = `id direction peer state overdue title acknowledgedBy acknowledgeNote outcome outcomeText outcomeBy cancelReason
  dueAt status hazard(language: "zh") divisionCodes`;
const RESULT = `{ __typename ... on InstructionSaved { repeated instruction { ${FIELDS} } } ... on InstructionRefused { reason } }`;
interface Result {
  readonly __typename: string;
  readonly repeated?: boolean;
  readonly reason?: string;
  readonly instruction?: { readonly id: string; readonly state: string } & Record<string, unknown>;
}
const call = async (graph: Graph, text: string, viewer = OFFICER): Promise<Result> => {
  const { data, errors } = await graph.answer(`mutation { r: ${text} ${RESULT} }`, {}, viewer);
  if (errors?.[0]) throw errors[0];
  return (data as { r: Result }).r;
};
const issue = (key: string, more = '', due = at(120)): Promise<Result> =>
  call(
    prefecture.graph,
    `issueInstruction(input: { idempotencyKey: "${key}", peer: "wusu", title: "转移低洼处群众", text: "两小时内完成转移", hazardCode: "11B03",
       dueAt: "${due.toISOString()}" ${more} })`,
  );
const of = async (side: Side, id: string) =>
  (await side.graph.answer(`{ instruction(id: "${id}") { ${FIELDS} } }`, {}, OFFICER)).data
    ?.instruction as Result['instruction'];
const acts = async () =>
  (await city.graph.db.read.query('SELECT peer, seq, who, what, done FROM exchange_act ORDER BY seq')).rows;
/** Hands over what one side has to tell the other. */
const pass = async (from: Side, to: Side, seq = 1): Promise<BundleItem[]> => {
  const items = await from.seal();
  expect(await to.take(items, seq)).toEqual(items.map(() => undefined));
  return items;
};

test('an instruction becomes a task beneath, its acknowledgement and outcome go up, and the bundle counts as acted on', async () => {
  const followed = await city.graph.followText<{
    data: { instructionChanged: { cursor: string } & Record<string, unknown> };
  }>('subscription { instructionChanged { cursor change instruction { id state } } }', OFFICER);
  const issued = await issue('1');
  expect(issued).toMatchObject({ __typename: 'InstructionSaved', repeated: false, instruction: { state: 'OPEN' } });
  expect(await issue('1')).toMatchObject({ repeated: true, instruction: { id: issued.instruction?.id } });
  const above = issued.instruction?.id ?? '';
  const items = await pass(prefecture, city, 7);
  expect(items.map(({ type, id, op }) => [type, id, op])).toEqual([['instruction', above, 'upsert']]);
  // Who issued it stays at home.
  expect(JSON.stringify(items)).not.toMatch(/key:duty|值班员甲/);
  const below = `prefecture/${above}`;
  expect(await of(city, below)).toMatchObject({
    ...{ direction: 'RECEIVED', peer: 'prefecture', state: 'OPEN', overdue: false, title: '转移低洼处群众' },
    ...{ status: 'ACTUAL', hazard: '暴雨', divisionCodes: ['654202'], dueAt: at(120).toISOString() },
  });
  expect(await city.take(items)).toEqual([undefined]);
  expect(await city.told('instruction')).toBe(1);

  expect(await call(city.graph, `acknowledgeInstruction(id: "${below}", note: "已安排")`)).toMatchObject({
    instruction: { state: 'ACKNOWLEDGED', acknowledgeNote: '已安排', acknowledgedBy: 'key:duty' },
  });
  expect(await call(city.graph, `acknowledgeInstruction(id: "${below}")`)).toMatchObject({ repeated: true });
  const other = { ...OFFICER, id: 'key:other' };
  expect(await call(city.graph, `acknowledgeInstruction(id: "${below}")`, other)).toMatchObject({
    reason: 'ALREADY_ACKNOWLEDGED',
  });
  const [acknowledged] = await pass(city, prefecture);
  expect(acknowledged).toMatchObject({
    type: 'acknowledgement',
    id: above,
    payload: { note: '已安排', outcome: null },
  });
  expect(await of(prefecture, above)).toMatchObject({
    state: 'ACKNOWLEDGED',
    acknowledgeNote: '已安排',
    acknowledgedBy: null,
  });

  await call(city.graph, `reportInstructionOutcome(id: "${below}", outcome: PARTLY, text: "已转移 30 人")`);
  expect(await acts()).toEqual([]);
  await call(city.graph, `reportInstructionOutcome(id: "${below}", outcome: DONE, text: "全部转移")`);
  expect(await acts()).toEqual([{ peer: 'prefecture', seq: 7, who: '值班员甲', what: 'DONE', done: false }]);
  const reported = await pass(city, prefecture);
  expect(await of(prefecture, above)).toMatchObject({
    state: 'DONE',
    outcome: 'DONE',
    outcomeText: '全部转移',
    outcomeBy: null,
  });
  // Older words of it change nothing any more.
  expect(await prefecture.take([acknowledged as BundleItem, ...reported])).toEqual([undefined, undefined, undefined]);
  expect(await of(prefecture, above)).toMatchObject({ state: 'DONE' });
  expect(await prefecture.seal()).toEqual([]);
  expect(await call(city.graph, `reportInstructionOutcome(id: "${below}", outcome: CANNOT, text: "x")`)).toMatchObject({
    reason: 'ALREADY_REPORTED',
  });
  expect(await call(prefecture.graph, `cancelInstruction(id: "${above}", reason: "x")`)).toMatchObject({
    reason: 'ALREADY_FINISHED',
  });

  const told = [];
  for (let n = 0; n < 4; n += 1) told.push((await followed.next()).value?.data?.instructionChanged);
  expect(told.map((each) => each?.change)).toEqual(['RECEIVED', 'ACKNOWLEDGED', 'OUTCOME', 'OUTCOME']);
  await followed.return(undefined);
  const again = await city.graph.followText<{ data: { instructionChanged: Record<string, unknown> } }>(
    `subscription { instructionChanged(after: "${told[1]?.cursor}") { change instruction { state } } }`,
    OFFICER,
  );
  expect((await again.next()).value?.data?.instructionChanged).toEqual({
    change: 'OUTCOME',
    instruction: { state: 'DONE' },
  });
  await again.return(undefined);
});

test('one that is taken back is no longer a task; what came with it keeps its bundle open', async () => {
  const [first, second] = [await issue('2'), await issue('3', 'status: EXERCISE')];
  await pass(prefecture, city, 8);
  const ids = [first, second].map(({ instruction }) => instruction?.id ?? '');
  await call(prefecture.graph, `cancelInstruction(id: "${ids[0]}", reason: "水位已回落")`);
  const [cancelled] = await pass(prefecture, city, 9);
  expect(cancelled?.op).toBe('cancel');
  expect(await of(city, `prefecture/${ids[0]}`)).toMatchObject({ state: 'CANCELLED', cancelReason: '水位已回落' });
  expect(await call(city.graph, `acknowledgeInstruction(id: "prefecture/${ids[0]}")`)).toMatchObject({
    reason: 'CANCELLED',
  });
  expect((await acts()).map(({ seq, what }) => [seq, what])).toEqual([
    [7, 'DONE'],
    [9, 'CANCELLED'],
  ]);
  await call(city.graph, `reportInstructionOutcome(id: "prefecture/${ids[1]}", outcome: CANNOT, text: "无此类装备")`);
  expect((await acts()).map(({ seq, what }) => [seq, what])).toEqual([
    [7, 'DONE'],
    [8, 'CANNOT'],
    [9, 'CANCELLED'],
  ]);
  await pass(city, prefecture);
});

test('one whose time has passed is overdue on both sides until it is finished', async () => {
  const { instruction } = await issue('4', '', at(30));
  await pass(prefecture, city, 10);
  city.now = prefecture.now = at(31);
  const list = `{ instructions(filter: { overdue: true }) { edges { node { id overdue } } } }`;
  const overdue = async (side: Side) => (await side.graph.answer(list, {}, OFFICER)).data;
  expect(await overdue(city)).toEqual({
    instructions: { edges: [{ node: { id: `prefecture/${instruction?.id}`, overdue: true } }] },
  });
  expect(await overdue(prefecture)).toEqual({
    instructions: { edges: [{ node: { id: instruction?.id, overdue: true } }] },
  });
});

test('instructions are given downwards, and by the duty officer alone; whoever reads for the hub sees them', async () => {
  const up = `issueInstruction(input: { idempotencyKey: "9", peer: "prefecture", title: "x", text: "x", dueAt: "${at(99).toISOString()}" })`;
  expect(await call(city.graph, up)).toMatchObject({ reason: 'NOT_SUBORDINATE' });
  expect(await call(city.graph, up.replace('"prefecture"', '"x"'))).toMatchObject({ reason: 'UNKNOWN_PEER' });
  expect(await issue('10', '', at(0))).toMatchObject({ reason: 'DUE_IN_PAST' });
  await expect(issue('1', 'divisions: ["654202100"]')).rejects.toMatchObject({ extensions: { code: 'CONFLICT' } });
  await expect(issue('11', 'divisions: ["654223"]')).rejects.toMatchObject({ extensions: { code: 'BAD_INPUT' } });
  for (const viewer of [READER, { ...OFFICER, roles: ['READER' as const] }])
    await expect(call(city.graph, up, viewer)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  const list = '{ instructions(first: 2) { edges { node { id } } pageInfo { hasNextPage } } }';
  expect((await city.graph.answer(list)).data).toMatchObject({ instructions: { pageInfo: { hasNextPage: true } } });
  expect((await city.graph.answer(list, {}, { ...OFFICER, roles: ['READER'] })).errors).toHaveLength(1);
});

test('what comes from beneath, or is not what it says, is refused with code, path and note', async () => {
  const payload = {
    ...{
      title: 'x',
      text: 'x',
      hazardCode: null,
      divisions: ['654202'],
      status: 'ACTUAL',
      issuedAt: NOW.toISOString(),
    },
    ...{ dueAt: at(60).toISOString(), cancelledAt: null, cancelReason: null },
  };
  const provenance = { department: 'EMERGENCY' as const, feed: null, changedAt: NOW.toISOString() };
  const item: BundleItem = { type: 'instruction', id: 'i', version: '0', op: 'upsert', payload, provenance };
  const fault = async (side: Side, change: object, more: Partial<BundleItem> = {}) =>
    (await side.take([{ ...item, ...more, payload: { ...payload, ...change } }]))[0];
  const note = expect.stringMatching(/.{5}/);
  expect(await fault(prefecture, {})).toEqual({ code: 'NOT_SUPERIOR', path: 'provenance', note });
  expect(await fault(city, { dueAt: NOW.toISOString() })).toEqual({
    code: 'DUE_BEFORE_ISSUED',
    path: 'payload.dueAt',
    note,
  });
  expect(await fault(city, { divisions: ['654223'] })).toEqual({
    code: 'DIVISION_OUTSIDE',
    path: 'payload.divisions.0',
    note,
  });
  expect(await fault(city, {}, { op: 'cancel' })).toEqual({ code: 'OP_DIFFERS', path: 'op', note });
  const unknown = {
    ...{ instruction: 'none', acknowledgedAt: NOW.toISOString(), note: null },
    ...{ outcome: null, outcomeAt: null, outcomeText: null },
  };
  expect(await prefecture.take([{ ...item, type: 'acknowledgement', id: 'none', payload: unknown }])).toEqual([
    { code: 'UNKNOWN_INSTRUCTION', path: 'payload.instruction', note },
  ]);
});
