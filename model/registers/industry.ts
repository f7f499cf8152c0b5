import type { RegisterNoun } from '../register.js';
import { codes, integer, number, officePhone, oneOf, parts, text, texts } from '../register-fields.js';
import { CLASS_CODES, LEVEL_CODES, RECKONING } from './industry-reckoning.js';

const feed = 'industry/hazardous-chemicals';

const KINDS = codes(
  ['TANK_FARM', '储罐区', 'Tank farm'],
  ['INSTALLATION', '装置', 'Production installation'],
  ['STORAGE', '库区', 'Storage area'],
);

/** A company that holds hazardous chemicals; its code is the 6-digit area and a serial number. */
export const ENTERPRISE: RegisterNoun = {
  noun: 'enterprise',
  type: 'Enterprise',
  plural: 'enterprises',
  feed,
  en: 'A company that holds hazardous chemicals',
  zh: '危险化学品企业',
  sheet: '企业',
  code: { en: 'Company code', zh: '企业编码', example: '6542020001' },
  name: { en: 'Company', zh: '企业名称', example: '某某化工有限公司' },
  place: 'point',
  fields: [
    text('creditCode', 'Unified social credit code', '统一社会信用代码', '91654202MA00000000'),
    text('address', 'Address', '地址', '乌苏市化工园区一号'),
    text('legalRepresentative', 'Legal representative', '法定代表人', '张三', { ofPerson: true }),
    text('safetyContactPost', 'Post to call in an emergency', '安全联系岗位', '安全总监'),
    officePhone('dutyPhone', 'Number of the duty office', '24小时值班电话'),
    texts('chemicals', 'Hazardous chemicals held', '危险化学品', '甲醇、液氨'),
  ],
};

/** A production or storage unit, graded by the hub whenever it is stored (model/major-hazard.ts). */
export const MAJOR_HAZARD: RegisterNoun = {
  noun: 'major-hazard',
  type: 'MajorHazard',
  plural: 'majorHazards',
  feed,
  en: 'A production or storage unit with hazardous chemicals, with its level as the hub reckons it by GB 18218-2018',
  zh: '危险化学品重大危险源，级别由平台按 GB 18218-2018 计算',
  sheet: '重大危险源',
  code: { en: 'Hazard code', zh: '重大危险源编码', example: '654202000101' },
  name: { en: 'Unit', zh: '重大危险源名称', example: '甲醇储罐区' },
  place: 'point',
  fields: [
    {
      ...{ type: 'reference', name: 'enterprise', noun: 'enterprise', required: true, example: '6542020001' },
      ...{ en: 'Company that it belongs to', zh: '企业编码' },
      back: { name: 'majorHazards', en: 'Its units with hazardous chemicals', zh: '重大危险源' },
    },
    oneOf('kind', 'What it is', '类型', KINDS),
    parts(
      'chemicals',
      ['What is in it, at its design maximum', '危险化学品存量', '甲醇|3000|67-56-1|1230|W5.3'],
      'HazardChemical',
      [
        text('name', 'Chemical', '品名', '甲醇', { required: true }),
        number('quantityTonnes', 'Design maximum', '最大存量(吨)', '3000', { required: true, unit: 't' }),
        text('cas', 'CAS number', 'CAS号', '67-56-1'),
        text('un', 'UN number', 'UN编号', '1230'),
        oneOf('hazardClass', 'Class of GB 18218-2018 table 2', '危险性类别', CLASS_CODES),
        number('thresholdTonnes', 'Threshold Q as the source says it', '临界量Q(吨)', '500', { unit: 't' }),
        number('factor', 'Factor β as the source says it', '校正系数β', '1'),
      ],
    ),
    integer('exposedPersons', 'Persons usually within 500 m of its border', '500米范围内常住人口', '60', {
      max: 10_000_000,
    }),
    texts('equipment', 'Codes of its tanks, detectors and other equipment', '设备编号', 'V101、V102'),
    oneOf('sourceLevel', 'Level as the source says it', '来源级别', LEVEL_CODES),
    number('sourceGradingIndex', 'Grading index R as the source says it', '来源R值', '6'),
  ],
  derived: RECKONING,
};
