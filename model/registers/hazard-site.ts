import type { RegisterNoun } from '../register.js';
import { codes, date, integer, number, oneOf, personalPhone, text, texts } from '../register-fields.js';

const HAZARD_TYPES = codes(
  ['LANDSLIDE', '滑坡', 'Landslide'],
  ['ROCKFALL', '崩塌', 'Rockfall'],
  ['DEBRIS_FLOW', '泥石流', 'Debris flow'],
  ['UNSTABLE_SLOPE', '不稳定斜坡', 'Unstable slope'],
  ['COLLAPSE', '地面塌陷', 'Ground collapse'],
  ['FISSURE', '地裂缝', 'Ground fissure'],
  ['SUBSIDENCE', '地面沉降', 'Land subsidence'],
);

const SIZES = codes(
  ['VERY_LARGE', '特大型', 'Very large'],
  ['LARGE', '大型', 'Large'],
  ['MEDIUM', '中型', 'Medium'],
  ['SMALL', '小型', 'Small'],
);

export const HAZARD_SITE: RegisterNoun = {
  noun: 'hazard-site',
  sheet: '地质灾害隐患点',
  type: 'HazardSite',
  plural: 'hazardSites',
  feed: 'natural-resources/hazard-sites',
  en: 'A place where the ground may give way, and whom that threatens',
  zh: '地质灾害隐患点',
  code: { en: 'Site code', zh: '隐患点编号', example: '654202010001' },
  name: { en: 'Site name', zh: '隐患点名称', example: '白杨沟镇南山滑坡' },
  place: 'point',
  fields: [
    oneOf('hazardType', 'What may happen', '灾害类型', HAZARD_TYPES, { required: true }),
    oneOf('scale', 'How large it is', '规模等级', SIZES, { required: true }),
    oneOf('dangerLevel', 'How grave it would be', '险情等级', SIZES),
    integer('threatenedHouseholds', 'Households threatened', '威胁户数', '12', { max: 1_000_000 }),
    integer('threatenedPeople', 'People threatened', '威胁人数', '46', { required: true, max: 10_000_000 }),
    number('threatenedPropertyTenThousandYuan', 'Property threatened', '威胁财产(万元)', '350', { unit: '10*4.CNY' }),
    texts('threatenedObjects', 'What is threatened', '威胁对象', '居民点、S115公路'),
    texts('triggers', 'What may set it off', '诱发因素', '降雨、融雪'),
    date('foundOn', 'Found on', '发现日期', '2019-05-12'),
    text('responsibleName', 'Responsible person', '防灾责任人', '郑一', { required: true }),
    personalPhone('responsiblePhone', 'Mobile of the responsible person', '防灾责任人手机'),
    text('monitorName', 'Person who watches it', '监测责任人', '冯二'),
    personalPhone('monitorPhone', 'Mobile of the watcher', '监测责任人手机'),
    text('evacuationRoute', 'Way out', '撤离路线', '沿村道向北至村委会'),
    text('signal', 'Signal of warning', '预警信号', '鸣锣、广播'),
  ],
};
