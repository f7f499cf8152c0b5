import type { RegisterField, RegisterNoun } from '../../model/register.js';
import { apiName } from '../../resolvers/shared/register.js';
import { retireEntry, type SaveInput, saveEntry } from '../../resolvers/shared/save-register.js';
import type { Builder } from '../builder.js';
import { addPartInput } from './register-parts.js';
import { type RegisterRef, sayField } from './register-words.js';

/** A noun's mutations: save and retire. */
export function addRegisterInput(builder: Builder, noun: RegisterNoun, ref: RegisterRef): void {
  const input = addInput(builder, noun);
  builder.mutationField(`save${noun.type}`, (t) =>
    t.field({
      type: ref,
      description: `Saves one entry: new without revision, else the next revision; CONFLICT where it was changed meanwhile. Needs the role FEEDER of its department, or DUTY_OFFICER for the emergency department’s. 保存${noun.zh}：无 revision 为新增，否则为修改；已被他人修改时返回 CONFLICT，需本部门填报权限。`,
      args: { input: t.arg({ type: input, required: true, description: 'What is said of it. 内容。' }) },
      resolve: (_root, args, context) => saveEntry(noun, args.input as SaveInput, context),
    }),
  );
  builder.mutationField(`retire${noun.type}`, (t) =>
    t.field({
      type: ref,
      description: `Takes an entry out of use; it stays with its history. Needs the role FEEDER of its department, or DUTY_OFFICER for the emergency department’s. 停用${noun.zh}，记录和历史保留，需本部门填报权限。`,
      args: {
        id: t.arg.id({ required: true, description: 'Its id. 标识。' }),
        revision: t.arg.int({ description: 'Only if it is still at this revision. 仅当版本未变。' }),
      },
      resolve: (_root, args, context) => retireEntry(noun, { id: String(args.id), revision: args.revision }, context),
    }),
  );
}

function addInput(builder: Builder, noun: RegisterNoun) {
  const partInputs = new Map(
    noun.fields.flatMap((field) =>
      field.type === 'parts' ? [[field.name, addPartInput(builder, field)] as const] : [],
    ),
  );
  return builder.inputType(`Save${noun.type}Input`, {
    description: 'What is not given stays as it is; null takes a value back. 未给出的字段不变，null 表示清空。',
    fields: (t) => ({
      id: t.id({ description: 'The entry to change, where another feed brought it. 要修改的记录（其他数据源）。' }),
      code: t.string({ description: `${noun.code.en}. ${noun.code.zh}。` }),
      name: t.string({ description: `${noun.name.en}. ${noun.name.zh}。` }),
      revision: t.int({ description: 'The revision you have seen; none for a new entry. 所见版本，新增时不填。' }),
      position: t.field({ type: 'GeoJSON', description: 'A point in WGS84. 位置（WGS84 点）。' }),
      division: t.string({ description: 'Its division, where the point does not tell. 所在区划代码。' }),
      ...Object.fromEntries(
        noun.fields.map((field) => {
          const part = partInputs.get(field.name);
          const list = part && t.field({ type: [part], description: sayField(field) });
          return [apiName(field), list ?? inputField(t, field)];
        }),
      ),
    }),
  });
}

type InputFields = Parameters<Parameters<Builder['inputType']>[1]['fields']>[0];

function inputField(t: InputFields, field: RegisterField) {
  const description = sayField(field);
  switch (field.type) {
    case 'number':
      return t.float({ description });
    case 'integer':
      return t.int({ description });
    case 'boolean':
      return t.boolean({ description });
    case 'texts':
      return t.stringList({ description });
    case 'date-time':
      return t.field({ type: 'DateTime', description });
    case 'date':
      return t.string({ description: `${description} "YYYY-MM-DD".` });
    case 'one-of':
      return t.string({ description: `${description} By its code. 填代码。` });
    default:
      return t.string({ description });
  }
}
