import type { AlarmRow, HotspotRow } from '../../model/rows.js';
import * as fire from '../../resolvers/forestry/fire.js';
import { answerable } from '../../resolvers/shared/jurisdiction.js';
import { divisionOf, pointOf } from '../../resolvers/shared/place.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addReportList } from '../shared/report.js';

/** Fires seen by satellites and by cameras. */
export function addFires(builder: Builder, refs: Refs): void {
  builder.asEntity(refs.Fire, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => fire.fire(id, context),
  });
  addFire(builder, refs);
  addHotspot(builder, refs);
  addAlarm(builder, refs);
  addReportList(builder, refs, {
    field: 'fires',
    ref: refs.Fire,
    description: 'Fires, last seen first. 火情，最近发现的在前。',
    read: fire.fires,
  });
  builder.queryField('fire', (t) =>
    t.field({
      type: refs.Fire,
      nullable: true,
      description: 'One of them. 一处火情。',
      args: { id: t.arg.id({ required: true, description: 'Which. 标识。' }) },
      resolve: (_root, args, context) => fire.fire(String(args.id), context),
    }),
  );
  for (const ref of [refs.FireHotspot, refs.FireAlarm] as const)
    builder.objectField(ref, 'fire', (t) =>
      t.field({
        type: refs.Fire,
        nullable: true,
        description: 'The fire it is taken for. 所属火情。',
        resolve: (node: HotspotRow | AlarmRow, _args, context) => fire.fireOf(node, context),
      }),
    );
  addReportList(builder, refs, {
    field: 'fireHotspots',
    ref: refs.FireHotspot,
    description: 'Fire hotspots from satellites, newest first. 卫星火点，新的在前。',
    read: fire.fireHotspots,
  });
  addReportList(builder, refs, {
    field: 'fireAlarms',
    ref: refs.FireAlarm,
    description: 'Smoke and fire alarms from cameras, newest first. 视频烟火告警，新的在前。',
    read: fire.fireAlarms,
  });
}

function addFire(builder: Builder, refs: Refs): void {
  builder.objectType(refs.Fire, {
    authScopes: (node, { viewer }) => viewer.sight.ofFeed(node.feedId) !== undefined,
    description:
      'One fire, however many satellites and cameras see it. Its place is that of one report: a satellite that is sure or fairly sure, then a camera, then a doubtful satellite; of equals the newest. `separateReport` and `joinReport` put a wrong match right. 一处火情，卫星与摄像头的多次发现合为一条；位置依次取：卫星高/中置信度、摄像头、卫星低置信度，同级取最新。',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'Stays, whatever is seen later. 标识，保持不变。' }),
      firstSeenAt: t.field({
        type: 'DateTime',
        description: 'First seen. 首次发现时间。',
        resolve: (node) => node.firstAt,
      }),
      lastSeenAt: t.field({
        type: 'DateTime',
        description: 'Last seen. 最近发现时间。',
        resolve: (node) => node.observedAt,
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
      seenBySatelliteAndCamera: t.boolean({
        description: 'Both say so. 卫星与摄像头均已发现。',
        resolve: async (node, _args, context) => {
          const { hotspots, alarms } = await fire.counts(node, context);
          return hotspots > 0 && alarms > 0;
        },
      }),
      hotspotCount: t.int({
        description: 'How many hotspots. 卫星火点数。',
        resolve: async (node, _args, context) => (await fire.counts(node, context)).hotspots,
      }),
      alarmCount: t.int({
        description: 'How many alarms. 视频告警数。',
        resolve: async (node, _args, context) => (await fire.counts(node, context)).alarms,
      }),
      hotspots: t.field({
        type: [refs.FireHotspot],
        description: 'Newest first, at most 200. 卫星火点，新的在前，至多200条。',
        resolve: async (node, _args, context) => [...(await fire.hotspotsOf(node, context))],
      }),
      alarms: t.field({
        type: [refs.FireAlarm],
        description: 'Newest first, at most 200. 视频告警，新的在前，至多200条。',
        resolve: async (node, _args, context) => [...(await fire.alarmsOf(node, context))],
      }),
    }),
  });
}

function addHotspot(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FireHotspot, {
    description: 'A spot that a satellite saw burn. 卫星监测火点。',
    interfaces: [refs.Report],
    fields: (t) => ({
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
    }),
  });
}

function addAlarm(builder: Builder, refs: Refs): void {
  builder.objectType(refs.FireAlarm, {
    description: 'A smoke or fire alarm of a camera (GB/T 28181). 视频烟火告警（GB/T 28181）。',
    interfaces: [refs.Report],
    fields: (t) => ({
      deviceId: t.exposeString('deviceId', { description: 'The device, 20 digits. 设备编码。' }),
      type: t.field({
        type: refs.FireAlarmType,
        description: 'What was seen. 类型。',
        resolve: (node) => node.type as never,
      }),
      priority: t.exposeInt('priority', { nullable: true, description: '1 highest to 4. 级别，1 最高。' }),
      description: t.exposeString('description', { description: "The platform's text. 告警描述。" }),
    }),
  });
}
