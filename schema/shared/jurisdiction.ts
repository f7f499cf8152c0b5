import * as jurisdiction from '../../resolvers/shared/jurisdiction.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';

/** Who answers for a place, apart from where it lies; both valid in time. */
export function addJurisdictions(builder: Builder, refs: Refs): void {
  addTypes(builder, refs);
  addQueries(builder, refs);
  addMutations(builder, refs);
  const at = { description: 'When; now if not given. 时间，默认现在。' };
  builder.objectField(refs.Division, 'jurisdiction', (t) =>
    t.field({
      type: refs.Jurisdiction,
      authScopes: { known: true },
      nullable: true,
      description: 'Who answers for it. 责任主体。',
      args: { at: t.arg({ type: 'DateTime', required: false, ...at }) },
      resolve: (node, args, context) => jurisdiction.answerable({ divisionCode: node.code }, args.at, context),
    }),
  );
  builder.objectField(refs.Station, 'jurisdiction', (t) =>
    t.field({
      type: refs.Jurisdiction,
      nullable: true,
      description: 'Who answers for the place where it stands. 所在地的责任主体。',
      args: { at: t.arg({ type: 'DateTime', required: false, ...at }) },
      resolve: (node, args, context) => jurisdiction.answerable(node, args.at, context),
    }),
  );
  builder.interfaceField(refs.RegisterEntry, 'jurisdiction', (t) =>
    t.field({
      type: refs.Jurisdiction,
      nullable: true,
      description: 'Who answers for the place where it lies. 所在地的责任主体。',
      args: { at: t.arg({ type: 'DateTime', required: false, ...at }) },
      resolve: (node, args, context) => jurisdiction.answerable(node, args.at, context),
    }),
  );
  builder.interfaceField(refs.Report, 'jurisdiction', (t) =>
    t.field({
      type: refs.Jurisdiction,
      nullable: true,
      description: 'Who answered for the place at its time. 当时所在地的责任主体。',
      resolve: (node, _args, context) => jurisdiction.answerable(node, node.observedAt, context),
    }),
  );
}

function addTypes(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Jurisdiction, {
    description:
      'A body that answers for places: the city, a farm of the 兵团, the army. 责任主体：市、兵团团场、部队等。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<kind>:<code>". 标识。' }),
      kind: t.field({
        type: refs.JurisdictionKind,
        description: 'What it is. 类别。',
        resolve: (row) => row.kind as never,
      }),
      name: t.string({
        description: 'Its name, in Chinese unless another language is asked for and known. 名称，默认中文。',
        args: { language: t.arg.string({ defaultValue: 'zh', description: '"zh" or "en". 语言。' }) },
        resolve: (row, args) => (args.language?.startsWith('en') ? (row.nameEn ?? row.nameZh) : row.nameZh),
      }),
      parent: t.field({
        type: refs.Jurisdiction,
        nullable: true,
        description: 'The body above it. 上级主体。',
        resolve: (row, _args, context) => jurisdiction.parentOf(row, context),
      }),
      areas: t.field({
        type: [refs.JurisdictionArea],
        description: 'What it answers for. 责任区域。',
        args: {
          at: t.arg({ type: 'DateTime', required: false, description: 'When; now if not given. 时间，默认现在。' }),
        },
        resolve: (row, args, context) => jurisdiction.areasOf(row, args.at, context),
      }),
      validFrom: t.field({
        type: 'DateTime',
        description: 'Since when it exists. 起始日期。',
        resolve: (row) => row.validFrom,
      }),
      validTo: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The first day on which it is no more. 终止日期。',
        resolve: (row) => row.validTo,
      }),
    }),
  });
  builder.objectType(refs.JurisdictionArea, {
    description: 'A division or a polygon for which a jurisdiction answers. 责任区域：区划或多边形。',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Its id. 标识。' }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'The division, if it is one. 区划。',
        resolve: (row, _args, context) =>
          row.divisionCode === null ? null : (context.divisions.get(row.divisionCode) ?? null),
      }),
      area: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'The polygon, if it is one. 多边形。',
        resolve: (row) => row.area,
      }),
      validFrom: t.field({
        type: 'DateTime',
        description: 'The first day. 起始日期。',
        resolve: (row) => row.validFrom,
      }),
      validTo: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'The first day on which it no longer holds. 终止日期。',
        resolve: (row) => row.validTo,
      }),
      source: t.exposeString('source', { description: 'What says so. 依据。' }),
    }),
  });
}

function addQueries(builder: Builder, refs: Refs): void {
  builder.queryFields((t) => ({
    jurisdictions: t.field({
      type: [refs.Jurisdiction],
      description: 'Those that exist, by id. 责任主体列表。',
      args: {
        at: t.arg({ type: 'DateTime', required: false, description: 'When; now if not given. 时间，默认现在。' }),
      },
      resolve: (_root, args, context) => jurisdiction.jurisdictions(args.at, context),
    }),
    jurisdiction: t.field({
      type: refs.Jurisdiction,
      nullable: true,
      description: 'One of them. 单个责任主体。',
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => jurisdiction.jurisdiction(String(args.id), context),
    }),
    answerable: t.field({
      type: refs.Jurisdiction,
      nullable: true,
      description: 'Who answers for a point; null where nobody is known to. 某点的责任主体，未知为空。',
      args: {
        position: t.arg({ type: 'GeoJSON', required: true, description: 'A point in WGS84. 位置。' }),
        at: t.arg({ type: 'DateTime', required: false, description: 'When; now if not given. 时间，默认现在。' }),
      },
      resolve: (_root, args, context) =>
        jurisdiction.answerable(jurisdiction.pointInput(args.position, context), args.at, context),
    }),
  }));
}

function addMutations(builder: Builder, refs: Refs): void {
  const SaveInput = builder.inputType('JurisdictionInput', {
    description: 'A jurisdiction to be kept. 责任主体。',
    fields: (t) => ({
      id: t.id({ required: true, description: '"<kind>:<code>", e.g. "xpcc:07-123". 标识。' }),
      kind: t.field({ type: refs.JurisdictionKind, required: true, description: 'What it is. 类别。' }),
      nameZh: t.string({ required: true, description: 'Its Chinese name. 中文名称。' }),
      nameEn: t.string({ description: 'Its English name. 英文名称。' }),
      parent: t.id({ description: 'The id of the body above it. 上级标识。' }),
      validFrom: t.field({ type: 'DateTime', required: true, description: 'Since which day. 起始日期。' }),
      validTo: t.field({ type: 'DateTime', description: 'The first day on which it is no more. 终止日期。' }),
    }),
  });
  builder.mutationFields((t) => ({
    saveJurisdiction: t.field({
      type: refs.Jurisdiction,
      description:
        'Makes or replaces a jurisdiction. Needs the role ADMINISTRATOR of the hub. 新建或更新责任主体，需平台管理员。',
      args: { input: t.arg({ type: SaveInput, required: true, description: 'What it is. 内容。' }) },
      resolve: (_root, { input }, context) =>
        jurisdiction.saveJurisdiction({ ...input, id: String(input.id) }, context),
    }),
    assignJurisdiction: t.field({
      type: refs.Jurisdiction,
      description:
        'From a day on, a jurisdiction answers for a division or a polygon; what held before is still told for the time before. Needs the role ADMINISTRATOR of the hub. 自某日起指定责任区域，此前的归属仍可查询，需平台管理员。',
      args: {
        jurisdiction: t.arg.id({ required: true, description: 'Whose. 责任主体标识。' }),
        division: t.arg.string({ description: 'A division. 区划代码。' }),
        area: t.arg({ type: 'GeoJSON', required: false, description: 'Or a polygon. 或多边形。' }),
        from: t.arg({
          type: 'DateTime',
          required: true,
          description: 'The first day (Asia/Shanghai). 起始日期（北京时间）。',
        }),
        source: t.arg.string({ required: true, description: 'What says so. 依据。' }),
      },
      resolve: (_root, args, context) =>
        jurisdiction.assignJurisdiction({ ...args, jurisdiction: String(args.jurisdiction) }, context),
    }),
    endJurisdictionArea: t.boolean({
      description: 'Ends an assignment on a day. Needs the role ADMINISTRATOR of the hub. 终止责任区域，需平台管理员。',
      args: {
        id: t.arg.id({ required: true, description: 'Of the area. 区域标识。' }),
        to: t.arg({
          type: 'DateTime',
          required: true,
          description: 'The first day on which it no longer holds. 终止日期。',
        }),
      },
      resolve: (_root, args, context) => jurisdiction.endJurisdictionArea(String(args.id), args.to, context),
    }),
  }));
}
