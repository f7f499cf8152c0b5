import type { RegisterField, RegisterNoun } from '../../model/register.js';
import * as register from '../../resolvers/shared/register.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';
import { type RegisterRef, sayField } from './register-words.js';

/** A noun's list, with a filter of its own, and its single query. */
export function addRegisterQueries(builder: Builder, refs: Refs, noun: RegisterNoun, ref: RegisterRef): void {
  const name = `Query${noun.plural.charAt(0).toUpperCase()}${noun.plural.slice(1)}`;
  const connection = connectionOf(builder, name, ref);
  const filter = addFilter(builder, refs, noun);
  builder.queryField(noun.plural, (t) =>
    t.field({
      type: connection,
      description: `The register "${noun.en}", by id. ${noun.zh}台账。`,
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: filter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await register.entries(noun, args, context)) as never,
    }),
  );
  builder.queryField(singular(noun), (t) =>
    t.field({
      type: ref,
      nullable: true,
      description: `One entry of it, in use or retired. 单条${noun.zh}，含已停用。`,
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => register.entry(noun, String(args.id), context),
    }),
  );
}

const singular = ({ type }: RegisterNoun): string => type.charAt(0).toLowerCase() + type.slice(1);

function addFilter(builder: Builder, refs: Refs, noun: RegisterNoun) {
  const filter = builder.inputRef<register.RegisterFilter>(`${noun.type}Filter`);
  builder.inputType(filter, {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon. 多边形内。' }),
      near: t.field({ type: refs.NearInput, description: 'Around this point. 点周围。' }),
      text: t.string({ description: 'Part of the name, or the beginning of the code. 名称的一部分或编号开头。' }),
      feeds: t.stringList({ description: 'Of these feeds. 数据源。' }),
      retired: t.boolean({ description: 'True: only those out of use; else only those in use. 是否查已停用。' }),
      ...(noun.during
        ? { at: t.field({ type: 'DateTime', description: 'Those that hold at this moment. 该时刻有效的记录。' }) }
        : {}),
      ...Object.fromEntries(
        register
          .filterable(noun)
          .map((field) => [
            register.apiName(field),
            t.stringList({ description: `One of these codes${nested(field)}. ${sayField(field)}` }),
          ]),
      ),
    }),
  });
  return filter;
}

const nested = (field: RegisterField): string => (field.type === 'one-of' && field.nested ? ', or beneath' : '');
