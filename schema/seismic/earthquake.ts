import { REVIEWS } from '../../model/earthquake.js';
import type { RevisionRow } from '../../model/rows.js';
import * as quake from '../../resolvers/seismic/earthquake.js';
import { answerable } from '../../resolvers/shared/jurisdiction.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import * as revision from '../../resolvers/shared/revision.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Earthquakes, each with what every catalogue says of it. */
export function addEarthquakes(builder: Builder, refs: Refs): void {
  builder.asEntity(refs.Earthquake, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => quake.earthquake(id, context),
  });
  addValues(builder, refs);
  addEarthquake(builder, refs);
  addReport(builder, refs);
  addRevision(builder, refs);
  addQueries(builder, refs);
}

function addEarthquake(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Earthquake, {
    description:
      'One earthquake, however many catalogues tell of it. Its values are those of one report: not withdrawn before withdrawn, reviewed before any other, then CENC, XJ, ISC, US, NEIC, EMSC, GFZ, any other; of equals the newest. 一次地震，多个目录的报告合为一条。取值依次为：未撤销、正式测定、按中国地震台网等目录次序、最新。',
    authScopes: (node, { viewer }) => viewer.sight.ofFeed(node.feedId) !== undefined,
    interfaces: [refs.EarthquakeValues],
    fields: (t) => ({
      id: t.id({ description: 'Stays, whatever is corrected. 标识，修订后不变。', resolve: (node) => node.factId }),
      occurredAt: t.field({
        type: 'DateTime',
        description: 'Origin time. 发震时刻。',
        resolve: (node) => node.observedAt,
      }),
      position: t.field({
        type: 'GeoJSON',
        nullable: true,
        description: 'The epicentre in WGS84. 震中。',
        resolve: (node) => pointOf(node.lon, node.lat),
      }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'Where the epicentre lies. 震中所在区划。',
        resolve: (node, _args, context) => divisionOf(node.divisionCode, context),
      }),
      jurisdiction: t.field({
        type: refs.Jurisdiction,
        nullable: true,
        description: 'Who answered for the place at its time. 当时所在地的责任主体。',
        resolve: (node, _args, context) => answerable(node, node.observedAt, context),
      }),
      status: t.field({
        type: refs.WarningStatus,
        description: 'EXERCISE where generated. 生成数据为演练。',
        resolve: (node) => node.status as never,
      }),
      sources: t.field({
        type: [refs.EarthquakeReport],
        description: 'Every catalogue with its own values, in the order of precedence. 各目录的测定结果，按取值次序。',
        resolve: async (node, _args, context) => [...(await quake.sources(node, context))],
      }),
    }),
  });
}

/** What an earthquake and each report of it have in common. */
function addValues(builder: Builder, refs: Refs): void {
  const Review = builder.enumType('EarthquakeReview', {
    description: 'How far a catalogue has looked at it. 测定方式。',
    values: Object.fromEntries(REVIEWS.map((name) => [name, { description: REVIEW_TEXT[name] }])) as Record<
      (typeof REVIEWS)[number],
      { description: string }
    >,
  });
  builder.interfaceType(refs.EarthquakeValues, {
    description: 'What a catalogue determined. 地震参数。',
    fields: (t) => ({
      catalogue: t.exposeString('catalogue', { description: 'Whose values these are, e.g. CENC. 测定机构。' }),
      magnitude: t.exposeFloat('magnitude', { nullable: true, description: 'Null where not given. 震级。' }),
      magnitudeType: t.exposeString('magnitudeType', { nullable: true, description: 'M, mww, mb … 震级类型。' }),
      depthKm: t.exposeFloat('depthKm', { nullable: true, description: 'Kilometres. 震源深度（千米）。' }),
      place: t.exposeString('place', { description: "In the catalogue's words. 参考位置。" }),
      review: t.field({
        type: Review,
        description: 'Automatic or reviewed. 测定方式。',
        resolve: (node) => node.review,
      }),
      eventType: t.exposeString('eventType', { nullable: true, description: "In the catalogue's words. 事件类型。" }),
      withdrawn: t.exposeBoolean('withdrawn', { description: 'The catalogue has taken it back. 已撤销。' }),
      updatedAt: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When the catalogue last changed it, where it says so. 目录修订时间。',
        resolve: (node) => node.updatedAt,
      }),
    }),
  });
}

const REVIEW_TEXT = {
  AUTOMATIC: 'Located by software. 自动测定。',
  REVIEWED: 'By a seismologist. 正式测定。',
  UNKNOWN: 'The catalogue does not say. 未说明。',
};

function addReport(builder: Builder, refs: Refs): void {
  builder.objectType(refs.EarthquakeReport, {
    description: 'What one catalogue says of one earthquake. 某一目录对一次地震的测定结果。',
    interfaces: [refs.Report, refs.EarthquakeValues],
    fields: (t) => ({
      earthquake: t.field({
        type: refs.Earthquake,
        nullable: true,
        description: 'The earthquake it is taken for. 所属地震。',
        resolve: (node, _args, context) => quake.earthquake(node.factId, context),
      }),
      revisions: t.field({
        type: [refs.EarthquakeRevision],
        description: 'What it said before, newest first, at most 100. 历次修订前的内容，新的在前。',
        resolve: async (node, _args, context) => [...(await revision.revisions(node, context))],
      }),
    }),
  });
}

function addRevision(builder: Builder, refs: Refs): void {
  builder.objectType(refs.EarthquakeRevision, {
    description: 'What a report said before it was corrected. 修订前的测定结果。',
    fields: (t) => {
      const number = (column: string, description: string) =>
        t.float({ nullable: true, description, resolve: (node: RevisionRow) => revision.numberOf(node, column) });
      const text = (column: string, description: string) =>
        t.string({ nullable: true, description, resolve: (node: RevisionRow) => revision.textOf(node, column) });
      return {
        revision: t.exposeInt('revision', { description: 'From 0. 修订序号。' }),
        receivedAt: t.field({
          type: 'DateTime',
          description: 'When the hub received it. 收到时间。',
          resolve: (node) => node.receivedAt,
        }),
        occurredAt: t.field({
          type: 'DateTime',
          nullable: true,
          description: 'Origin time. 发震时刻。',
          resolve: (node) => revision.dateOf(node, 'observed_at'),
        }),
        magnitude: number('magnitude', 'Its magnitude. 震级。'),
        magnitudeType: text('magnitude_type', 'The kind of it. 震级类型。'),
        depthKm: number('depth_km', 'Kilometres. 震源深度（千米）。'),
        place: text('place', "In the catalogue's words. 参考位置。"),
        review: text('review', 'AUTOMATIC, REVIEWED or UNKNOWN. 测定方式。'),
        position: t.field({
          type: 'GeoJSON',
          nullable: true,
          description: 'The epicentre in WGS84. 震中。',
          resolve: (node) => pointOf(revision.numberOf(node, 'lon'), revision.numberOf(node, 'lat')),
        }),
      };
    },
  });
}

function addQueries(builder: Builder, refs: Refs): void {
  const connection = connectionOf(builder, 'QueryEarthquakes', refs.Earthquake);
  builder.queryField('earthquakes', (t) =>
    t.field({
      type: connection,
      description: 'Earthquakes, newest first; those that were withdrawn are left out. 地震，新的在前，不含已撤销的。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: refs.ReportFilter, required: false, description: 'Which. 条件。' }),
        minMagnitude: t.arg.float({ description: 'At least this strong. 最小震级。' }),
      },
      resolve: async (_root, args, context) => toConnection(await quake.earthquakes(args, context)) as never,
    }),
  );
  builder.queryField('earthquake', (t) =>
    t.field({
      type: refs.Earthquake,
      nullable: true,
      description: 'One of them, withdrawn or not. 一次地震。',
      args: { id: t.arg.id({ required: true, description: 'Which. 标识。' }) },
      resolve: (_root, args, context) => quake.earthquake(String(args.id), context),
    }),
  );
}
