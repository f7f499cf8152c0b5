import type { GrantRow } from '../../model/access-rows.js';
import * as grant from '../../resolvers/shared/grant.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addGrantInput } from './access-input.js';

/** What departments let each other see. */
export function addGrants(builder: Builder, refs: Refs): void {
  addOperations(builder, refs, addGrant(builder, refs));
}

type GrantRef = ReturnType<typeof addGrant>;

function addGrant(builder: Builder, refs: Refs) {
  return builder.objectRef<GrantRow>('Grant').implement({
    description:
      'A department lets another, or the platform of another tier, see one of its data sets, for a time. 部门间及向其他层级平台的数据授权。',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id. 标识。' }),
      owner: t.field({ type: refs.Department, description: 'Who grants. 授权方。', resolve: (node) => node.owner }),
      grantee: t.field({
        type: refs.Department,
        nullable: true,
        description: 'The department that sees; null where it is a platform. 被授权部门，授予平台时为空。',
        resolve: (node) => node.grantee,
      }),
      granteePeer: t.string({
        nullable: true,
        description: 'The platform of another tier that sees. 被授权的其他层级平台。',
        resolve: (node) => node.peer,
      }),
      feed: t.id({ description: 'Of which feed. 数据源。', resolve: (node) => node.dataset.feed }),
      property: t.string({
        nullable: true,
        description: 'Only this property of it. 仅此要素。',
        resolve: (node) => node.dataset.property,
      }),
      register: t.field({
        type: refs.Register,
        nullable: true,
        description: 'Only this register of it. 仅此台账。',
        resolve: (node) => node.dataset.register,
      }),
      positionToTownship: t.boolean({
        description: 'Nothing finer than the township. 位置仅到乡镇。',
        resolve: (node) => node.coarsening.position,
      }),
      valueToGrade: t.boolean({
        description: 'Grades in place of values. 数值仅给等级。',
        resolve: (node) => node.coarsening.value,
      }),
      hideNames: t.boolean({
        description: 'No persons, whatever permission the reader has. 隐去人员信息。',
        resolve: (node) => node.coarsening.names,
      }),
      reason: t.exposeString('reason', { description: 'What for. 用途。' }),
      validFrom: t.field({ type: 'DateTime', description: 'From when. 起始。', resolve: (node) => node.validFrom }),
      validUntil: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Until when; null until revoked. 截止，空为直至撤销。',
        resolve: (node) => node.validUntil,
      }),
      grantedAt: t.field({ type: 'DateTime', description: 'When. 授权时间。', resolve: (node) => node.grantedAt }),
      grantedBy: t.exposeString('grantedBy', { description: 'By whom. 授权人。' }),
      revokedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When it was revoked. 撤销时间。',
        resolve: (node) => node.revokedAt,
      }),
      inForce: t.boolean({
        description: 'Whether it holds now. 当前是否有效。',
        resolve: (node, _args, context) => grant.isInForce(node, context),
      }),
    }),
  });
}

function addOperations(builder: Builder, refs: Refs, Grant: GrantRef): void {
  builder.queryField('grants', (t) =>
    t.field({
      type: [Grant],
      description:
        "What the caller's department has granted and was granted, newest first; all for the hub's own staff. 本部门授出和获得的授权。",
      args: {
        feed: t.arg.id({ description: 'Only of this feed. 仅此数据源。' }),
        past: t.arg.boolean({ description: 'Also those that are over or revoked. 含已失效。' }),
      },
      resolve: async (_root, args, context) => [...(await grant.grants(args, context))],
    }),
  );
  builder.mutationFields((t) => ({
    grantDataset: t.field({
      type: Grant,
      description:
        "Lets another department, or the platform of another tier, see a data set of the caller's, at once. Needs the role ADMINISTRATOR of its department. 向其他部门或其他层级平台授权数据集，即时生效；需本部门管理员。",
      args: { input: t.arg({ type: addGrantInput(builder, refs), required: true, description: 'What. 授权内容。' }) },
      resolve: (_root, args, context) => grant.grantDataset(args.input, context),
    }),
    revokeGrant: t.field({
      type: Grant,
      description: 'Ends a grant at once, also for open subscriptions. 撤销授权，对已打开的订阅同样即时生效。',
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => grant.revokeGrant({ id: String(args.id) }, context),
    }),
  }));
}
