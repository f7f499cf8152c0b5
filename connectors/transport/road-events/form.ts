import type { RoadState } from '../../../model/road-event.js';
import { needed, optional } from '../../shared/tables/columns.js';
import { stakesOf } from './stake.js';

/** What 是否恢复 says. */
const RECOVERED: Readonly<Record<string, RoadState>> = {
  否: 'BLOCKED',
  是: 'OPEN',
  部分恢复: 'RESTRICTED',
  半幅通行: 'RESTRICTED',
  单向放行: 'RESTRICTED',
  限行: 'RESTRICTED',
};

export const columns = {
  route: needed.text('路线编码', {
    aliases: ['路线编号', '路线代码'],
    example: 'G30',
    note: '国省县乡村道编码',
    maxLength: 40,
  }),
  section: needed.text('路段名称', { aliases: ['路段', '路线名称'], example: '乌苏—精河', maxLength: 200 }),
  managingUnit: optional.text('管养单位', { aliases: ['养护单位'], example: '乌苏公路管理分局', maxLength: 200 }),
  blockedAt: needed.dateTime('阻断时间', { aliases: ['中断时间', '阻断开始时间'], example: '2026-07-01 10:20' }),
  start: optional.parsed('起点桩号', stakesOf, {
    aliases: ['起始桩号', '阻断桩号', '桩号'],
    example: 'K4230+500',
    note: '写成 K12+300；也可在本列写一段：K12+300—K15+000。不填则不能上图',
  }),
  end: optional.parsed('止点桩号', stakesOf, { aliases: ['终点桩号', '讫点桩号'], example: 'K4231+200' }),
  cause: optional.text('灾害类别', {
    aliases: ['灾害类型', '阻断原因'],
    example: '水毁',
    note: '如水毁、滑坡、泥石流、雪阻、道路结冰、大雾、事故、施工',
  }),
  measures: optional.text('抢通措施', { aliases: ['处置措施'], example: '机械清运', maxLength: 1000 }),
  state: needed.oneOf('是否恢复', RECOVERED, {
    aliases: ['是否恢复通行', '恢复情况'],
    example: '否',
    note: '否：不能通行；是：已恢复；其余：受限通行',
  }),
  expectedEnd: optional.dateTime('预计恢复时间', { aliases: ['预计通车时间'], example: '2026-07-01 18:00' }),
  ended: optional.dateTime('恢复时间', {
    aliases: ['实际恢复时间', '恢复通行时间', '抢通时间'],
    example: '',
    note: '已恢复时填写；不填则按填报时间',
  }),
  reportedAt: optional.dateTime('填报时间', {
    aliases: ['上报时间'],
    example: '2026-07-01 10:40',
    note: '同一事件以填报时间较晚的为准',
  }),
  reportingUnit: optional.text('填报单位', { aliases: ['上报单位'], example: '乌苏市交通运输局', maxLength: 200 }),
  preparedBy: optional.text('统计人', { aliases: ['填报人'], example: '张三', maxLength: 60 }),
  reviewedBy: optional.text('审核人', { aliases: ['负责人'], example: '李四', maxLength: 60 }),
};

export const form = {
  title: { en: 'Blocked roads', zh: '公路交通阻断信息表' },
  columns,
  notes: [
    '一行一个阻断事件。路线编码、起止桩号和阻断时间都相同的行视为同一事件，状态变化时请改“是否恢复”后重新填报。',
    '桩号不在平台桩号表范围内的事件照常采纳，但不能上图，答复文件中会提示。',
  ],
};
