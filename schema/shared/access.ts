import * as blocked from '../../resolvers/shared/blocked-person.js';
import type { Viewer } from '../../resolvers/viewer.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addApiKeys } from './api-keys.js';
import { addGrants } from './grants.js';

/** Who asks, the keys of systems, and what departments let each other see. */
export function addAccess(builder: Builder, refs: Refs): void {
  addMe(builder, refs);
  addGrants(builder, refs);
  addApiKeys(builder, refs);
  addBlocking(builder);
}

function addMe(builder: Builder, refs: Refs): void {
  const Kind = builder.enumType('PrincipalKind', {
    description: 'What kind of caller. 调用方类别。',
    values: {
      PERSON: { description: 'A person of an identity provider. 人员。' },
      SYSTEM: { description: 'A system with a key. 系统。' },
      ANONYMOUS: { description: 'Nobody known. 匿名。' },
    },
  });
  const Me = builder.objectRef<Viewer>('Me').implement({
    description: 'Whoever asks. 当前调用方。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '"key:…", "person:<issuer>#<subject>", "anonymous". 标识。' }),
      kind: t.field({ type: Kind, description: 'What kind. 类别。', resolve: (node) => node.kind }),
      name: t.exposeString('name', { description: 'Its name. 名称。' }),
      department: t.field({
        type: refs.Department,
        nullable: true,
        description: "Whose it is; null for the hub's own staff and for nobody known. 所属部门，平台人员或匿名为空。",
        resolve: (node) => node.department,
      }),
      peer: t.string({
        nullable: true,
        description: 'The platform of another tier that it is. 所属其他层级平台。',
        resolve: (node) => node.peer,
      }),
      roles: t.field({ type: [refs.Role], description: 'What it may do. 角色。', resolve: (node) => [...node.roles] }),
      scopes: t.field({
        type: [refs.Scope],
        description: 'Its further permissions. 权限。',
        resolve: (node) => [...node.scopes],
      }),
      expiresAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When its credential ends. 凭据失效时间。',
        resolve: (node) => node.expiresAt,
      }),
    }),
  });
  builder.queryField('me', (t) =>
    t.field({
      type: Me,
      skipTypeScopes: true,
      description: 'Whoever asks, also where nobody is known. 当前调用方。',
      resolve: (_root, _args, context) => context.viewer,
    }),
  );
}

function addBlocking(builder: Builder): void {
  const id = { required: true, description: 'As `me { id }` gives it. 人员标识。' } as const;
  builder.mutationFields((t) => ({
    blockPerson: t.boolean({
      description:
        'Keeps a person out whatever token they bring; open sockets end. Needs the role ADMINISTRATOR of the hub. 禁止某人访问，已打开的连接即时关闭；需平台管理员。',
      args: {
        id: t.arg.id(id),
        reason: t.arg.string({ required: true, description: 'Why. 原因。' }),
      },
      resolve: (_root, args, context) => blocked.blockPerson({ id: String(args.id), reason: args.reason }, context),
    }),
    unblockPerson: t.boolean({
      description: 'Lets them in again; false where they were not kept out. 恢复访问。',
      args: { id: t.arg.id(id) },
      resolve: (_root, args, context) => blocked.unblockPerson({ id: String(args.id) }, context),
    }),
  }));
}
