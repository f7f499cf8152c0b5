import type { ObjectRef } from '@pothos/core';
import type { ExchangeAlarm } from '../../model/entry.js';
import type { ExchangeBundleNode, RefusalRow } from '../../model/exchange-rows.js';
import * as exchange from '../../resolvers/shared/exchange.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { ExchangeEnums } from './exchange-bundle.js';

const PAGE = { first: 'How many, 1 to 200; 50 if not given. 条数。', after: 'After this place. 起始位置。' };

/** What came and was refused as a whole. */
export function addRefusals(builder: Builder): void {
  const refusal = builder.objectRef<RefusalRow>('ExchangeRefusal').implement({
    description:
      'Something that came from a platform of another tier, or in its name, and was refused. 被拒绝的交换内容。',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id. 标识。' }),
      peer: t.exposeID('peer', { nullable: true, description: 'Who sent it, where that could be told. 发送方。' }),
      at: t.field({ type: 'DateTime', description: 'When it first came. 首次时间。', resolve: (node) => node.at }),
      road: t.exposeString('road', { description: 'How it came. 途径。' }),
      code: t.exposeString('code', { description: 'Why, e.g. BAD_SIGNATURE. 原因代码。' }),
      reason: t.exposeString('reason', { description: 'In words, with what to do. 说明。' }),
      bundleId: t.exposeID('bundleId', { nullable: true, description: 'Which bundle it says to be. 数据包标识。' }),
      seq: t.exposeInt('seq', { nullable: true, description: 'Its place, as it says. 序号。' }),
      size: t.int({ description: 'Bytes. 字节数。', resolve: (node) => node.rawSize }),
      seen: t.exposeInt('seen', { description: 'How often the same came. 次数。' }),
      lastSeenAt: t.field({
        type: 'DateTime',
        description: 'When it last came. 最近时间。',
        resolve: (node) => node.lastSeenAt,
      }),
    }),
  });
  builder.queryField('exchangeRefusals', (t) =>
    t.field({
      type: connectionOf(builder, 'QueryExchangeRefusals', refusal),
      description:
        "What was refused as a whole, the newest first: for the duty officer and the hub's staff. 整包拒收记录，新的在前。",
      args: {
        first: t.arg.int({ description: PAGE.first }),
        after: t.arg.string({ description: PAGE.after }),
        peer: t.arg.string({ description: 'Of this peer. 对端。' }),
      },
      resolve: async (_root, args, context) => toConnection(await exchange.exchangeRefusals(args, context)),
    }),
  );
}

/** What a peer comes and gets. */
export function addSigned(builder: Builder): void {
  const signed = builder.objectRef<exchange.SignedNode>('SignedText').implement({
    description: 'A signed text as it goes to a peer. 签名文本。',
    fields: (t) => ({
      number: t.exposeInt('number', { description: "A bundle's seq, a receipt's number. 序号。" }),
      body: t.exposeString('body', { description: 'Canonical JSON (RFC 8785). 规范化 JSON。' }),
      signature: t.exposeString('signature', { description: 'Its detached JWS (RFC 7515 appendix F). 分离式签名。' }),
    }),
  });
  const args = (t: Parameters<Parameters<Builder['queryField']>[1]>[0]) => ({
    first: t.arg.int({ description: PAGE.first }),
    after: t.arg.string({
      description:
        'The number of the last one that you have, or 0. It stays good through retries and restarts. 已有的最后序号，或 0。',
    }),
  });
  builder.queryField('exchangeBundles', (t) =>
    t.field({
      type: connectionOf(builder, 'QueryExchangeBundles', signed),
      description:
        'The bundles for the peer that asks, in their order: for keys of the role PEER. CURSOR_EXPIRED where the next one is no longer kept. 供对端拉取的数据包，按序；需 PEER 角色。',
      args: args(t),
      resolve: async (_root, page, context) => toConnection(await exchange.bundlesForPeer(page, context)),
    }),
  );
  builder.queryField('exchangeReceipts', (t) =>
    t.field({
      type: connectionOf(builder, 'QueryExchangeReceipts', signed),
      description:
        'The receipts for the peer that asks, in their order: for keys of the role PEER. 供对端拉取的回执，按序。',
      args: args(t),
      resolve: async (_root, page, context) => toConnection(await exchange.receiptsForPeer(page, context)),
    }),
  );
}

/** What somebody has done about a bundle that only its receiver can act on. */
export function addHandling(
  builder: Builder,
  bundle: ObjectRef<Builder['$inferSchemaTypes'], ExchangeBundleNode, ExchangeBundleNode>,
): void {
  builder.mutationField('markExchangeHandled', (t) =>
    t.field({
      type: bundle,
      description:
        "Says that somebody has dealt with a bundle that was carried out, such as an incident's report; its signed receipt ACTED follows. The first word stays. For the duty officer. 登记已办理，随后发出办结回执；应急值班可用。",
      args: {
        peer: t.arg.string({ required: true, description: 'Of which peer. 对端。' }),
        seq: t.arg.int({ required: true, description: 'Which of its bundles. 序号。' }),
        what: t.arg.string({
          required: true,
          description: 'What was done, up to 500 characters; the peer reads it. 办理内容，对端可见。',
        }),
      },
      resolve: (_root, args, context) => exchange.markHandled(args, context),
    }),
  );
}

/** Takes up what was set aside. */
export function addRetry(builder: Builder): void {
  builder.mutationField('retryExchange', (t) =>
    t.field({
      type: 'Int',
      description:
        'Tells a peer again what was set aside, once its cause is mended: with `seq` what that bundle of ours held, or those of its items that were NOT_CARRIED_OUT, in a new bundle; without, what could not be put into one. Gives how many items. For the duty officer and the hub’s administrators. 原因排除后重新发送被搁置的内容，返回条目数。',
      args: {
        peer: t.arg.string({ required: true, description: 'To which peer. 对端。' }),
        seq: t.arg.int({ description: 'Which of our bundles. 数据包序号。' }),
      },
      resolve: (_root, args, context) => exchange.retryExchange(args, context),
    }),
  );
}

/** What somebody has to look at, live. */
export function addAlarms(builder: Builder, enums: ExchangeEnums): void {
  const kind = builder.enumType('ExchangeAlarmKind', {
    description: 'What the matter is. 告警类别。',
    values: {
      OVERDUE: {
        description:
          'Receipts are missing after the time that the settings allow: one alarm for all of a peer. 回执逾期，每个对端一条告警。',
      },
      SET_ASIDE: { description: 'Something cannot be carried out or handed over; what follows goes on. 已搁置。' },
      WITHDRAWN: { description: 'The peer has taken back a bundle. 对端撤回。' },
      CHAIN: { description: 'What the two sides keep differs. 双方留存不一致。' },
      REJOINED: {
        description:
          'A side that was restored from a backup has taken up again what the other side had kept. 从备份恢复的一方已重新接续。',
      },
    } as const,
  });
  const change = builder.enumType('ExchangeAlarmChange', {
    description: 'What has happened to an alarm. 告警变化。',
    values: {
      RAISED: { description: 'It is new. 新告警。' },
      UPDATED: {
        description: 'It stands, and its figures have changed: twice or half as many. 告警持续，数量增倍或减半。',
      },
      CLEARED: { description: 'It is over. 告警解除。' },
    } as const,
  });
  const alarm = builder
    .objectRef<ExchangeAlarm & { readonly cursor: string; readonly at: Date }>('ExchangeAlarm')
    .implement({
      description: 'Something of the exchange that the duty officer has to look at. 交换告警。',
      fields: (t) => ({
        cursor: t.field({
          type: 'Cursor',
          description: 'Its place, to continue from. 断点。',
          resolve: (node) => node.cursor,
        }),
        at: t.field({ type: 'DateTime', description: 'When. 时间。', resolve: (node) => node.at }),
        kind: t.field({ type: kind, description: 'What the matter is. 类别。', resolve: (node) => node.kind }),
        peer: t.exposeID('peer', { description: 'With which peer. 对端。' }),
        direction: t.field({
          type: enums.direction,
          description: 'Whose bundle. 方向。',
          resolve: (node) => node.direction,
        }),
        seq: t.exposeInt('seq', {
          nullable: true,
          description: 'Which bundle; of those overdue the oldest. 序号；逾期时为最早的一个。',
        }),
        reason: t.exposeString('reason', { description: 'In words. 说明。' }),
        change: t.field({
          type: change,
          description: 'Whether it is new, has changed or is over. 变化。',
          resolve: (node) => node.change ?? 'RAISED',
        }),
        count: t.int({
          nullable: true,
          description: 'How many bundles are overdue; null for other alarms. 逾期数量；其他告警为空。',
          resolve: (node) => node.count ?? null,
        }),
        since: t.field({
          type: 'DateTime',
          nullable: true,
          description: 'When the oldest of those overdue was made. 最早逾期数据包的生成时间。',
          resolve: (node) => (node.since ? new Date(node.since) : null),
        }),
      }),
    });
  builder.subscriptionField('exchangeOverdue', (t) =>
    t.field({
      type: alarm,
      description:
        "Alarms of the exchange, overdue receipts first of all: one for each peer, told again when it changes and when it is over; with a cursor first those that were missed: for the duty officer and the hub's staff. 交换告警（首先是回执逾期：每个对端一条，变化和解除时再次推送）；带断点时先补发。",
      args: {
        after: t.arg({ type: 'Cursor', required: false, description: 'Continue right behind this cursor. 断点。' }),
      },
      subscribe: (_root, args, context) => exchange.exchangeAlarms(args, context),
      resolve: (node) => node,
    }),
  );
}
