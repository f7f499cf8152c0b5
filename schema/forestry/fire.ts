import * as fire from '../../resolvers/forestry/fire.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addReportList } from '../shared/report.js';

/** Fires seen by satellites and by cameras. */
export function addFires(builder: Builder, refs: Refs): void {
  addHotspot(builder, refs);
  addAlarm(builder, refs);
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
