import type { RegisterNoun } from '../register.js';
import { codes, oneOf, personalPhone, text } from '../register-fields.js';

/** By the codes of model/audience.ts. */
const GROUPS = codes(
  ['INFORMATION_OFFICER', '灾害信息员', 'Information officer'],
  ['SCHOOL', '学校', 'School'],
  ['RESERVOIR_WARDEN', '水库巡查员', "Reservoir's warden"],
  ['SCENIC_AREA', '景区', 'Scenic area'],
  ['HERDER', '牧民', 'Herder'],
  ['RESPONDER', '救援力量', 'Responder'],
  ['PUBLIC', '公众', 'Public'],
);

export const WARNING_RECIPIENT: RegisterNoun = {
  noun: 'warning-recipient',
  sheet: '预警接收人',
  type: 'WarningRecipient',
  plural: 'warningRecipients',
  feed: 'emergency/registries',
  en: 'A person, place or system that warnings are meant for',
  zh: '预警接收人',
  code: { en: 'Recipient code', zh: '接收人编号', example: 'J-001' },
  name: { en: 'Name', zh: '接收人名称', example: '乌苏市第一中学' },
  place: 'division',
  ofPeople: true,
  fields: [
    oneOf('group', 'Which group', '接收群体', GROUPS, { required: true }),
    personalPhone('phone', 'Mobile', '接收手机'),
    text('channel', 'The channel that serves it, where it is not any', '发送渠道', 'sms'),
    text('system', 'The system that takes warnings for it', '接收系统', '校园广播平台'),
    text('principal', 'The key or person of the hub that acknowledges for it', '确认身份', 'key:0123456789ab', {
      ofPerson: true,
    }),
  ],
};
