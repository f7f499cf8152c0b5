import type { DepartmentCode } from '../../model/department.js';
import { seesWarning } from '../../model/warning-sight.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import { reachOfWarning } from '../../resolvers/shared/reach.js';
import * as warning from '../../resolvers/shared/warning.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Warnings, their sources and their live changes. */
export function addWarnings(builder: Builder, refs: Refs): void {
  addWarning(builder, refs);
  addSource(builder, refs);
  builder.objectType(refs.WarningChange, {
    description: 'What happened to a warning, and the warning as it stood then. 预警变化及当时的预警。',
    fields: (t) => ({
      cursor: t.field({
        type: 'Cursor',
        description: 'Pass it as `after` to continue right behind this. 断点，作为 after 续订。',
        resolve: (node) => node.cursor,
      }),
      kind: t.field({
        type: refs.WarningChangeKind,
        description: 'What happened. 变化类型。',
        resolve: (node) => node.kind,
      }),
      at: t.field({
        type: 'DateTime',
        description: 'When the hub took note. 中枢记录时间。',
        resolve: (node) => node.at,
      }),
      warning: t.field({ type: refs.Warning, description: 'The warning. 预警。', resolve: (node) => node.warning }),
    }),
  });
  addOperations(builder, refs);
}

function addWarning(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Warning, {
    description: 'A warning to the public or to responders, one per identifier. 预警，每个标识一条。',
    authScopes: (node, { viewer }) => seesWarning(node, viewer),
    fields: (t) => {
      const language = () => ({
        language: t.arg.string({
          description:
            "BCP 47; else the first there is of the hub's order of languages. 语言，缺失时按平台语言次序回退。",
        }),
      });
      const time = (
        description: string,
        pick: (node: {
          effectiveAt: string | null;
          onsetAt: string | null;
          cancelledAt: string | null;
        }) => string | null,
      ) => t.field({ type: 'DateTime', nullable: true, description, resolve: (node) => toDate(pick(node)) });
      return {
        id: t.id({ description: 'The identifier. 标识。', resolve: (node) => node.identifier }),
        identifier: t.exposeString('identifier', {
          description: "The sender's identifier, the same in every feed. 发布方标识，各渠道一致。",
        }),
        department: t.field({
          type: refs.Department,
          description: 'The department that warns. 发布部门。',
          resolve: (node) => node.departmentCode as DepartmentCode,
        }),
        feed: t.field({
          type: refs.Feed,
          nullable: true,
          description: 'The feed with precedence among its sources. 首选数据源。',
          resolve: async (node, _args, context) =>
            (node.feedId ? await context.loaders.feed.load(node.feedId) : null) ?? null,
        }),
        senderName: t.string({
          description: 'Who issued it. 发布单位。',
          args: language(),
          resolve: (node, args, context) => warning.textOf(node, args.language, context)?.senderName ?? '',
        }),
        hazardCode: t.exposeString('hazardCode', {
          description: 'National event code, e.g. 11B03; UNKNOWN where the source gives none. 灾种代码。',
        }),
        hazard: t.string({
          description: 'Name of the hazard. 灾种名称。',
          args: { language: t.arg.string({ defaultValue: 'en', description: 'BCP 47. 语言。' }) },
          resolve: (node, args, context) => warning.hazardOf(node, args.language ?? 'en', context),
        }),
        level: t.field({
          type: refs.WarningLevel,
          description: 'From the colour. 等级，取自颜色。',
          resolve: (node) => node.level,
        }),
        state: t.field({
          type: refs.WarningState,
          description: 'Never ACTIVE after expiresAt. 状态，过期后不会为生效中。',
          resolve: (node, _args, context) => warning.stateOf(node, context),
        }),
        status: t.field({
          type: refs.WarningStatus,
          description: 'In earnest, exercise or test. 真实、演练或测试。',
          resolve: (node) => node.status,
        }),
        headline: t.string({
          description: 'One line. 标题。',
          args: language(),
          resolve: (node, args, context) => warning.textOf(node, args.language, context)?.headline ?? '',
        }),
        description: t.string({
          description: 'The text. 正文。',
          args: language(),
          resolve: (node, args, context) => warning.textOf(node, args.language, context)?.description ?? '',
        }),
        instruction: t.string({
          nullable: true,
          description: 'What to do. 防御指南。',
          args: language(),
          resolve: (node, args, context) => warning.textOf(node, args.language, context)?.instruction ?? null,
        }),
        languages: t.stringList({
          description: 'In which languages it came. 文本语言。',
          resolve: (node) => node.texts.map((text) => text.language),
        }),
        issuedAt: t.field({
          type: 'DateTime',
          description: 'When it was sent. 发布时间。',
          resolve: (node) => new Date(node.issuedAt),
        }),
        effectiveAt: time('From when it holds. 生效时间。', (node) => node.effectiveAt),
        onsetAt: time('When the event is expected. 预计发生时间。', (node) => node.onsetAt),
        cancelledAt: time('When its sender ended it. 解除时间。', (node) => node.cancelledAt),
        expiresAt: t.field({
          type: 'DateTime',
          description:
            'When it ends by itself; by hazard where the message does not say. 失效时间，报文未给出时按灾种推定。',
          resolve: (node) => new Date(node.expiresAt),
        }),
        divisions: t.field({
          type: [refs.Division],
          description: 'The divisions it names, as far as known here. 涉及区划。',
          resolve: (node, _args, context) => warning.divisionsOf(node, context),
        }),
        area: t.field({
          type: 'GeoJSON',
          nullable: true,
          description: "The message's own polygon, else drawn from its divisions. 范围，报文无多边形时按区划绘制。",
          resolve: (node, _args, context) => warning.area(node, context),
        }),
        supersedes: t.field({
          type: [refs.Warning],
          description: 'Those it replaced. 被其更新的预警。',
          resolve: (node, _args, context) => warning.supersedes(node, context),
        }),
        supersededBy: t.field({
          type: refs.Warning,
          nullable: true,
          description: 'The one that replaced it. 更新它的预警。',
          resolve: async (node, _args, context) =>
            node.supersededById ? ((await context.loaders.warning.load(node.supersededById)) ?? null) : null,
        }),
        revision: t.exposeInt('revision', {
          description: 'How often it was corrected under its identifier. 更正次数。',
        }),
        reach: t.field({
          type: refs.WarningReach,
          nullable: true,
          description:
            "How far it has come, for its own department, the duty officer and the hub's staff; null for others. 触达情况，仅发布部门、应急值班与中枢可见。",
          resolve: (node, _args, context) => reachOfWarning(node, context),
        }),
        sources: t.field({
          type: [refs.WarningSource],
          authScopes: { known: true },
          description:
            'The feeds and formats that brought it, of feeds that the caller may know of. 来源（限有权知悉的数据源）。',
          resolve: async (node, _args, context) => [...(await context.loaders.warningSources.load(node.identifier))],
        }),
      };
    },
  });
}

const toDate = (text: string | null): Date | null => (text === null ? null : new Date(text));

function addSource(builder: Builder, refs: Refs): void {
  builder.objectType(refs.WarningSource, {
    description: 'One message that a warning is made of. 构成预警的一份报文。',
    fields: (t) => ({
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that brought it. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      format: t.exposeString('format', {
        description: '"12379", "cap", "mapped" (by the mapping of a feed) or "hub" (released here). 格式。',
      }),
      sentAt: t.field({
        type: 'DateTime',
        description: 'When it was sent. 发送时间。',
        resolve: (node) => node.sentAt,
      }),
      originalTime: t.exposeString('originalTime', { description: 'That time as written. 原始时间文本。' }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
    }),
  });
}

function addOperations(builder: Builder, refs: Refs): void {
  const WarningConnection = connectionOf(builder, 'QueryWarnings', refs.Warning);
  const WarningFilter = builder.inputType('WarningFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      departments: t.field({ type: [refs.DepartmentCode], description: 'Of these departments. 部门。' }),
      divisions: t.stringList({
        description: 'For these divisions, beneath them, or for a wider one. 区划及其上下级。',
      }),
      hazardCodes: t.stringList({ description: 'Of these hazards. 灾种。' }),
      minLevel: t.field({ type: refs.WarningLevel, description: 'At least this level. 最低等级。' }),
      states: t.field({
        type: [refs.WarningState],
        description: 'In these states; a query without it gives those ACTIVE now. 状态，查询缺省为生效中。',
      }),
      statuses: t.field({ type: [refs.WarningStatus], description: 'Of these kinds. 真实性。' }),
      within: t.field({ type: 'GeoJSON', description: 'Touching this polygon. 与多边形相交。' }),
    }),
  });
  builder.queryFields((t) => ({
    warnings: t.field({
      type: WarningConnection,
      skipTypeScopes: true,
      description: 'Warnings, newest first; those ACTIVE now unless states are given. 预警，新的在前，缺省为生效中。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: WarningFilter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await warning.warnings(args, context)),
    }),
    warning: t.field({
      type: refs.Warning,
      nullable: true,
      skipTypeScopes: true,
      description: 'One warning. 单个预警。',
      args: { id: t.arg.id({ required: true, description: 'Its identifier. 标识。' }) },
      resolve: (_root, args, context) => warning.warning(String(args.id), context),
    }),
    currentCursor: t.field({
      type: 'Cursor',
      skipTypeScopes: true,
      description:
        'The end of the log. Who takes it, then reads the present state, then subscribes after it misses nothing. 当前断点：先取断点、再读现状、再自断点续订，即不会遗漏。',
      resolve: (_root, _args, context) => context.hub.cursor(),
    }),
  }));
  builder.subscriptionField('warningChanged', (t) =>
    t.field({
      type: refs.WarningChange,
      skipTypeScopes: true,
      description:
        'Changes of warnings. With a cursor first all that was missed, in order, then live. 预警变化；带断点时先补发再实时。',
      args: {
        after: t.arg({ type: 'Cursor', required: false, description: 'Continue right behind this cursor. 断点。' }),
        filter: t.arg({ type: WarningFilter, required: false, description: 'Which. 条件。' }),
      },
      subscribe: (_root, args, context) => warning.warningChanged(args, context),
      resolve: (node) => node,
    }),
  );
}
