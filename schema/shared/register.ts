import { departmentOfFeed } from '../../model/department.js';
import type { RegisterField, RegisterNoun, RegisterPart, RegisterValue } from '../../model/register.js';
import { REGISTERS } from '../../model/registers.js';
import type { HubContext } from '../../resolvers/context.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import * as register from '../../resolvers/shared/register.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addRegisterInput } from './register-input.js';
import { addPart, codeOf } from './register-parts.js';
import { addRegisterQueries } from './register-queries.js';
import { type FieldsNode, type FieldsRef, type RegisterRef, sayField } from './register-words.js';

/** A type, a list, a single query and two mutations for each noun of model/registers.ts, all from its description. */
export function addRegisters(builder: Builder, refs: Refs): void {
  addInterface(builder, refs);
  builder.objectType(refs.RegisterCode, {
    description: 'A value of a list, such as the type of a team. 代码表中的一个值。',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Its code. 代码。' }),
      name: t.string({
        description: 'Its name, in English unless Chinese is asked for. 名称，默认英文，可选中文。',
        args: { language: t.arg.string({ defaultValue: 'en', description: '"en" or "zh". 语言。' }) },
        resolve: (node, args) => (args.language?.startsWith('zh') ? node.zh : node.en),
      }),
    }),
  });
  for (const noun of REGISTERS) {
    const ref = refs.registers.get(noun.noun) as RegisterRef;
    addType(builder, refs, noun, ref);
    addRegisterQueries(builder, refs, noun, ref);
    addRegisterInput(builder, noun, ref);
  }
}

function addInterface(builder: Builder, refs: Refs): void {
  builder.interfaceType(refs.RegisterEntry, {
    description: 'An entry of a list that a department keeps. 部门台账中的一条记录。',
    resolveType: (node) => register.nounOf(node).type,
    authScopes: (node, { viewer }) => viewer.sight.ofPart(node.feedId, { register: node.noun }) !== undefined,
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<feed>:<noun>:<code>". 标识。' }),
      code: t.exposeString('code', { description: "The department's own code. 部门编号。" }),
      name: t.exposeString('name', { description: 'Its name. 名称。' }),
      department: t.field({
        type: refs.Department,
        description: 'Whose list it is on. 所属部门。',
        resolve: (node) => departmentOfFeed(node.feedId),
      }),
      feed: t.field({
        type: refs.Feed,
        description: 'The feed it belongs to. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      position: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'A point in WGS84. 位置（WGS84 点）。',
        resolve: (node) => pointOf(node.lon, node.lat),
      }),
      originalPosition: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'The point as the source gave it, in originalCrs. 来源给出的坐标。',
        resolve: (node) => pointOf(node.originalLon, node.originalLat),
      }),
      originalCrs: t.exposeString('originalCrs', {
        nullable: true,
        description: 'The coordinate system of the source. 来源坐标系。',
      }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'Where it lies. 所在区划。',
        resolve: (node, _args, context) => divisionOf(node.divisionCode, context),
      }),
      status: t.field({
        type: refs.WarningStatus,
        description: 'EXERCISE where generated. 生成数据为演练。',
        resolve: (node) => node.status as never,
      }),
      revision: t.exposeInt('revision', {
        description: 'One more with every change; send it back to change the entry. 版本号，修改时须带回。',
      }),
      savedByHand: t.exposeBoolean('byHand', {
        description: 'Whether a person saved this revision; else the feed brought it. 本版本是否人工保存。',
      }),
      updatedAt: t.field({
        type: 'DateTime',
        description: 'When this revision was stored. 本版本的保存时间。',
        resolve: (node) => node.updatedAt,
      }),
      retiredAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Since when it is no longer in use. 停用时间。',
        resolve: (node) => node.retiredAt,
      }),
    }),
  });
}

function addType(builder: Builder, refs: Refs, noun: RegisterNoun, ref: RegisterRef): void {
  builder.objectType(ref, { description: `${noun.en}. ${noun.zh}。`, interfaces: [refs.RegisterEntry] });
  for (const field of [...noun.fields, ...(noun.derived?.fields ?? [])]) {
    addField(builder, refs, ref as unknown as FieldsRef, field);
    if (field.type === 'reference') addTarget(builder, refs, ref, field);
  }
  for (const from of REGISTERS)
    for (const field of from.fields)
      if (field.type === 'reference' && field.noun === noun.noun && field.back)
        addBack(builder, refs, ref, from, field, field.back);
  builder.objectField(ref, 'history', (t) =>
    t.field({
      type: [ref],
      description:
        'Its revisions, newest first, the present one among them; at most 100. 历次版本，新的在前，最多 100。',
      resolve: async (node, _args, context) => [...(await register.revisions(node, context))],
    }),
  );
}

/** A field of a described noun, in the type that its description asks for. */
export function addField(builder: Builder, refs: Refs, ref: FieldsRef, field: RegisterField): void {
  if (field.type === 'parts') {
    addParts(builder, refs, ref, field);
    return;
  }
  const read = (node: FieldsNode, context: HubContext) => register.fieldValue(node, field, context);
  const options = { nullable: true, description: sayField(field) } as const;
  builder.objectField(ref, register.apiName(field), (t) => {
    switch (field.type) {
      case 'number':
        return t.float({ ...options, resolve: (node, _args, context) => read(node, context) as number | null });
      case 'integer':
        return t.int({ ...options, resolve: (node, _args, context) => read(node, context) as number | null });
      case 'boolean':
        return t.boolean({ ...options, resolve: (node, _args, context) => read(node, context) as boolean | null });
      case 'texts':
        return t.stringList({ ...options, resolve: (node, _args, context) => read(node, context) as string[] | null });
      case 'date-time':
        return t.field({
          ...options,
          type: 'DateTime',
          resolve: (node, _args, context) => instant(read(node, context)),
        });
      case 'one-of':
        return t.field({
          ...options,
          type: refs.RegisterCode,
          resolve: (node, _args, context) => codeOf(field, read(node, context)),
        });
      default:
        return t.string({ ...options, resolve: (node, _args, context) => read(node, context) as string | null });
    }
  });
}

function addParts(builder: Builder, refs: Refs, ref: FieldsRef, field: RegisterField & { type: 'parts' }): void {
  const part = addPart(builder, refs, field);
  builder.objectField(ref, field.name, (t) =>
    t.field({
      type: [part],
      nullable: true,
      description: sayField(field),
      resolve: (node, _args, context) => register.fieldValue(node, field, context) as RegisterPart[] | null,
    }),
  );
}

const instant = (value: RegisterValue | null): Date | null => (value === null ? null : new Date(String(value)));

type Reference = RegisterField & { type: 'reference' };

function addTarget(builder: Builder, refs: Refs, ref: RegisterRef, field: Reference): void {
  builder.objectField(ref, field.name, (t) =>
    t.field({
      type: refs.registers.get(field.noun) as RegisterRef,
      nullable: true,
      description: `${field.en}, where the hub has it. ${field.zh.replace(/编[号码]$/, '')}（如有）。`,
      resolve: (node, _args, context) => register.target(node, field, context),
    }),
  );
}

function addBack(
  builder: Builder,
  refs: Refs,
  ref: RegisterRef,
  from: RegisterNoun,
  field: Reference,
  back: NonNullable<Reference['back']>,
): void {
  builder.objectField(ref, back.name, (t) =>
    t.field({
      type: [refs.registers.get(from.noun) as RegisterRef],
      description: `${back.en}, in use; at most 200. ${back.zh}（在用），最多 200。`,
      resolve: (node, _args, context) => register.referring(node, from, field, context),
    }),
  );
}
