import type { ObjectRef } from '@pothos/core';
import type { Page, ReportRow } from '../../model/rows.js';
import type { HubContext } from '../../resolvers/context.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import type { ReportArgs } from '../../resolvers/shared/report.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** What all reports share, as an interface that their types take on, and the filter of their lists. */
export function addReports(builder: Builder, refs: Refs): void {
  builder.interfaceType(refs.Report, {
    description: 'What a feed reports at a place and a time. 数据源报送的、有时间和位置的记录。',
    authScopes: (node, { viewer }) => viewer.sight.ofFeed(node.feedId) !== undefined,
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<feed>:<source id>". 标识。' }),
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that brought it. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'When it was, or was seen. 发生或观测时间。',
        resolve: (node) => node.observedAt,
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
      position: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'A point in WGS84. 位置。',
        resolve: (node) => pointOf(node.lon, node.lat),
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
      revision: t.exposeInt('revision', { description: 'How often the source has corrected it. 更正次数。' }),
    }),
  });
  builder.inputType(refs.ReportFilter, {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      since: t.field({ type: 'DateTime', description: 'At or after this. 起始时间。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon. 多边形内。' }),
    }),
  });
}

export interface ReportList<R extends ReportRow> {
  /** The query field, e.g. "fireHotspots". */
  readonly field: string;
  readonly ref: ObjectRef<Builder['$inferSchemaTypes'], R, R>;
  readonly description: string;
  readonly read: (args: ReportArgs, context: HubContext) => Promise<Page<R>>;
}

/** A query field that lists one kind of report, newest first, page by page. */
export function addReportList<R extends ReportRow>(builder: Builder, refs: Refs, list: ReportList<R>): void {
  const name = `Query${list.field.charAt(0).toUpperCase()}${list.field.slice(1)}`;
  const connection = connectionOf(builder, name, list.ref);
  builder.queryField(list.field, (t) =>
    t.field({
      type: connection,
      description: list.description,
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: refs.ReportFilter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await list.read(args, context)) as never,
    }),
  );
}
