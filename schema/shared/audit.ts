import { AUDIT_KINDS, type AuditKind } from '../../model/audit.js';
import type { AccessRow, ChainedEntry } from '../../model/audit-rows.js';
import { accessToMyData, auditEntries, mayAskForAccess } from '../../resolvers/shared/audit.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Who asked and did what, for auditors, and who saw a department's data, for that department. */
export function addAudit(builder: Builder, refs: Refs): void {
  const kind = kindOf(builder);
  addAuditEntries(builder, refs, kind);
  addAccess(builder, refs, kind);
}

const KINDS: Readonly<Record<AuditKind, string>> = {
  QUERY: 'A read. 查询。',
  MUTATION: 'A change, or the attempt. 变更。',
  SUBSCRIPTION: 'A live subscription: its beginning, each further feed, its end. 订阅的开始、涉及的新数据源和结束。',
  PUSH: 'Data brought to a push feed, or the attempt. 向数据源推送。',
  EXCHANGE: 'Bundles or receipts of a platform of another tier, taken or refused. 与其他层级平台的数据交换。',
  DOOR: 'A key or token that was refused. 凭证被拒。',
  INVALID: 'A request that is wrong in itself. 无效请求。',
  LOST: 'Reads that were answered while nothing could be written down, counted. 无法记录期间已应答的查询数。',
};

type Kind = ReturnType<typeof kindOf>;
const kindOf = (builder: Builder) =>
  builder.enumType('AuditKind', {
    description: 'What was written down. 审计记录类别。',
    values: Object.fromEntries(AUDIT_KINDS.map((name) => [name, { description: KINDS[name] }])) as Record<
      AuditKind,
      { description: string }
    >,
  });

const list = { first: 'How many, 1 to 200; 50 if not given. 条数。', after: 'After this place. 起始位置。' };

function addAuditEntries(builder: Builder, refs: Refs, kind: Kind): void {
  const Entry = builder.objectRef<ChainedEntry>('AuditEntry').implement({
    description: 'One row of the audit, hash-chained. 一条审计记录，哈希成链。',
    authScopes: { role: 'AUDITOR' },
    fields: (t) => ({
      id: t.id({
        description: 'Its position in the chain. 链中序号。',
        resolve: ({ entry }) => String(entry.position),
      }),
      at: t.field({ type: 'DateTime', description: 'When it was asked. 请求时间。', resolve: ({ entry }) => entry.at }),
      day: t.string({
        description: 'The day whose chain it is in, in Asia/Shanghai. 所属日（北京时间）。',
        resolve: ({ entry }) => entry.day,
      }),
      kind: t.field({ type: kind, description: 'What it is. 类别。', resolve: ({ entry }) => entry.kind }),
      principal: t.id({ description: 'Who asked. 主体标识。', resolve: ({ entry }) => entry.principal.id }),
      principalName: t.string({ description: 'Their name. 主体名称。', resolve: ({ entry }) => entry.principal.name }),
      department: t.field({
        type: refs.DepartmentCode,
        nullable: true,
        description: "Theirs; null: the hub's staff, or nobody known. 主体所属部门。",
        resolve: ({ entry }) => entry.principal.department,
      }),
      roles: t.field({
        type: [refs.Role],
        description: 'Their roles then. 当时的角色。',
        resolve: ({ entry }) => [...entry.principal.roles],
      }),
      operation: t.string({
        nullable: true,
        description: 'The name of the operation. 操作名。',
        resolve: ({ entry }) => entry.operation,
      }),
      document: t.string({
        nullable: true,
        description: 'SHA-256 of its text. 操作文本的 SHA-256。',
        resolve: ({ entry }) => entry.document,
      }),
      fields: t.stringList({
        description: 'Its root fields; of a push its feed. 根字段；推送则为数据源。',
        resolve: ({ entry }) => [...entry.rootFields],
      }),
      variables: t.string({
        nullable: true,
        description: 'The arguments as JSON, without personal data and secrets. 参数（JSON），已去除个人信息和密钥。',
        resolve: ({ variables }) => (variables === 'null' ? null : variables),
      }),
      grants: t.idList({
        description: 'Grants by which data were seen. 所依据的共享授权。',
        resolve: ({ entry }) => [...entry.grants],
      }),
      feeds: t.idList({
        description: 'Of whose data something was shown. 涉及的数据源。',
        resolve: ({ entry }) => [...entry.feeds],
      }),
      result: t.string({
        description: 'OK, BEGUN, ENDED, or the code of the error. 结果或错误代码。',
        resolve: ({ entry }) => entry.result,
      }),
      outcome: t.string({
        nullable: true,
        description: 'What came of it where that is no error. 非错误的处理结论。',
        resolve: ({ entry }) => entry.outcome,
      }),
      rowCount: t.int({
        description: 'How many objects were shown; of a push, records taken. 返回对象数；推送则为接收记录数。',
        resolve: ({ entry }) => entry.rowCount,
      }),
      times: t.int({
        description: 'How many like operations it stands for. 代表的同类操作次数。',
        resolve: ({ entry }) => entry.times,
      }),
      requestId: t.id({
        nullable: true,
        description: 'Of the request. 请求标识。',
        resolve: ({ entry }) => entry.requestId,
      }),
      address: t.string({
        nullable: true,
        description: 'Where it came from. 来源地址。',
        resolve: ({ entry }) => entry.address,
      }),
      milliseconds: t.int({
        description: 'How long it took. 耗时（毫秒）。',
        resolve: ({ entry }) => entry.milliseconds,
      }),
      hash: t.string({ description: 'Its hash, which the next row covers. 本行哈希。', resolve: ({ hash }) => hash }),
    }),
  });
  const Filter = builder.inputType('AuditFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      principals: t.stringList({ description: 'Of these principals. 主体。' }),
      departments: t.field({
        type: [refs.DepartmentCode],
        description: 'Of principals of these departments. 主体部门。',
      }),
      kinds: t.field({ type: [kind], description: 'Of these kinds. 类别。' }),
      fields: t.stringList({ description: 'With one of these root fields. 根字段。' }),
      results: t.stringList({ description: 'With one of these results. 结果。' }),
      feeds: t.stringList({ description: 'That showed something of one of these feeds. 涉及的数据源。' }),
      requestId: t.string({ description: 'Of this request. 请求标识。' }),
      since: t.field({ type: 'DateTime', description: 'Asked at or after. 起始时间（含）。' }),
      until: t.field({ type: 'DateTime', description: 'Asked before. 截止时间（不含）。' }),
    }),
  });
  const Connection = connectionOf(builder, 'QueryAuditEntries', Entry);
  builder.queryField('auditEntries', (t) =>
    t.field({
      type: Connection,
      description: 'The audit, newest first. Needs the role AUDITOR. 审计记录，新的在前，需审计员角色。',
      args: {
        first: t.arg.int({ description: list.first }),
        after: t.arg.string({ description: list.after }),
        filter: t.arg({ type: Filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await auditEntries(args, context)),
    }),
  );
}

function addAccess(builder: Builder, refs: Refs, kind: Kind): void {
  const Access = builder.objectRef<AccessRow>('DataAccess').implement({
    description: "Someone who saw data of the caller's department. 对本部门数据的一次访问。",
    authScopes: (_row, context) => mayAskForAccess(context),
    fields: (t) => ({
      id: t.id({ description: 'Its position in the audit. 审计序号。', resolve: (row) => String(row.position) }),
      at: t.field({ type: 'DateTime', description: 'When. 时间。', resolve: (row) => row.at }),
      kind: t.field({ type: kind, description: 'How. 方式。', resolve: (row) => row.kind }),
      principal: t.exposeID('principal', { description: 'Who. 主体标识。' }),
      principalName: t.exposeString('principalName', { description: 'Their name. 主体名称。' }),
      department: t.field({
        type: refs.DepartmentCode,
        nullable: true,
        description: "Theirs; null: the hub's staff, or the public. 主体部门；空为平台人员或公众。",
        resolve: (row) => row.department,
      }),
      feeds: t.idList({
        description: "Of the caller's department. 涉及的本部门数据源。",
        resolve: (row) => [...row.feeds],
      }),
      grants: t.idList({
        description: 'By which grants of the department. 所依据的本部门授权。',
        resolve: (row) => [...row.grants],
      }),
      times: t.exposeInt('times', { description: 'How many like reads it stands for. 代表的同类访问次数。' }),
    }),
  });
  const Filter = builder.inputType('DataAccessFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      feeds: t.stringList({ description: 'To one of these feeds. 数据源。' }),
      readers: t.field({ type: [refs.DepartmentCode], description: 'By these departments. 访问部门。' }),
      own: t.boolean({ description: "Also by the department's own; not if not given. 是否包括本部门人员，缺省否。" }),
      since: t.field({ type: 'DateTime', description: 'At or after. 起始时间（含）。' }),
      until: t.field({ type: 'DateTime', description: 'Before. 截止时间（不含）。' }),
    }),
  });
  const Connection = connectionOf(builder, 'QueryAccessToMyData', Access);
  builder.queryField('accessToMyData', (t) =>
    t.field({
      type: Connection,
      description: "Who saw data of the caller's own department, newest first. 谁访问了本部门的数据，新的在前。",
      args: {
        first: t.arg.int({ description: list.first }),
        after: t.arg.string({ description: list.after }),
        filter: t.arg({ type: Filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await accessToMyData(args, context)),
    }),
  );
}
