import type { ObjectRef } from '@pothos/core';
import type { ApiKeyRow } from '../../model/access-rows.js';
import * as apiKey from '../../resolvers/shared/api-key.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** The keys of systems. */
export function addApiKeys(builder: Builder, refs: Refs): void {
  const key = builder.objectRef<ApiKeyRow>('ApiKey');
  addApiKey(builder, refs, key);
  addOperations(builder, refs, key);
}

type KeyRef = ObjectRef<Builder['$inferSchemaTypes'], ApiKeyRow, ApiKeyRow>;

function addApiKey(builder: Builder, refs: Refs, ref: KeyRef): void {
  builder.objectType(ref, {
    description: "A system's key; its text is told once, when it is made. 系统密钥，明文仅在创建时给出一次。",
    fields: (t) => {
      const time = (name: 'createdAt' | 'expiresAt', description: string) =>
        t.field({ type: 'DateTime', description, resolve: (node) => node[name] });
      const maybe = (name: 'rotatedAt' | 'formerUntil' | 'revokedAt', description: string) =>
        t.field({ type: 'DateTime', nullable: true, description, resolve: (node) => node[name] });
      return {
        id: t.exposeID('id', { description: 'Its id, also the first part of its text. 标识。' }),
        name: t.exposeString('name', { description: 'What for. 名称。' }),
        department: t.field({
          type: refs.Department,
          nullable: true,
          description: "Whose; null: of the hub's own staff. 所属部门。",
          resolve: (node) => node.department,
        }),
        peer: t.exposeString('peer', {
          nullable: true,
          description: 'The platform of another tier that it is for. 所属其他层级平台。',
        }),
        roles: t.field({ type: [refs.Role], description: 'Its roles. 角色。', resolve: (node) => [...node.roles] }),
        scopes: t.field({
          type: [refs.Scope],
          description: 'Its permissions. 权限。',
          resolve: (node) => [...node.scopes],
        }),
        createdAt: time('createdAt', 'When it was made. 创建时间。'),
        createdBy: t.exposeString('createdBy', { description: 'By whom. 创建人。' }),
        expiresAt: time('expiresAt', 'When it ends. 失效时间。'),
        rotatedAt: maybe('rotatedAt', 'When its secret was last changed. 最近轮换时间。'),
        formerUntil: maybe('formerUntil', 'Until when the secret before that opens. 旧密钥有效期至。'),
        revokedAt: maybe('revokedAt', 'When it was revoked. 撤销时间。'),
      };
    },
  });
}

function addOperations(builder: Builder, refs: Refs, key: KeyRef): void {
  const Told = builder.objectRef<apiKey.ApiKeyTold>('ApiKeyTold').implement({
    description: 'A key with its text, which is told this once. 密钥及其明文，仅此一次。',
    fields: (t) => ({
      key: t.exposeString('text', {
        description: 'Send it as `authorization: Bearer <key>`. 明文，用作 Bearer 凭据。',
      }),
      apiKey: t.field({ type: key, description: 'The key. 密钥。', resolve: (node) => node.row }),
    }),
  });
  const id = { required: true, description: 'Its id. 标识。' } as const;
  builder.queryField('apiKeys', (t) =>
    t.field({
      type: [key],
      authScopes: { role: 'ADMINISTRATOR' },
      description:
        "Keys of the caller's department, or all, by name. Needs the role ADMINISTRATOR. 密钥列表，需管理员。",
      resolve: async (_root, _args, context) => [...(await apiKey.apiKeys(context))],
    }),
  );
  builder.mutationFields((t) => ({
    createApiKey: t.field({
      type: Told,
      description: 'Makes a key for a system. Needs the role ADMINISTRATOR. 创建系统密钥，需管理员。',
      args: {
        name: t.arg.string({ required: true, description: 'What for, at most 100 characters. 名称。' }),
        department: t.arg({
          type: refs.DepartmentCode,
          required: false,
          description: "Whose; the hub's own staff where not given. 所属部门，缺省为平台人员。",
        }),
        peer: t.arg.string({
          description:
            'With the role PEER: for which platform of another tier, by its name in the settings. 角色为 PEER 时所属平台的名称。',
        }),
        roles: t.arg({
          type: [refs.Role],
          required: true,
          description: 'Its roles, one at least; none for the key of a gateway. 角色，至少一个；网关密钥可为空。',
        }),
        scopes: t.arg({ type: [refs.Scope], required: false, description: 'Its further permissions. 权限。' }),
        expiresAt: t.arg({
          type: 'DateTime',
          required: false,
          description: 'At most two years ahead; a year if not given. 失效时间，默认一年，最长两年。',
        }),
      },
      resolve: (_root, args, context) => apiKey.createApiKey(args, context),
    }),
    rotateApiKey: t.field({
      type: Told,
      description: 'A new secret for a key; the one before opens for a while still. 轮换密钥，旧密钥在重叠期内仍可用。',
      args: {
        id: t.arg.id(id),
        overlapSeconds: t.arg.int({ description: 'For how long; 3600 if not given. 重叠期（秒），默认 3600。' }),
        expiresAt: t.arg({ type: 'DateTime', required: false, description: 'As for a new key. 失效时间。' }),
      },
      resolve: (_root, args, context) => apiKey.rotateApiKey({ ...args, id: String(args.id) }, context),
    }),
    revokeApiKey: t.field({
      type: key,
      description: 'Ends a key at once, also on open sockets. 撤销密钥，已打开的连接即时关闭。',
      args: { id: t.arg.id(id) },
      resolve: (_root, args, context) => apiKey.revokeApiKey({ id: String(args.id) }, context),
    }),
  }));
}
