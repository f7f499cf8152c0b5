import type { DeliveryReceipt, DeliveryRow } from '../../model/delivery.js';
import { warningDeliveries } from '../../resolvers/shared/delivery.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** The ledger of warnings that went out, and its query. */
export function addDeliveries(builder: Builder, refs: Refs): void {
  const delivery = addDelivery(builder, refs);
  const connection = connectionOf(builder, 'QueryWarningDeliveries', delivery);
  const filter = builder.inputType('WarningDeliveryFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      warnings: t.idList({ description: 'Of these warnings, by identifier. 预警标识。' }),
      channels: t.stringList({ description: 'By these channels. 渠道。' }),
      states: t.field({ type: [refs.DeliveryState], description: 'In these states. 状态。' }),
    }),
  });
  builder.queryField('warningDeliveries', (t) =>
    t.field({
      type: connection,
      description:
        "What went out, newest first: all of it for the duty officer and the hub's staff, for a department what is of its own warnings. No telephone numbers are in it. 预警投递记录，新的在前；应急值班与中枢可见全部，部门可见本部门预警，不含电话号码。",
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await warningDeliveries(args, context)),
    }),
  );
}

function addDelivery(builder: Builder, refs: Refs) {
  const receipt = addReceipt(builder);
  return builder.objectRef<DeliveryRow>('WarningDelivery').implement({
    description: 'One change of a warning on its way to one recipient. 一次预警投递。',
    fields: (t) => ({
      id: t.exposeID('id', {
        description: 'The same at every attempt; receivers get it with the call. 投递编号，重试不变。',
      }),
      warning: t.field({
        type: refs.Warning,
        nullable: true,
        description: 'The warning, as it is now. 预警现状。',
        resolve: async (node, _args, context) => (await context.loaders.warning.load(node.identifier)) ?? null,
      }),
      channel: t.exposeString('channel', { description: 'Its name in the settings. 渠道名称。' }),
      recipient: t.id({
        nullable: true,
        description:
          'The entry of the register of recipients; null where the channel is for nobody in particular. 接收人台账编号。',
        resolve: (node) => node.recipient || null,
      }),
      kind: t.field({
        type: refs.WarningChangeKind,
        description: 'What it tells of. 变化类型。',
        resolve: (node) => node.kind,
      }),
      cursor: t.field({
        type: 'Cursor',
        description: 'The place of that change in the log. 日志断点。',
        resolve: (node) => node.cursor,
      }),
      state: t.field({
        type: refs.DeliveryState,
        description: 'How far it has come. 状态。',
        resolve: (node) => node.state,
      }),
      attempts: t.exposeInt('attempts', { description: 'How often it was tried. 尝试次数。' }),
      nextAttemptAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it is tried next, while it waits. 下次尝试时间。',
        resolve: (node) => (node.state === 'QUEUED' ? node.nextAttemptAt : null),
      }),
      lastError: t.exposeString('lastError', {
        nullable: true,
        description: 'Why it did not go out, or not at the last attempt. 最近一次失败原因。',
      }),
      receiptId: t.exposeString('receiptId', {
        nullable: true,
        description: 'What the other side calls it. 对方编号。',
      }),
      receipts: t.field({
        type: [receipt],
        description: 'What came back, in order. 回执。',
        resolve: (node) => [...node.receipts],
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When it was queued. 排队时间。',
        resolve: (node) => node.createdAt,
      }),
      sentAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was handed over. 发出时间。',
        resolve: (node) => node.sentAt,
      }),
      endedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it arrived, failed or was over. 终结时间。',
        resolve: (node) => node.endedAt,
      }),
    }),
  });
}

function addReceipt(builder: Builder) {
  return builder.objectRef<DeliveryReceipt>('WarningDeliveryReceipt').implement({
    description: 'Something that came back about a delivery. 投递回执。',
    fields: (t) => ({
      at: t.field({
        type: 'DateTime',
        description: 'When the hub took note. 收到时间。',
        resolve: (node) => new Date(node.at),
      }),
      kind: t.string({
        description: 'RECEIVED, DELIVERED, FAILED or NOTE. 类别。',
        resolve: (node) => node.state,
      }),
      detail: t.exposeString('detail', { description: 'What it says. 内容。' }),
    }),
  });
}
