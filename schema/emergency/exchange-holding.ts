import type { HoldingRow } from '../../model/exchange-rows.js';
import { exchangeHoldings, type HeldKind, isHoldingStale } from '../../resolvers/emergency/exchange-holding.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

const KINDS: Readonly<Record<HeldKind, string>> = {
  warningReach: 'How far a warning got. 预警触达。',
  observationDigest: "A station's figures of a period. 观测摘要。",
  resourceDigest: 'Counts and totals of a register. 资源摘要。',
};

/** What platforms of other tiers have told of, as they told it. */
export function addExchangeHoldings(builder: Builder, refs: Refs): void {
  const Kind = builder.enumType('ExchangeHoldingKind', {
    description: 'What a platform of another tier tells of. 交换内容类型。',
    values: Object.fromEntries(
      Object.entries(KINDS).map(([kind, description]) => [
        kind.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
        { value: kind as HeldKind, description },
      ]),
    ),
  });
  const Holding = builder.objectRef<HoldingRow>('ExchangeHolding').implement({
    description: 'The newest that a platform of another tier has told of one thing. 其他层级平台报送的最新内容。',
    authScopes: { known: true },
    fields: (t) => ({
      peer: t.exposeString('peer', { description: 'By its name in the settings. 平台名称。' }),
      kind: t.field({ type: Kind, description: 'What. 类型。', resolve: (node) => node.kind as HeldKind }),
      id: t.id({
        description: 'What it is about, by the id that its sender knows it by. 对方标识。',
        resolve: (n) => n.itemId,
      }),
      version: t.exposeString('version', { description: 'Rises with each change. 版本。' }),
      department: t.field({
        type: refs.Department,
        description: 'Of which department. 所属部门。',
        resolve: (node) => node.department,
      }),
      content: t.string({
        description: 'JSON, as docs/exchange-content.md describes it. JSON 内容。',
        resolve: (node) => JSON.stringify(node.payload),
      }),
      changedAt: t.field({
        type: 'DateTime',
        description: 'When it last changed where it comes from. 源头变更时间。',
        resolve: (node) => node.changedAt,
      }),
      receivedAt: t.field({ type: 'DateTime', description: 'When it came. 收到时间。', resolve: (n) => n.receivedAt }),
      stale: t.boolean({
        description: 'Nothing newer has come though it should have: it does not tell how things are now. 已过时。',
        resolve: (node, _args, context) => isHoldingStale(node, context),
      }),
    }),
  });
  const Holdings = connectionOf(builder, 'QueryExchangeHoldings', Holding);
  builder.queryField('exchangeHoldings', (t) =>
    t.field({
      type: Holdings,
      description:
        "What platforms of other tiers have told of, the newest of each thing. For the duty officer and the hub's own readers. 其他层级平台报送的最新内容；供应急值班员和平台值守查看。",
      args: {
        peer: t.arg.string({ description: 'Only of this platform. 仅此平台。' }),
        kind: t.arg({ type: Kind, required: false, description: 'Only of this kind. 仅此类型。' }),
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
      },
      resolve: async (_root, args, context) => toConnection(await exchangeHoldings(args, context)),
    }),
  );
}
