import {
  DEVICE_ASPECTS,
  DEVICE_CONDITIONS,
  type DeviceAspect,
  type DeviceCondition,
} from '../../model/device-state.js';
import * as device from '../../resolvers/shared/device-state.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import { addReportList } from './report.js';

/** How devices are: their history as a list. Station.deviceStates shows the newest of each. */
export function addDeviceStates(builder: Builder, refs: Refs): void {
  addType(builder, refs);
  addReportList(builder, refs, {
    field: 'deviceStates',
    ref: refs.DeviceState,
    description:
      'What devices were told to be, newest first; a state told again and again is one entry. 设备状态历史，新的在前；相同状态连续上报合为一条。',
    read: device.deviceStates,
  });
}

const CONDITION_TEXT: Readonly<Record<DeviceCondition, string>> = {
  FAULT: 'Out of order, or its own alarm. 故障或报警。',
  COMMUNICATION_FAULT: 'Not reached by its logger. 通讯异常。',
  OVER_RANGE: 'Measures more than it can. 超过测定上限。',
  MAINTENANCE: 'Under maintenance. 维护。',
  CALIBRATION: 'Being calibrated. 校准。',
  MANUAL: 'Its values are typed in. 手工输入。',
  BLOW_BACK: 'Its line is being blown clear. 反吹。',
  STOPPED: 'Off, or what it watches stands still. 关闭或停运。',
  STARTED: 'Was started at observedAt. 开机。',
  RUNNING: 'Works. 正常运行。',
};
const ASPECT_TEXT: Readonly<Record<DeviceAspect, string>> = {
  EQUIPMENT: 'A treatment plant’s equipment. 污染治理设施。',
  INSTRUMENT: 'What measures one pollutant. 监测仪器。',
  RUN_TIME: 'How long equipment ran in the day that begins at observedAt. 设施日运行时间。',
  START: 'The start of a data logger. 数采仪开机。',
};
const valuesOf = <K extends string>(names: readonly K[], text: Readonly<Record<K, string>>) =>
  Object.fromEntries(names.map((name) => [name, { description: text[name] }])) as Record<K, { description: string }>;

function addType(builder: Builder, refs: Refs): void {
  const Condition = builder.enumType('DeviceCondition', {
    description: 'How a device is, the gravest first. 设备状况，最严重的在前。',
    values: valuesOf(DEVICE_CONDITIONS, CONDITION_TEXT),
  });
  const Aspect = builder.enumType('DeviceAspect', {
    description: 'What is told of. 状态类别。',
    values: valuesOf(DEVICE_ASPECTS, ASPECT_TEXT),
  });
  builder.objectType(refs.DeviceState, {
    description: 'How a device at a station is, since observedAt. 测站设备的状态，自 observedAt 起。',
    interfaces: [refs.Report],
    fields: (t) => ({
      station: t.field({
        type: refs.Station,
        description: 'Where it is. 测站。',
        resolve: (node, _args, context) => device.stationOfDevice(node, context),
      }),
      device: t.exposeString('device', {
        description: 'Its name in the source: "SB1", a pollutant code, "logger". 设备编号、污染物编码。',
      }),
      aspect: t.field({ type: Aspect, description: 'What is told of. 状态类别。', resolve: (node) => node.aspect }),
      condition: t.field({ type: Condition, description: 'How it is. 状况。', resolve: (node) => node.condition }),
      runHours: t.exposeFloat('runHours', {
        nullable: true,
        description: 'Hours run in that day; only with RUN_TIME. 当日运行小时数。',
      }),
      sourceText: t.exposeString('sourceText', { description: "In the source's words. 来源原文。" }),
      confirmedAt: t.field({
        type: 'DateTime',
        description: 'When the same was last told. 最近一次确认时间。',
        resolve: (node) => node.confirmedAt,
      }),
    }),
  });
}
