import { ownsFeed } from '../../resolvers/context.js';
import * as feed from '../../resolvers/shared/feed.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Departments, their feeds, and what those could not take in. */
export function addFeeds(builder: Builder, refs: Refs): void {
  addDepartment(builder, refs);
  addFeed(builder, refs);
  addRejection(builder, refs);
  addQueries(builder, refs);
  builder.subscriptionField('feedStateChanged', (t) =>
    t.field({
      type: refs.Feed,
      description: 'A feed whose state has changed. 状态变化的数据源。',
      args: {
        department: t.arg({
          type: refs.DepartmentCode,
          required: false,
          description: 'Only of this department. 仅此部门。',
        }),
      },
      subscribe: (_root, args, context) => feed.feedStateChanged(args.department, context),
      resolve: (node) => node,
    }),
  );
  addMutations(builder, refs);
}

function addDepartment(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Department, {
    description: 'One of the twelve departments. 十二个部门之一。',
    fields: (t) => ({
      code: t.field({ type: refs.DepartmentCode, description: 'Its code. 部门代码。', resolve: (code) => code }),
      name: t.string({
        description: 'Its name, in English unless Chinese is asked for. 名称，默认英文，可选中文。',
        args: { language: t.arg.string({ defaultValue: 'en', description: '"en" or "zh". 语言。' }) },
        resolve: (code, args) => feed.departmentName(code, args.language ?? 'en'),
      }),
      feeds: t.field({
        type: [refs.Feed],
        authScopes: { known: true },
        description: 'Those of its data sources that the caller may know of. 其数据源（限有权知悉的）。',
        resolve: async (code, _args, context) => [...(await context.loaders.feedsOfDepartment.load(code))],
      }),
    }),
  });
}

function addFeed(builder: Builder, refs: Refs): void {
  const RejectionConnection = connectionOf(builder, 'FeedRejections', refs.Rejection);
  builder.objectType(refs.Feed, {
    authScopes: (node, { viewer }) => viewer.sight.knows(node.id),
    description: 'One data source of one department. 一个部门的一个数据源。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<department>/<feed>". 标识。' }),
      department: t.field({
        type: refs.Department,
        description: 'Whose it is. 所属部门。',
        resolve: (node) => node.departmentCode as never,
      }),
      title: t.string({
        description: 'Its title, in English unless Chinese is asked for. 标题，默认英文，可选中文。',
        args: { language: t.arg.string({ defaultValue: 'en', description: '"en" or "zh". 语言。' }) },
        resolve: (node, args) => (args.language?.startsWith('zh') ? node.titleZh : node.titleEn),
      }),
      state: t.field({
        type: refs.FeedState,
        description: 'How it fares at this moment. 当前状态。',
        resolve: (node, _args, context) => feed.verdict(node, context).state,
      }),
      stateReason: t.string({
        nullable: true,
        description: 'Why it is not LIVE. 非正常状态的原因。',
        resolve: (node, _args, context) => feed.verdict(node, context).reason,
      }),
      status: t.field({
        type: refs.WarningStatus,
        description: 'EXERCISE where all it brings is generated. 生成数据时为演练。',
        resolve: (node) => node.status as never,
      }),
      mode: t.field({
        type: refs.FeedMode,
        description: 'Whether what it brings is stored. 存储或直连。',
        resolve: (node) => node.mode as never,
      }),
      lastReceivedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The last sign of life. 最近收到的时间。',
        resolve: (node) => node.lastReceivedAt,
      }),
      lastObservedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The newest time that its data tells of. 最新观测时间。',
        resolve: (node) => node.lastObservedAt,
      }),
      lagSeconds: t.float({
        nullable: true,
        description: 'Seconds since what its state is judged by. 距判定状态所依据时间的秒数。',
        resolve: (node, _args, context) => feed.lagSeconds(node, context),
      }),
      expectedEverySeconds: t.int({
        description: 'How often something is expected. 预期更新间隔（秒）。',
        resolve: (node) => Math.ceil(node.expectedEverySeconds),
      }),
      receivedCount: t.int({
        description: 'Records taken in, duplicates not counted. 已接收记录数，不含重复。',
        resolve: (node) => feed.count(node.receivedCount),
      }),
      rejectedCount: t.int({
        description: 'Pieces that could not be taken in. 未能接收的数据数。',
        resolve: (node) => feed.count(node.rejectedCount),
      }),
      rejections: t.field({
        type: RejectionConnection,
        authScopes: (node, _args, context) => ownsFeed(node, context),
        description: 'What could not be taken in, newest first. 未能接收的数据，新的在前。',
        args: {
          first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
          after: t.arg.string({ description: 'After this place. 起始位置。' }),
        },
        resolve: async (node, args, context) => toConnection(await feed.rejections(node.id, args, context)),
      }),
    }),
  });
}

function addRejection(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Rejection, {
    description: 'A piece that could not be taken in, and why. 未能接收的数据及原因。',
    fields: (t) => ({
      reason: t.exposeString('reason', { description: 'The kind of fault. 错误类别。' }),
      detail: t.exposeString('detail', { description: 'What, where, and what to do. 说明与处理建议。' }),
      raw: t.string({
        description:
          'The piece itself, safely cut and escaped; mobile and identity numbers are masked for whoever may not see personal data. 原文，已安全截断和转义；无权查看个人信息时隐去手机号和身份证号。',
        resolve: (node, _args, context) => feed.rawOf(node, context),
      }),
      rawSize: t.exposeInt('rawSize', { description: 'Its whole size in bytes. 原始字节数。' }),
      seen: t.exposeInt('seen', {
        description: 'How often it came, counted at most once an hour. 出现次数，每小时最多计一次。',
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When it first came. 首次收到时间。',
        resolve: (node) => node.receivedAt,
      }),
      lastSeenAt: t.field({
        type: 'DateTime',
        description: 'When it was last counted. 最近计数时间。',
        resolve: (node) => node.lastSeenAt,
      }),
    }),
  });
}

function addQueries(builder: Builder, refs: Refs): void {
  builder.queryFields((t) => ({
    departments: t.field({
      type: [refs.Department],
      description: 'All twelve departments. 全部部门。',
      resolve: () => [...feed.departments()],
    }),
    department: t.field({
      type: refs.Department,
      nullable: true,
      description: 'One department. 单个部门。',
      args: { code: t.arg({ type: refs.DepartmentCode, required: true, description: 'Its code. 部门代码。' }) },
      resolve: (_root, args) => args.code,
    }),
    feeds: t.field({
      type: [refs.Feed],
      description: 'Feeds by id. 数据源列表。',
      args: {
        department: t.arg({
          type: refs.DepartmentCode,
          required: false,
          description: 'Only of this department. 仅此部门。',
        }),
        state: t.arg({ type: [refs.FeedState], required: false, description: 'Only in these states. 仅这些状态。' }),
      },
      resolve: async (_root, args, context) => [...(await feed.feeds(args, context))],
    }),
    feed: t.field({
      type: refs.Feed,
      nullable: true,
      description: 'One feed. 单个数据源。',
      args: { id: t.arg.id({ required: true, description: 'Its id, e.g. "water/hydrology-db". 标识。' }) },
      resolve: (_root, args, context) => feed.feed(String(args.id), context),
    }),
  }));
}

function addMutations(builder: Builder, refs: Refs): void {
  builder.mutationFields((t) => ({
    enableFeed: t.field({
      type: refs.Feed,
      description: 'Switches a feed on again. Needs the admin key. 启用数据源，需要管理密钥。',
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => feed.setFeedEnabled(String(args.id), true, undefined, context),
    }),
    disableFeed: t.field({
      type: refs.Feed,
      description:
        'Switches a feed off until it is switched on, also across restarts. Needs the admin key. 停用数据源，重启后仍有效，需要管理密钥。',
      args: {
        id: t.arg.id({ required: true, description: 'Its id. 标识。' }),
        reason: t.arg.string({ description: 'Shown as stateReason. 停用原因。' }),
      },
      resolve: (_root, args, context) => feed.setFeedEnabled(String(args.id), false, args.reason, context),
    }),
  }));
}
