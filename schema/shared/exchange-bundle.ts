import { BUNDLE_KINDS, type BundleKind } from '../../model/exchange.js';
import {
  bundleKey,
  type ExchangeBundleNode,
  type ExchangeItemNode,
  type ExchangeReceiptNode,
} from '../../model/exchange-rows.js';
import type { Builder } from '../builder.js';

type ShownKind = BundleKind | 'unknown';
const KINDS: Readonly<Record<ShownKind, string>> = {
  warning: 'A warning, or its end. 预警。',
  warningReach: 'How far a warning has come among people. 预警覆盖情况。',
  incidentReport: 'A report of an incident: first, follow-up or final. 突发事件首报、续报、终报。',
  observationDigest: 'What stations measured over a while. 监测摘要。',
  resourceDigest: 'What there is of supplies, teams and shelters. 资源摘要。',
  instruction: 'An instruction from above. 指令。',
  acknowledgement: 'What became of an instruction. 指令反馈。',
  heartbeat: 'A sign of life. 心跳。',
  unknown: 'Something that this hub does not know, and has set aside. 本端不识别的类别，已搁置。',
};

const shownKind = (kind: string): ShownKind => BUNDLE_KINDS.find((known) => known === kind) ?? 'unknown';

export const exchangeEnums = (builder: Builder) => ({
  direction: builder.enumType('ExchangeDirection', {
    description: 'Which way. 方向。',
    values: {
      OUT: { description: 'From this hub. 发出。' },
      IN: { description: 'To this hub. 接收。' },
    } as const,
  }),
  kind: builder.enumType('BundleKind', {
    description: 'What a bundle carries, by the names of the exchange itself. 数据包类别。',
    values: Object.fromEntries(Object.entries(KINDS).map(([name, description]) => [name, { description }])) as Record<
      ShownKind,
      { description: string }
    >,
  }),
  state: builder.enumType('BundleState', {
    description: 'How far a bundle has come at its receiver. 数据包办理进度。',
    values: {
      SEALED: { description: 'Made and signed; not known to be there. 已签封，未确认到达。' },
      RECEIVED: { description: 'There, and its signature is good. 已接收，签名有效。' },
      VALIDATED: { description: 'Each item was judged. 已逐项校验。' },
      APPLIED: { description: 'What was good of it is carried out. 已入库。' },
      ACTED: { description: 'It was acted on: published, recorded or dealt with. 已办理。' },
      SET_ASIDE: {
        description: 'It could not be carried out, or handed over, and waits for somebody. 已搁置待人工处理。',
      },
      WITHDRAWN: { description: 'Its sender has taken it back before it was there. 发送方已撤回。' },
      REFUSED: {
        description: 'Of receipts only: its receiver refuses it for what it is. 仅见于回执：接收方拒收。',
      },
    } as const,
  }),
});
export type ExchangeEnums = ReturnType<typeof exchangeEnums>;

export function addBundle(builder: Builder, enums: ExchangeEnums) {
  const item = addItem(builder, enums);
  const receipt = addReceipt(builder, enums);
  return builder.objectRef<ExchangeBundleNode>('ExchangeBundle').implement({
    description: 'A signed bundle, handed over or taken over. 一个签名数据包。',
    fields: (t) => ({
      peer: t.exposeID('peer', { description: 'With which peer. 对端。' }),
      direction: t.field({
        type: enums.direction,
        description: 'Which way. 方向。',
        resolve: (node) => node.direction,
      }),
      seq: t.exposeInt('seq', { description: 'Its place, from 1 without gaps. 序号。' }),
      bundleId: t.exposeID('bundleId', { description: 'Its id. 数据包标识。' }),
      kind: t.field({
        type: enums.kind,
        description: 'What it carries. 类别。',
        resolve: (node) => shownKind(node.kind),
      }),
      createdAt: t.field({
        type: 'DateTime',
        description: 'When its sender made it. 生成时间。',
        resolve: (node) => node.createdAt,
      }),
      storedAt: t.field({
        type: 'DateTime',
        description: 'Since when it is kept here. 本端保存时间。',
        resolve: (node) => node.storedAt,
      }),
      sentAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it last went out. 最近发出时间。',
        resolve: (node) => node.sentAt,
      }),
      state: t.field({ type: enums.state, description: 'How far it has come. 状态。', resolve: (node) => node.state }),
      stateAt: t.field({ type: 'DateTime', description: 'Since when. 状态时间。', resolve: (node) => node.stateAt }),
      attempts: t.exposeInt('attempts', { description: 'How often it was tried. 尝试次数。' }),
      lastError: t.exposeString('lastError', {
        nullable: true,
        description: 'What was wrong at the last attempt. 最近一次失败原因。',
      }),
      overdueAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the duty officer was told that its receipt is missing. 逾期告警时间。',
        resolve: (node) => node.overdueAt,
      }),
      hash: t.exposeString('hash', { description: 'SHA-256 of its canonical text, in hex. 摘要。' }),
      itemCount: t.exposeInt('itemCount', { description: 'How many items it holds. 条目数。' }),
      items: t.field({
        type: [item],
        description: 'What it is about. 条目。',
        resolve: async (node, _args, context) => [...(await context.loaders.itemsOfBundle.load(bundleKey(node)))],
      }),
      receipts: t.field({
        type: [receipt],
        description: 'Its receipts, in order. 回执。',
        resolve: async (node, _args, context) => [...(await context.loaders.receiptsOfBundle.load(bundleKey(node)))],
      }),
    }),
  });
}

const addItem = (builder: Builder, enums: ExchangeEnums) =>
  builder.objectRef<ExchangeItemNode>('ExchangeItem').implement({
    description: 'One thing in a bundle. 数据包条目。',
    fields: (t) => ({
      kind: t.field({ type: enums.kind, description: 'Of which kind. 类别。', resolve: (node) => node.kind }),
      id: t.id({ description: 'What it is about, by its id at its sender. 标识。', resolve: (node) => node.itemId }),
      version: t.exposeString('version', { description: 'Which version of it. 版本。' }),
      cancel: t.boolean({
        description: 'It takes back what it names. 撤销。',
        resolve: (node) => node.op === 'cancel',
      }),
      code: t.string({
        nullable: true,
        description: 'Why it was not taken. 未接受原因代码。',
        resolve: ({ fault }) => fault?.code,
      }),
      path: t.string({ nullable: true, description: 'Where in it. 位置。', resolve: ({ fault }) => fault?.path }),
      note: t.string({ nullable: true, description: 'In words. 说明。', resolve: ({ fault }) => fault?.note }),
    }),
  });

const addReceipt = (builder: Builder, enums: ExchangeEnums) =>
  builder.objectRef<ExchangeReceiptNode>('ExchangeReceipt').implement({
    description: 'A signed receipt about a bundle. 签名回执。',
    fields: (t) => ({
      number: t.exposeInt('number', { description: 'Its place among those of its issuer. 回执序号。' }),
      state: t.field({ type: enums.state, description: 'What it says. 状态。', resolve: (node) => node.state }),
      at: t.field({ type: 'DateTime', description: 'When, by its issuer. 出具时间。', resolve: (node) => node.at }),
      who: t.exposeString('who', { nullable: true, description: 'Who acted. 办理者。' }),
      what: t.exposeString('what', { nullable: true, description: 'What was done. 办理内容。' }),
      note: t.exposeString('note', { nullable: true, description: 'In words. 说明。' }),
    }),
  });
