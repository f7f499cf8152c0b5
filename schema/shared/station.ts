import { inSeason } from '../../model/season.js';
import { isBelow } from '../../model/threshold.js';
import { worstDeviceState } from '../../resolvers/shared/device-state.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import * as observation from '../../resolvers/shared/observation.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import * as station from '../../resolvers/shared/station.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Stations, their datastreams and thresholds. */
export function addStations(builder: Builder, refs: Refs): void {
  addStation(builder, refs);
  addDatastream(builder, refs);
  addQueries(builder, refs);
  builder.objectType(refs.Threshold, {
    description:
      'A level that means something at a station, such as the warning water level. 测站的特征值，如警戒水位。',
    fields: (t) => ({
      name: t.exposeString('name', {
        description:
          'warning, guarantee, flood-limit, high-high, high, low, low-low … 名称，如警戒、保证、汛限、高高限。',
      }),
      sensor: t.string({
        nullable: true,
        description: 'Where it holds for one sensor only. 仅适用于该传感器。',
        resolve: (node) => node.sensor || null,
      }),
      below: t.boolean({
        description: 'Whether it is passed by falling to it, as low and low-low are. 是否为下限。',
        resolve: (node) => isBelow(node.name),
      }),
      value: t.exposeFloat('value', { description: "In the datastream's unit. 数值，单位同数据流。" }),
      seasonFrom: t.string({
        nullable: true,
        description: 'First day of the year it holds, "MMDD". 起始月日。',
        resolve: (node) => node.seasonFrom || null,
      }),
      seasonTo: t.string({
        nullable: true,
        description: 'Last day of the year it holds, "MMDD". 终止月日。',
        resolve: (node) => node.seasonTo || null,
      }),
      inForce: t.boolean({
        description: 'Whether it holds on this day of the year. 当前日期是否适用。',
        resolve: (node, _args, context) => inSeason(node.seasonFrom, node.seasonTo, context.now()),
      }),
    }),
  });
}

function addStation(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Station, {
    description: 'A place where a department observes. 部门的观测站点。',
    authScopes: (node, { viewer }) => viewer.sight.ofStation(node.feedId) !== undefined,
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<feed>:<code>". 标识。' }),
      code: t.exposeString('code', { description: "The department's own code. 部门站码。" }),
      name: t.exposeString('name', { description: 'Its name. 站名。' }),
      stationType: t.exposeString('stationType', {
        nullable: true,
        description: "In the standard's words, e.g. SL 323 STTP. 站类。",
      }),
      department: t.field({
        type: refs.Department,
        description: 'Whose it is. 所属部门。',
        resolve: (node) => station.departmentOf(node),
      }),
      division: t.field({
        type: refs.Division,
        nullable: true,
        description: 'Where it lies. 所在区划。',
        resolve: (node, _args, context) => divisionOf(node.divisionCode, context),
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
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that brings it. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      datastreams: t.field({
        type: [refs.Datastream],
        description: 'What is observed here. 观测的数据流。',
        resolve: async (node, _args, context) => [...(await context.loaders.datastreamsOfStation.load(node.id))],
      }),
      deviceState: t.field({
        type: refs.DeviceState,
        nullable: true,
        description:
          'The gravest of deviceStates; null where nothing is known of devices. 各设备最新状态中最严重的一项。',
        resolve: (node, _args, context) => worstDeviceState(node, context),
      }),
      deviceStates: t.field({
        type: [refs.DeviceState],
        description: 'What was last told of each device here. 各设备最新状态。',
        resolve: async (node, _args, context) => [...(await context.loaders.deviceStatesOfStation.load(node.id))],
      }),
    }),
  });
}

function addDatastream(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Datastream, {
    description: 'One property observed at one station by one sensor. 一个测站一个要素的数据流。',
    authScopes: (node, context) => station.sightOf(node, context) !== undefined,
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<station>:<property>[:<sensor>]". 标识。' }),
      station: t.field({
        type: refs.Station,
        description: 'Where. 测站。',
        resolve: (node, _args, context) => station.stationOf(node, context),
      }),
      property: t.exposeString('property', { description: 'What: a name of docs/glossary.md. 要素，见术语表。' }),
      sensor: t.string({
        nullable: true,
        description: 'Which of several sensors. 传感器。',
        resolve: (node) => node.sensor || null,
      }),
      unit: t.string({ description: 'The unit, UCUM. 单位（UCUM）。', resolve: (node) => station.unitOf(node) }),
      latest: t.field({
        type: refs.Observation,
        nullable: true,
        description: 'The newest value; null before the first. 最新值。',
        resolve: (node, _args, context) => observation.latest(node, context),
      }),
      thresholds: t.field({
        type: [refs.Threshold],
        description: 'Levels that mean something for it. 特征值。',
        resolve: async (node, _args, context) => [...(await station.thresholdsOf(node, context))],
      }),
      exceeds: t.field({
        type: [refs.Threshold],
        description:
          'Thresholds in force that the newest value has reached or gone beyond, the gravest first. 最新值达到或越过的特征值、报警限，最严重的在前。',
        resolve: async (node, _args, context) => observation.exceeds(await observation.latest(node, context), context),
      }),
      medium: t.exposeString('medium', {
        nullable: true,
        description: 'What is measured in, where the source says. 介质，如液氨。',
      }),
      series: t.field({
        type: [refs.SeriesPoint],
        description:
          'Its values over time, oldest first: raw, or one point a bucket; at most 10,000. 时间序列，最多 10,000 点。',
        args: {
          from: t.arg({ type: 'DateTime', required: true, description: 'From, inclusive. 起始（含）。' }),
          to: t.arg({ type: 'DateTime', required: true, description: 'To, exclusive. 终止（不含）。' }),
          everySeconds: t.arg.int({ description: 'Length of a bucket. 聚合间隔（秒）。' }),
        },
        resolve: async (node, args, context) => [...(await observation.series(node, args, context))],
      }),
    }),
  });
}

function addQueries(builder: Builder, refs: Refs): void {
  const StationConnection = connectionOf(builder, 'QueryStations', refs.Station);
  builder.inputType(refs.NearInput, {
    description: 'A circle. 圆形范围。',
    fields: (t) => ({
      lon: t.float({ required: true, description: 'Longitude, WGS84 degrees. 经度。' }),
      lat: t.float({ required: true, description: 'Latitude, WGS84 degrees. 纬度。' }),
      withinMetres: t.float({ required: true, description: 'Radius. 半径（米）。' }),
    }),
  });
  const StationFilter = builder.inputType('StationFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      departments: t.field({ type: [refs.DepartmentCode], description: 'Of these departments. 部门。' }),
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      properties: t.stringList({ description: 'That observe one of these. 观测要素。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon. 多边形内。' }),
      near: t.field({ type: refs.NearInput, description: 'Around this point. 点周围。' }),
    }),
  });
  builder.queryFields((t) => ({
    stations: t.field({
      type: StationConnection,
      description: 'Stations by id. 测站列表。',
      args: {
        first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
        after: t.arg.string({ description: 'After this place. 起始位置。' }),
        filter: t.arg({ type: StationFilter, required: false, description: 'Which. 条件。' }),
      },
      resolve: async (_root, args, context) => toConnection(await station.stations(args, context)),
    }),
    station: t.field({
      type: refs.Station,
      nullable: true,
      description: 'One station. 单个测站。',
      args: { id: t.arg.id({ required: true, description: 'Its id. 标识。' }) },
      resolve: (_root, args, context) => station.station(String(args.id), context),
    }),
  }));
}
