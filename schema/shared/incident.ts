import * as incident from '../../resolvers/shared/incident.js';
import { pointOf } from '../../resolvers/shared/place.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Incidents 突发事件: their list, one of them, and what each was before. */
export function addIncidents(builder: Builder, refs: Refs): void {
  addClass(builder, refs);
  addIncident(builder, refs);
  addRevision(builder, refs);
  addQueries(builder, refs);
}

function addClass(builder: Builder, refs: Refs): void {
  builder.objectType(refs.IncidentClass, {
    description: 'A class of GB/T 35561-2017. 突发事件分类。',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Five digits. 五位代码。' }),
      name: t.string({
        description: 'Its name, that of the class above where it has none here. 名称，无名称时取上级。',
        args: { language: t.arg.string({ defaultValue: 'en', description: '"en" or "zh". 语言。' }) },
        resolve: (node, args) => (args.language?.startsWith('zh') ? node.zh : node.en),
      }),
      parent: t.field({
        type: refs.IncidentClass,
        nullable: true,
        description: 'The class above. 上级分类。',
        resolve: (node) => incident.parentOf(node),
      }),
    }),
  });
}

function addIncident(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Incident, {
    description:
      'What happened and calls for help; observedAt is when it happened or was called in. 突发事件；observedAt 为发生或报警时间。',
    interfaces: [refs.Report],
    fields: (t) => ({
      number: t.exposeString('number', { description: "The source's own number. 来源编号（公安为接警单号）。" }),
      title: t.exposeString('title', { description: 'In a few words. 标题。' }),
      description: t.exposeString('description', {
        nullable: true,
        description: "What is told of it; callers' numbers and names are masked. 事件内容，报警人信息已隐去。",
      }),
      address: t.exposeString('address', { nullable: true, description: 'Where, in words. 事发地址。' }),
      class: t.field({
        type: refs.IncidentClass,
        nullable: true,
        description: 'Its class, where known. 分类。',
        resolve: (node) => incident.classOf(node.classCode),
      }),
      level: t.field({ type: refs.IncidentLevel, description: 'How grave. 分级。', resolve: (node) => node.level }),
      state: t.field({
        type: refs.IncidentState,
        description: 'Where it stands. 状态。',
        resolve: (node) => node.state,
      }),
      sourceState: t.exposeString('sourceState', {
        nullable: true,
        description: "The state in the source's own word. 来源给出的状态。",
      }),
      sourceType: t.exposeString('sourceType', {
        nullable: true,
        description: "The kind in the source's own code (BJFSDM). 来源类别代码。",
      }),
      unitCode: t.exposeString('unitCode', { nullable: true, description: 'Who answers for it. 管辖单位代码。' }),
      dispatchNumber: t.exposeString('dispatchNumber', { nullable: true, description: 'Of the dispatch. 派警单号。' }),
      feedbackNumber: t.exposeString('feedbackNumber', { nullable: true, description: 'Of the feedback. 反馈单号。' }),
      changedAt: t.field({
        type: 'DateTime',
        description: 'The newest moment that its source names. 来源最新时间。',
        resolve: (node) => node.changedAt,
      }),
      history: t.field({
        type: [refs.IncidentRevision],
        description:
          'Its revisions, newest first, the present one among them; at most 100. 历次版本，新的在前，最多 100。',
        resolve: async (node, _args, context) => [...(await incident.history(node, context))],
      }),
    }),
  });
}

function addRevision(builder: Builder, refs: Refs): void {
  builder.objectType(refs.IncidentRevision, {
    description: 'An incident as it was after one change. 突发事件的一个版本。',
    fields: (t) => ({
      revision: t.exposeInt('revision', { description: 'Counted from 0. 版本号。' }),
      title: t.exposeString('title', { description: 'In a few words. 标题。' }),
      description: t.exposeString('description', { nullable: true, description: 'What was told. 内容。' }),
      address: t.exposeString('address', { nullable: true, description: 'Where, in words. 地址。' }),
      class: t.field({
        type: refs.IncidentClass,
        nullable: true,
        description: 'Its class. 分类。',
        resolve: (node) => incident.classOf(node.classCode),
      }),
      level: t.field({ type: refs.IncidentLevel, description: 'How grave. 分级。', resolve: (node) => node.level }),
      state: t.field({
        type: refs.IncidentState,
        description: 'Where it stood. 状态。',
        resolve: (node) => node.state,
      }),
      sourceState: t.exposeString('sourceState', { nullable: true, description: "The source's word. 来源状态。" }),
      position: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'A point in WGS84. 位置。',
        resolve: (node) => pointOf(node.lon, node.lat),
      }),
      changedAt: t.field({
        type: 'DateTime',
        description: 'The newest moment that the source named. 来源最新时间。',
        resolve: (node) => node.changedAt,
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
    }),
  });
}

function addQueries(builder: Builder, refs: Refs): void {
  const connection = connectionOf(builder, 'QueryIncidents', refs.Incident);
  const filter = builder.inputType('IncidentFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      departments: t.field({ type: [refs.DepartmentCode], description: 'Told by these departments. 来源部门。' }),
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      classes: t.stringList({ description: 'Of these classes or beneath, e.g. 20000. 分类及其下级。' }),
      states: t.field({ type: [refs.IncidentState], description: 'In these states. 状态。' }),
      levels: t.field({ type: [refs.IncidentLevel], description: 'Of these levels. 分级。' }),
      since: t.field({ type: 'DateTime', description: 'At or after this. 起始时间。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon. 多边形内。' }),
    }),
  });
  builder.queryFields((t) => ({
    incidents: t.field({
      type: connection,
      description: 'Incidents, those that happened last first. 突发事件，新的在前。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: filter, required: false, description: 'Which. 条件。' }),
        overdue: t.arg.boolean({
          description: 'Only those whose next report is late, or only the others. 仅列信息报送超时（或未超时）的事件。',
        }),
      },
      resolve: async (_root, args, context) => toConnection(await incident.incidents(args, context)) as never,
    }),
    incident: t.field({
      type: refs.Incident,
      nullable: true,
      description: 'One incident. 单个突发事件。',
      args: { id: t.arg.id({ required: true, description: '"<feed>:<number>". 标识。' }) },
      resolve: (_root, args, context) => incident.incident(String(args.id), context),
    }),
  }));
}
