import { ROAD_CAUSES, ROAD_EVENT_KINDS, ROAD_PHASES, ROAD_PLACINGS, ROAD_STATES } from '../../model/road-event.js';
import * as revision from '../../resolvers/shared/revision.js';
import * as road from '../../resolvers/transport/road-event.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Road events: closures, works and detours, and their list. */
export function addRoadEvents(builder: Builder, refs: Refs): void {
  builder.asEntity(refs.RoadEvent, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => road.roadEvent(id, context),
  });
  const enums = createEnums(builder);
  addType(builder, refs, enums);
  addEvent(builder, refs);
  addReport(builder, refs);
  const filter = builder.inputRef<road.RoadEventFilter>('RoadEventFilter');
  builder.inputType(filter, {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      divisions: t.stringList({
        description:
          'In these divisions or beneath; what has no place, or begins in no division known here, by the division its feed is for. 区划及其下级；无法定位或起点不在已知区划内的，按数据源所属区划。',
      }),
      since: t.field({ type: 'DateTime', description: 'Spoken of at or after this. 最近报送时间不早于。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon, if only in part. 与多边形相交。' }),
      states: t.field({ type: [enums.RoadState], description: 'In one of these states. 通行状态。' }),
      phases: t.field({
        type: [enums.RoadEventPhase],
        description: 'Planned, current or ended now; all if not given. 计划、进行中或已结束；不填为全部。',
      }),
      roads: t.stringList({ description: 'On these routes, e.g. "G30". 路线编码。' }),
    }),
  });
  const connection = connectionOf(builder, 'QueryRoadEvents', refs.RoadEvent);
  builder.queryField('roadEvents', (t) =>
    t.field({
      type: connection,
      description: 'Closed and hindered roads, the newest word first. 公路阻断及受阻事件，新的在前。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await road.roadEvents(args, context)) as never,
    }),
  );
}

const STATE_TEXT = {
  BLOCKED: 'Nobody passes. 阻断。',
  RESTRICTED: 'Some pass: one lane, one direction, some vehicles. 受限通行。',
  OPEN: 'Traffic flows. 畅通。',
};
const KIND_TEXT = {
  CLOSURE: 'A road blocked by what happened to it. 阻断。',
  WORK_ZONE: 'Works. 施工。',
  DETOUR: 'The way around another event. 绕行路线。',
  RESTRICTION: 'A standing limit of width, weight or height. 通行限制。',
  INCIDENT: 'An accident or the like. 事故。',
  OTHER: 'Anything else. 其他。',
};
const PHASE_TEXT = {
  PLANNED: 'Has not begun. 未开始。',
  CURRENT: 'Is. 进行中。',
  ENDED: 'Is over. 已结束。',
};
const PLACING_TEXT = {
  SOURCE: 'As the source drew it. 来源给出。',
  STAKE: 'Reckoned from route and stake by the stake table. 由路线和桩号推算。',
  NONE: 'Not known: see `placeNote`. 无法定位，见说明。',
};
const CAUSE_TEXT = {
  FLOOD: 'Flood, washed away. 水毁、洪水。',
  SNOW: 'Snow. 雪阻。',
  AVALANCHE: 'Avalanche. 雪崩。',
  ICE: 'Ice. 结冰。',
  LANDSLIDE: 'Landslide or rockfall. 滑坡、崩塌。',
  DEBRIS_FLOW: 'Debris flow. 泥石流。',
  WIND: 'Gale or sand. 大风、沙尘。',
  FOG: 'Fog. 大雾。',
  EARTHQUAKE: 'Earthquake. 地震。',
  FIRE: 'Fire. 火灾。',
  ACCIDENT: 'Traffic accident. 交通事故。',
  WORKS: 'Works. 施工。',
  CONTROL: 'Closed by order. 交通管制。',
  OTHER: 'Anything else, or not said. 其他或未说明。',
};

const valuesOf = <const K extends string>(names: readonly K[], text: Readonly<Record<K, string>>) =>
  Object.fromEntries(names.map((name) => [name, { description: text[name] }])) as Record<K, { description: string }>;

function createEnums(builder: Builder) {
  return {
    RoadState: builder.enumType('RoadState', {
      description: 'Whether one can pass. 通行状态。',
      values: valuesOf(ROAD_STATES, STATE_TEXT),
    }),
    RoadEventKind: builder.enumType('RoadEventKind', {
      description: 'What kind of road event. 公路事件种类。',
      values: valuesOf(ROAD_EVENT_KINDS, KIND_TEXT),
    }),
    RoadEventPhase: builder.enumType('RoadEventPhase', {
      description: "Judged by the hub's clock. 按当前时间判断的阶段。",
      values: valuesOf(ROAD_PHASES, PHASE_TEXT),
    }),
    RoadPlacing: builder.enumType('RoadPlacing', {
      description: 'How the hub knows where it is. 定位方式。',
      values: valuesOf(ROAD_PLACINGS, PLACING_TEXT),
    }),
    RoadCause: builder.enumType('RoadCause', {
      description: "Why; the source's own words stand beside it. 原因（灾害类别）。",
      values: valuesOf(ROAD_CAUSES, CAUSE_TEXT),
    }),
  };
}

function addType(builder: Builder, refs: Refs, enums: ReturnType<typeof createEnums>): void {
  builder.interfaceType(refs.RoadEventValues, {
    description: 'What is said of a road event. 公路事件内容。',
    fields: (t) => ({
      kind: t.field({
        type: enums.RoadEventKind,
        description: 'Which kind. 种类。',
        resolve: (node) => node.eventKind,
      }),
      state: t.field({
        type: enums.RoadState,
        description: 'As the source says; OPEN once it is over. 通行状态，结束后为畅通。',
        resolve: (node) => node.state,
      }),
      phase: t.field({
        type: enums.RoadEventPhase,
        description: 'Planned, current or ended now. 计划、进行中或已结束。',
        resolve: (node, _args, context) => road.phase(node, context),
      }),
      cause: t.field({ type: enums.RoadCause, description: 'Why. 原因。', resolve: (node) => node.cause }),
      causeText: t.exposeString('causeText', { nullable: true, description: "In the source's words. 灾害类别原文。" }),
      roadCode: t.exposeString('roadCode', { nullable: true, description: 'The route, e.g. "G30". 路线编码。' }),
      section: t.exposeString('section', { description: 'The section or the roads by name. 路段名称。' }),
      direction: t.exposeString('direction', { nullable: true, description: 'As the source says. 方向。' }),
      startStake: t.exposeString('startStake', {
        nullable: true,
        description: 'As written, e.g. "K12+300". 起点桩号。',
      }),
      endStake: t.exposeString('endStake', { nullable: true, description: 'As written. 止点桩号。' }),
      startStakeMetres: t.exposeFloat('startStakeMetres', {
        nullable: true,
        description: "From the route's beginning. 起点里程（米）。",
      }),
      endStakeMetres: t.exposeFloat('endStakeMetres', {
        nullable: true,
        description: "From the route's beginning. 止点里程（米）。",
      }),
      geometry: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'Point, MultiPoint or LineString; null where `placedBy` is NONE. 位置或线段，无法定位时为空。',
        resolve: (node) => node.geometry,
      }),
      placedBy: t.field({
        type: enums.RoadPlacing,
        description: 'How its place is known. 定位方式。',
        resolve: (node) => node.placedBy,
      }),
      placeNote: t.exposeString('placeNote', {
        nullable: true,
        description: 'Why it has no place, or only a part of one. 无法定位或只能部分定位的原因。',
      }),
      impact: t.exposeString('impact', {
        nullable: true,
        description: "On traffic, in the source's words. 通行影响原文。",
      }),
      measures: t.exposeString('measures', { nullable: true, description: 'What is done about it. 抢通措施。' }),
      description: t.exposeString('description', { nullable: true, description: "In the source's words. 描述。" }),
      startsAt: t.field({
        type: 'DateTime',
        description: 'Since when, or from when. 阻断（开始）时间。',
        resolve: (node) => node.startsAt,
      }),
      expectedEndAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it should be over. 预计恢复时间。',
        resolve: (node) => node.expectedEndAt,
      }),
      endedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was over, or first known to be. 恢复时间或得知恢复的时间。',
        resolve: (node) => node.endedAt,
      }),
      managingUnit: t.exposeString('managingUnit', {
        nullable: true,
        description: 'Who maintains the road. 管养单位。',
      }),
      reportingUnit: t.exposeString('reportingUnit', { nullable: true, description: 'Who reported it. 填报单位。' }),
      preparedBy: t.string({
        nullable: true,
        description:
          'Who filled in the form. Personal: null for whoever may not see it. 统计人。个人信息，无权时为空。',
        resolve: (node, _args, context) => road.person(node.preparedBy, context),
      }),
      reviewedBy: t.string({
        nullable: true,
        description: 'Who checked it. Personal: null for whoever may not see it. 审核人。个人信息，无权时为空。',
        resolve: (node, _args, context) => road.person(node.reviewedBy, context),
      }),
    }),
  });
}

function addEvent(builder: Builder, refs: Refs): void {
  builder.objectType(refs.RoadEvent, {
    description:
      "What blocks or hinders a road, one event however many departments tell of it: within 3 km and 6 h of one another, and on no different routes. Its values are those of one report: transport's form, then transport's other feeds, then the police; `separateReport` and `joinReport` put a wrong match right. `observedAt` is when that source last spoke of it, `position` where it begins. 公路阻断、受阻事件，多部门报送合为一条（相距3公里、6小时以内且路线不相矛盾）；取值依次为交通阻断信息表、交通其他来源、公安。observedAt 为最近报送时间，position 为起点。",
    interfaces: [refs.Report, refs.RoadEventValues],
    fields: (t) => ({
      id: t.id({ description: 'Stays, whatever is reported later. 标识，保持不变。', resolve: (node) => node.factId }),
      sources: t.field({
        type: [refs.RoadEventReport],
        description: 'Every department with its own values, in the order of precedence. 各部门的报告，按取值次序。',
        resolve: async (node, _args, context) => [...(await road.sources(node, context))],
      }),
    }),
  });
  builder.queryField('roadEvent', (t) =>
    t.field({
      type: refs.RoadEvent,
      nullable: true,
      description: 'One of them. 一个公路事件。',
      args: { id: t.arg.id({ required: true, description: 'Which. 标识。' }) },
      resolve: (_root, args, context) => road.roadEvent(String(args.id), context),
    }),
  );
}

function addReport(builder: Builder, refs: Refs): void {
  builder.objectType(refs.RoadEventReport, {
    description: 'What one department says of a road event. 某一部门对公路事件的报告。',
    interfaces: [refs.Report, refs.RoadEventValues],
    fields: (t) => ({
      roadEvent: t.field({
        type: refs.RoadEvent,
        nullable: true,
        description: 'The event it is taken for. 所属事件。',
        resolve: (node, _args, context) => road.roadEvent(node.factId, context),
      }),
      revisions: t.field({
        type: [refs.RoadEventRevision],
        description: 'What it said before, newest first, at most 100. 历次修订前的内容，新的在前。',
        resolve: async (node, _args, context) => [...(await revision.revisions(node, context))],
      }),
    }),
  });
  addRevision(builder, refs);
}

function addRevision(builder: Builder, refs: Refs): void {
  builder.objectType(refs.RoadEventRevision, {
    description: 'What a report said before it was corrected. 修订前的报告内容。',
    fields: (t) => {
      const text = (column: string, description: string) =>
        t.string({ nullable: true, description, resolve: (node) => revision.textOf(node, column) });
      const time = (column: string, description: string) =>
        t.field({
          type: 'DateTime',
          nullable: true,
          description,
          resolve: (node) => revision.dateOf(node, column),
        });
      return {
        revision: t.exposeInt('revision', { description: 'From 0. 修订序号。' }),
        receivedAt: t.field({
          type: 'DateTime',
          description: 'When the hub received it. 收到时间。',
          resolve: (node) => node.receivedAt,
        }),
        state: text('state', 'BLOCKED, RESTRICTED or OPEN. 通行状态。'),
        impact: text('impact', "On traffic, in the source's words. 通行影响原文。"),
        measures: text('measures', 'What was done about it. 抢通措施。'),
        observedAt: time('observed_at', 'When the source said so. 报送时间。'),
        expectedEndAt: time('expected_end_at', 'When it should have been over. 预计恢复时间。'),
        endedAt: time('ended_at', 'When it was over. 恢复时间。'),
      };
    },
  });
}
