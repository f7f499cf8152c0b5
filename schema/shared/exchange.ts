import type { ExchangeLagNode, HandoverNode, PeerRow } from '../../model/exchange-rows.js';
import * as exchange from '../../resolvers/shared/exchange.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';
import { addBundle, exchangeEnums } from './exchange-bundle.js';
import { addAlarms, addHandling, addRefusals, addRetry, addSigned } from './exchange-roads.js';

/** What the duty officer sees of the exchange with platforms of other tiers, and what those come and get. */
export function addExchange(builder: Builder, refs: Refs): void {
  const enums = exchangeEnums(builder);
  const bundle = addBundle(builder, enums);
  addPeers(builder, refs);
  addHandovers(builder, refs, enums);
  const page = { first: 'How many, 1 to 200; 50 if not given. 条数。', after: 'After this place. 起始位置。' };
  const log = connectionOf(builder, 'QueryExchangeLog', bundle);
  builder.queryFields((t) => ({
    exchangeLog: t.field({
      type: log,
      description:
        "What was handed over and taken over, the newest first: for the duty officer and the hub's staff. 数据交换记录，新的在前；应急值班与中枢可见。",
      args: {
        first: t.arg.int({ description: page.first }),
        after: t.arg.string({ description: page.after }),
        peer: t.arg.string({ description: 'With this peer. 对端。' }),
        direction: t.arg({ type: enums.direction, description: 'This way. 方向。' }),
        kinds: t.arg({ type: [enums.kind], description: 'Of these kinds. 类别。' }),
        states: t.arg({ type: [enums.state], description: 'In these states. 状态。' }),
      },
      resolve: async (_root, args, context) => toConnection(await exchange.exchangeLog(args, context)),
    }),
    exchangeOverdue: t.field({
      type: log,
      description:
        'Bundles that were to be carried out by now, and lack the receipt that they are: nobody knows whether the peer has acted. 逾期未收到办理回执的数据包。',
      args: {
        first: t.arg.int({ description: page.first }),
        after: t.arg.string({ description: page.after }),
      },
      resolve: async (_root, args, context) => toConnection(await exchange.exchangeOverdue(args, context)),
    }),
  }));
  addRefusals(builder);
  addHandling(builder, bundle);
  addRetry(builder);
  addSigned(builder);
  addAlarms(builder, enums);
}

function addPeers(builder: Builder, refs: Refs): void {
  const lag = builder.objectRef<ExchangeLagNode>('ExchangeLag').implement({
    description: 'What a peer lacks of what it is to have, and what waits here of its own. 对端尚缺的内容与本端待办。',
    fields: (t) => ({
      waiting: t.exposeInt('waiting', { description: 'Not yet in a bundle. 尚未打包。' }),
      unsent: t.exposeInt('unsent', { description: 'Bundles that it is not known to have. 尚未确认收到的数据包。' }),
      unreceipted: t.exposeInt('unreceipted', {
        description: 'Bundles that it has and is not known to have carried out. 已收到、尚未确认办理的数据包。',
      }),
      overdue: t.exposeInt('overdue', { description: 'Bundles whose receipt is overdue. 回执逾期的数据包。' }),
      overdueSince: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the oldest of those was made; null: none is overdue. 最早逾期数据包的生成时间；空为无逾期。',
        resolve: (node) => node.overdueSince,
      }),
      setAside: t.exposeInt('setAside', {
        description: 'What could not be put into a bundle, and waits for somebody. 无法打包、待人工处理。',
      }),
      unapplied: t.exposeInt('unapplied', {
        description: 'Its bundles that are here and not yet carried out. 已收到、尚未办理的对端数据包。',
      }),
      since: t.field({
        type: 'DateTime',
        nullable: true,
        description:
          'Since when the oldest of what it lacks has waited; null: it lacks nothing. 最早未达内容的时间；空为无缺。',
        resolve: (node) => node.since,
      }),
      secondsBehind: t.int({
        description: 'How long that is. 滞后秒数。',
        resolve: (node, _args, context) =>
          node.since === null ? 0 : Math.max(0, Math.round((context.now().getTime() - node.since.getTime()) / 1000)),
      }),
    }),
  });
  const tier = builder.enumType('Tier', {
    description: 'The tiers of the plan, from the region down. 预案层级。',
    values: {
      REGION: { description: 'The region, 厅. 自治区。' },
      PREFECTURE: { description: 'The prefecture. 地区。' },
      CITY: { description: 'The city or county. 市、县。' },
      TOWNSHIP: { description: 'The township or subdistrict. 乡镇（街道）。' },
      VILLAGE: { description: 'The village or community. 村（社区）。' },
    } as const,
  });
  const peer = builder.objectRef<PeerRow>('Peer').implement({
    description: 'A platform of another tier that this hub exchanges with. 交换对端平台。',
    fields: (t) => ({
      name: t.exposeID('name', { description: 'Its name in the settings. 名称。' }),
      orgCode: t.exposeString('orgCode', { description: 'Its organisation code, fourteen digits. 机构编码。' }),
      tier: t.field({ type: tier, description: 'Which tier it serves. 层级。', resolve: (node) => node.tier }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'Which division it serves. 所属行政区划。',
        resolve: (node, _args, context) => context.divisions.get(node.division) ?? null,
      }),
      feed: t.field({
        type: refs.Feed,
        nullable: true,
        description: 'The feed under which what it sends is stored. 其数据所属数据源。',
        resolve: async (node, _args, context) => (await context.loaders.feed.load(node.feedId)) ?? null,
      }),
      lastHeardAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When anything signed last came from it. 最近收到对端签名内容的时间。',
        resolve: (node) => node.lastHeardAt,
      }),
      lastSentAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it last took something. 最近送达时间。',
        resolve: (node) => node.lastSentAt,
      }),
      fault: t.exposeString('fault', {
        nullable: true,
        description: 'Why the last attempt failed; null after one that did not. 最近一次失败原因。',
      }),
      sentSeq: t.exposeInt('sentSeq', { description: 'The last of our bundles to it. 本端最后序号。' }),
      takenSeq: t.exposeInt('takenSeq', { description: 'The last of its bundles that is here. 已接收对端序号。' }),
      lag: t.field({
        type: lag,
        description: 'What it has not got. 滞后情况。',
        resolve: async (node, _args, context) => (await context.loaders.exchangeLag.load(node.name)) as ExchangeLagNode,
      }),
    }),
  });
  builder.queryFields((t) => ({
    peers: t.field({
      type: [peer],
      description:
        "The platforms that this hub exchanges with: for the duty officer and the hub's staff. 交换对端，应急值班与中枢可见。",
      resolve: (_root, _args, context) => exchange.peers(context),
    }),
    exchangeLag: t.field({
      type: [lag],
      description: 'What each peer has not got, by the order of `peers`. 各对端滞后情况。',
      resolve: async (_root, _args, context) => {
        const names = (await exchange.peers(context)).map(({ name }) => name);
        return Promise.all(
          names.map(async (name) => (await context.loaders.exchangeLag.load(name)) as ExchangeLagNode),
        );
      },
    }),
  }));
}

/** On a warning and on an incident's report: which peers have it. */
function addHandovers(builder: Builder, refs: Refs, enums: ReturnType<typeof exchangeEnums>): void {
  const handover = builder.objectRef<HandoverNode>('Handover').implement({
    description: 'How far something has come with a peer. 对端接收与办理情况。',
    fields: (t) => ({
      peer: t.exposeID('peer', { description: 'Which peer. 对端。' }),
      state: t.field({
        type: enums.state,
        description: 'How far its newest version has come. 状态。',
        resolve: (node) => node.state,
      }),
      at: t.field({ type: 'DateTime', description: 'Since when. 时间。', resolve: (node) => node.stateAt }),
      seq: t.exposeInt('seq', { description: 'In which of our bundles. 数据包序号。' }),
      fault: t.string({
        nullable: true,
        description: 'Why the peer did not take it. 对端未接受的原因。',
        resolve: ({ fault }) => fault && `${fault.code} ${fault.path}: ${fault.note}`,
      }),
    }),
  });
  builder.objectField(refs.Warning, 'handovers', (t) =>
    t.field({
      type: [handover],
      description:
        "Which platforms of other tiers have it, and how far: for the duty officer and the hub's staff, empty for others. 上下级平台接收情况，应急值班与中枢可见。",
      resolve: async (node, _args, context) =>
        exchange.seesExchange(context) ? [...(await exchange.handovers('warning', node.identifier, context))] : [],
    }),
  );
}
