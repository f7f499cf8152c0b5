import * as division from '../../resolvers/shared/division.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** Administrative divisions. */
export function addDivisions(builder: Builder, refs: Refs): void {
  addContents(builder, refs);
  builder.objectType(refs.Division, {
    description: 'An administrative division of GB/T 2260 and its extension. 行政区划（GB/T 2260 及其扩展）。',
    fields: (t) => ({
      code: t.exposeString('code', {
        description: "Today's code in its shortest form: 6, 9 or 12 digits. 现行代码，6、9 或 12 位。",
      }),
      name: t.string({
        description: 'Its name, in Chinese unless another language is asked for and known. 名称，默认中文。',
        args: { language: t.arg.string({ defaultValue: 'zh', description: '"zh" or "en". 语言。' }) },
        resolve: (node, args) => (args.language?.startsWith('en') ? (node.nameEn ?? node.nameZh) : node.nameZh),
      }),
      level: t.exposeString('level', { description: 'province, prefecture, county, township or village. 级别。' }),
      parent: t.field({
        type: refs.Division,
        nullable: true,
        description: 'The division it lies in. 上级区划。',
        resolve: (node, _args, context) => (node.parentCode ? (context.divisions.get(node.parentCode) ?? null) : null),
      }),
      children: t.field({
        type: [refs.Division],
        description: 'The divisions one level beneath. 下级区划。',
        resolve: (node, _args, context) => [...context.divisions.children(node.code)],
      }),
      boundary: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'Its outline, where known. 边界（如有）。',
        resolve: (node) => node.boundary,
      }),
      aliases: t.stringList({ description: 'Its old codes. 旧代码。', resolve: (node) => [...node.aliases] }),
      validFrom: t.field({
        type: 'DateTime',
        description: 'Since when the code holds. 代码生效日期。',
        resolve: (node) => node.validFrom,
      }),
      validTo: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'Until when, if it has ended. 代码失效日期。',
        resolve: (node) => node.validTo,
      }),
      source: t.exposeString('source', { description: 'Where this was taken from. 资料来源。' }),
    }),
  });
  builder.queryField('division', (t) =>
    t.field({
      type: refs.Division,
      nullable: true,
      skipTypeScopes: true,
      description:
        "One division; an old code gives today's, or with a time the one that bore it then. 单个区划，旧代码返回现行区划；给定时间则返回当时的区划。",
      args: {
        code: t.arg.string({ required: true, description: '6, 9 or 12 digits. 6、9 或 12 位。' }),
        at: t.arg({ type: 'DateTime', required: false, description: 'As of this time. 时间。' }),
      },
      resolve: (_root, { code, at }, context) =>
        (at ? context.divisions.asOf(code, at) : context.divisions.get(code)) ?? null,
    }),
  );
}

/** What lies in a division, whoever answers for it. */
function addContents(builder: Builder, refs: Refs): void {
  const first = { defaultValue: 50, description: 'How many, 1 to 200. 条数。' };
  builder.objectField(refs.Division, 'stations', (t) =>
    t.field({
      type: [refs.Station],
      authScopes: { known: true },
      description: 'Stations in it or beneath, by id. 区划内（含下级）的测站。',
      args: {
        first: t.arg.int(first),
        department: t.arg({ type: refs.DepartmentCode, required: false, description: 'Only its. 仅该部门。' }),
      },
      resolve: async (node, args, context) => [...(await division.stationsIn(node, args, context))],
    }),
  );
  builder.objectField(refs.Division, 'entries', (t) =>
    t.field({
      type: [refs.RegisterEntry],
      authScopes: { known: true },
      description:
        'Shelters, depots, reservoirs, buildings and all else that departments keep lists of, in it or beneath, in use, by id. 区划内（含下级）在用的台账条目。',
      args: {
        first: t.arg.int(first),
        register: t.arg({ type: refs.Register, required: false, description: 'Only of this list. 仅该台账。' }),
      },
      resolve: async (node, args, context) => [...(await division.entriesIn(node, args, context))],
    }),
  );
}
