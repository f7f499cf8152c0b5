import type { RegisterNoun } from '../register.js';
import { instant, officePhone, oneOf, personalPhone, text, texts, yesNo } from '../register-fields.js';
import { OFFICER_LEVELS } from './emergency-codes.js';

const feed = 'emergency/registries';

export const EXPERT: RegisterNoun = {
  noun: 'expert',
  sheet: '应急专家',
  type: 'Expert',
  plural: 'experts',
  feed,
  en: 'An expert who can be asked',
  zh: '应急专家',
  code: { en: 'Expert code', zh: '专家编号', example: 'Z-001' },
  name: { en: 'Name', zh: '姓名', example: '赵六' },
  place: 'none',
  ofPeople: true,
  fields: [
    texts('specialties', 'Fields of knowledge', '专业领域', '地质灾害、工程抢险', { required: true }),
    text('title', 'Professional title', '职称', '高级工程师'),
    text('employer', 'Works at', '工作单位', '塔城地区地质环境监测站'),
    personalPhone('phone', 'Mobile', '手机'),
    text('email', 'E-mail', '电子邮箱', 'name@example.com', { personal: true }),
  ],
};

export const INFORMATION_OFFICER: RegisterNoun = {
  noun: 'information-officer',
  sheet: '灾害信息员',
  type: 'InformationOfficer',
  plural: 'informationOfficers',
  feed,
  en: 'The person who reports disasters from a village or township',
  zh: '灾害信息员',
  code: { en: 'Officer code', zh: '信息员编号', example: 'X-001' },
  name: { en: 'Name', zh: '姓名', example: '钱七' },
  place: 'division',
  ofPeople: true,
  fields: [
    oneOf('level', 'For which level', '信息员级别', OFFICER_LEVELS, { required: true }),
    text('post', 'Post', '职务', '村委会副主任'),
    yesNo('deputy', 'Whether the second of the two (B role)', '是否B角'),
    personalPhone('phone', 'Mobile', '手机'),
    officePhone('officePhone', 'Telephone of the office', '办公电话'),
  ],
};

export const DUTY_SHIFT: RegisterNoun = {
  noun: 'duty-shift',
  sheet: '值班表',
  type: 'DutyShift',
  plural: 'dutyShifts',
  feed,
  en: 'Who is on duty, from when to when',
  zh: '值班班次',
  during: { from: 'startsAt', to: 'endsAt' },
  code: { en: 'Shift code', zh: '值班编号', example: '20260601-YJ' },
  name: { en: 'Desk', zh: '值班单位', example: '乌苏市应急指挥中心' },
  place: 'division',
  fields: [
    instant('startsAt', 'From', '开始时间', '2026-06-01 09:00', { required: true }),
    instant('endsAt', 'To', '结束时间', '2026-06-02 09:00', { required: true, atLeast: 'startsAt' }),
    text('leaderName', 'Leader on duty', '带班领导', '孙八', { required: true }),
    text('officerName', 'Officer on duty', '值班员', '周九', { required: true }),
    officePhone('dutyPhone', 'Telephone on duty', '值班电话'),
    personalPhone('leaderPhone', 'Mobile of the leader', '带班领导手机'),
    personalPhone('officerPhone', 'Mobile of the officer', '值班员手机'),
  ],
};
