import * as fire from '../../resolvers/forestry/fire.js';
import { feedOf } from '../../resolvers/shared/feed.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import type { Builder } from '../builder.js';
import { connectionOf, toConnection } from '../paging.js';
import type { Refs } from '../refs.js';

/** Fires seen by satellites and by cameras. */
export function addFires(builder: Builder, refs: Refs): void {
  addHotspot(builder, refs);
  addAlarm(builder, refs);
  const FireFilter = builder.inputType('FireFilter', {
    description: 'All conditions must hold. 各条件同时满足。',
    fields: (t) => ({
      divisions: t.stringList({ description: 'In these divisions or beneath. 区划及其下级。' }),
      since: t.field({ type: 'DateTime', description: 'Observed at or after this. 起始观测时间。' }),
      within: t.field({ type: 'GeoJSON', description: 'In this polygon. 多边形内。' }),
    }),
  });
  const HotspotConnection = connectionOf(builder, 'QueryFireHotspots', refs.FireHotspot);
  const AlarmConnection = connectionOf(builder, 'QueryFireAlarms', refs.FireAlarm);
  builder.queryFields((t) => {
    const args = () => ({
      first: t.arg.int({ description: 'How many, 1 to 200; 50 if not given. 条数。' }),
      after: t.arg.string({ description: 'After this place. 起始位置。' }),
      filter: t.arg({ type: FireFilter, required: false, description: 'Which. 条件。' }),
    });
    return {
      fireHotspots: t.field({
        type: HotspotConnection,
        description: 'Fire hotspots from satellites, newest first. 卫星火点，新的在前。',
        args: args(),
        resolve: async (_root, given, context) => toConnection(await fire.fireHotspots(given, context)),
      }),
      fireAlarms: t.field({
        type: AlarmConnection,
        description: 'Smoke and fire alarms from cameras, newest first. 视频烟火告警，新的在前。',
        args: args(),
        resolve: async (_root, given, context) => toConnection(await fire.fireAlarms(given, context)),
      }),
    };
  });
}

function addHotspot(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FireHotspot, {
    description: 'A spot that a satellite saw burn. 卫星监测火点。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<feed>:<source id>". 标识。' }),
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that brought it. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'When the satellite passed. 过境时间。',
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
      satellite: t.exposeString('satellite', { description: 'Which satellite. 卫星。' }),
      instrument: t.exposeString('instrument', { description: 'MODIS or VIIRS. 传感器。' }),
      confidence: t.field({
        type: refs.HotspotConfidence,
        description: 'How sure. 置信度。',
        resolve: (node) => node.confidence as never,
      }),
      confidencePercent: t.exposeFloat('confidencePercent', {
        nullable: true,
        description: 'MODIS only. 置信度百分比，仅 MODIS。',
      }),
      brightnessKelvin: t.exposeFloat('brightnessKelvin', {
        nullable: true,
        description: 'Brightness temperature. 亮温（开）。',
      }),
      radiativePowerMegawatts: t.exposeFloat('radiativePowerMegawatts', {
        nullable: true,
        description: 'Fire radiative power. 火辐射功率（兆瓦）。',
      }),
      daytime: t.exposeBoolean('daytime', { nullable: true, description: 'Whether by day. 是否白天。' }),
      status: t.field({
        type: refs.WarningStatus,
        description: 'EXERCISE where generated. 生成数据为演练。',
        resolve: (node) => node.status as never,
      }),
      revision: t.exposeInt('revision', { description: 'How often the source has corrected it. 更正次数。' }),
    }),
  });
}

function addAlarm(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FireAlarm, {
    description: 'A smoke or fire alarm of a camera (GB/T 28181). 视频烟火告警（GB/T 28181）。',
    fields: (t) => ({
      id: t.exposeID('id', { description: '"<feed>:<source id>". 标识。' }),
      feed: t.field({
        type: refs.Feed,
        description: 'The feed that brought it. 数据源。',
        resolve: (node, _args, context) => feedOf(node.feedId, context),
      }),
      deviceId: t.exposeString('deviceId', { description: 'The device, 20 digits. 设备编码。' }),
      observedAt: t.field({
        type: 'DateTime',
        description: 'When it was raised. 告警时间。',
        resolve: (node) => node.observedAt,
      }),
      receivedAt: t.field({
        type: 'DateTime',
        description: 'When the hub received it. 收到时间。',
        resolve: (node) => node.receivedAt,
      }),
      type: t.field({
        type: refs.FireAlarmType,
        description: 'What was seen. 类型。',
        resolve: (node) => node.type as never,
      }),
      priority: t.exposeInt('priority', { nullable: true, description: '1 highest to 4. 级别，1 最高。' }),
      description: t.exposeString('description', { description: "The platform's text. 告警描述。" }),
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
}
