import { z } from 'zod';
import { INCIDENT_STATES, isIncidentClass } from '../../../model/incident.js';
import { feedSettings, secret } from '../../shared/settings.js';

/** A body is at most so long, and so is what of it is kept. */
export const MAX_BYTES = 1024 * 1024;

/** What the hub takes of an incident, and by which names the police know it; letter case and underlines do not count. */
export const NAMES = {
  number: ['JJDBH', '接警单编号', '接警单号'],
  type: ['BJFSDM'],
  calledAt: ['BJSJ', '报警时间'],
  address: ['SFDD', 'SFDZ', '事发地点', '事发地址'],
  content: ['BJNR', '报警内容'],
  x: ['GIS_X'],
  y: ['GIS_Y'],
  unit: ['GXDWDM', '管辖单位代码'],
  dispatch: ['PJDBH', '派警单编号'],
  feedback: ['FKDBH', '反馈单编号'],
  state: ['AJZT', '案件状态'],
  dispatchedAt: ['PJSJ', '派警时间'],
  feedbackAt: ['FKSJ', '反馈时间'],
  updatedAt: ['GXSJ', '更新时间'],
} as const;
export type FieldName = keyof typeof NAMES;
export const FIELD_NAMES = Object.keys(NAMES) as FieldName[];

const state = z.enum(INCIDENT_STATES);
/** By the words that police systems show; codes differ from system to system and must be told. */
const STATES: Readonly<Record<string, z.infer<typeof state>>> = {
  新警: 'REPORTED',
  未处理: 'REPORTED',
  待派警: 'REPORTED',
  已接警: 'REPORTED',
  已派警: 'RESPONDING',
  出警: 'RESPONDING',
  处警中: 'RESPONDING',
  处置中: 'RESPONDING',
  已到场: 'RESPONDING',
  已反馈: 'CONTROLLED',
  已处置: 'CONTROLLED',
  处置完毕: 'CONTROLLED',
  办结: 'CLOSED',
  已办结: 'CLOSED',
  结案: 'CLOSED',
  已结案: 'CLOSED',
  已归档: 'CLOSED',
  误报: 'CANCELLED',
  无效: 'CANCELLED',
  重复报警: 'CANCELLED',
  撤销: 'CANCELLED',
};

const types = z.record(
  z.string(),
  z.strictObject({
    title: z.string().min(1).max(40),
    class: z.string().refine(isIncidentClass, { error: 'five digits of GB/T 35561, such as 20800' }).optional(),
  }),
);
/** BJFSDM. A call to 110 may be of any class. */
const TYPES: z.infer<typeof types> = {
  '01': { title: '110报警' },
  '02': { title: '122交通警情', class: '20800' },
  '03': { title: '119火警', class: '20700' },
  '04': { title: '其他警情' },
};

export const settings = feedSettings.extend({
  /** What the police's border platform sends as "authorization: Bearer <key>". */
  key: secret,
  contentTypes: z.array(z.string().toLowerCase()).min(1).default(['application/json', 'text/json']),
  maxBytes: z.int().min(1024).max(MAX_BYTES).default(MAX_BYTES),
  /** Calls being stored at once. */
  maxAtOnce: z.int().min(1).max(1000).default(16),
  /** Until a call is answered, stored or not. */
  timeoutMs: z.int().min(100).max(60_000).default(10_000),
  /** Further names of fields, beside the usual ones. */
  names: z.partialRecord(z.enum(FIELD_NAMES), z.array(z.string().min(1))).default({}),
  /** Further fields of the caller. Every field without a meaning here is dropped; what these hold is masked in texts as well. */
  callerFields: z.array(z.string().min(1)).default([]),
  /** ajzt → state; takes the place of the usual words one by one. */
  states: z
    .record(z.string(), state)
    .default({})
    .transform((own) => ({ ...STATES, ...own })),
  /** BJFSDM → title and class. */
  types: types.default({}).transform((own) => ({ ...TYPES, ...own })),
});

export type Settings = z.infer<typeof settings>;
