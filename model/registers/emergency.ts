import type { RegisterNoun } from '../register.js';
import { date, integer, number, officePhone, oneOf, personalPhone, text, texts, yesNo } from '../register-fields.js';
import {
  PLAN_KINDS,
  RESERVE_KINDS,
  SHELTER_CLASSES,
  SHELTER_STATES,
  STORE_LEVELS,
  TEAM_TYPES,
} from './emergency-codes.js';
import { SUPPLY_CLASSES } from './supply-classes.js';

const feed = 'emergency/registries';

export const SUPPLY_DEPOT: RegisterNoun = {
  noun: 'supply-depot',
  sheet: '储备库',
  type: 'SupplyDepot',
  plural: 'supplyDepots',
  feed,
  en: 'A depot of emergency supplies',
  zh: '应急物资储备库',
  code: { en: 'Depot code', zh: '储备库编号', example: 'K-001' },
  name: { en: 'Depot name', zh: '储备库名称', example: '乌苏市救灾物资储备库' },
  place: 'point',
  fields: [
    oneOf('level', 'Whose level', '储备库级别', STORE_LEVELS, { required: true }),
    text('owner', 'Unit in charge', '主管单位', '乌苏市应急管理局', { required: true }),
    text('address', 'Address', '地址', '南苑街道塔城路 1 号'),
    number('areaSquareMetres', 'Floor area', '库房面积(平方米)', '1200', { unit: 'm2' }),
    text('keeperName', 'Keeper', '管理员', '张三'),
    personalPhone('keeperPhone', 'Mobile of the keeper', '管理员手机'),
    officePhone('dutyPhone', 'Telephone on duty', '值班电话'),
  ],
};

export const SUPPLY_ITEM: RegisterNoun = {
  noun: 'supply-item',
  sheet: '储备物资',
  type: 'SupplyItem',
  plural: 'supplyItems',
  feed,
  en: 'A kind of supplies stored in one depot',
  zh: '储备库中的一种应急物资',
  code: { en: 'Item code', zh: '物资编号', example: 'K-001-0001' },
  name: { en: 'Item name', zh: '物资名称', example: '12平方米单帐篷' },
  place: 'none',
  fields: [
    {
      type: 'reference',
      name: 'depot',
      noun: 'supply-depot',
      required: true,
      en: 'Depot it is stored in',
      zh: '所在储备库编号',
      example: 'K-001',
      back: { name: 'items', en: 'What is stored here', zh: '库存物资' },
    },
    oneOf('classCode', 'Class of GB/T 38565-2020', '物资分类', SUPPLY_CLASSES, { required: true, nested: true }),
    text('specification', 'Specification', '规格型号', '4m×3m'),
    number('quantity', 'How many, in `measure`', '数量', '200', { required: true }),
    text('measure', 'What is counted', '计量单位', '顶', { required: true }),
    oneOf('reserveKind', 'How it is held', '储备方式', RESERVE_KINDS),
    date('storedOn', 'Stored on', '入库日期', '2025-04-01'),
    date('expiresOn', 'To be used by', '有效期至', '2030-04-01', { atLeast: 'storedOn' }),
  ],
};

export const RESCUE_TEAM: RegisterNoun = {
  noun: 'rescue-team',
  sheet: '救援队伍',
  type: 'RescueTeam',
  plural: 'rescueTeams',
  feed,
  en: 'A rescue team',
  zh: '应急救援队伍',
  code: { en: 'Team code', zh: '队伍编号', example: 'D-001' },
  name: { en: 'Team name', zh: '队伍名称', example: '乌苏市抗洪抢险应急救援队' },
  place: 'point',
  fields: [
    oneOf('teamType', 'What for', '队伍类型', TEAM_TYPES, { required: true }),
    text('owner', 'Unit in charge', '主管单位', '乌苏市水利局', { required: true }),
    integer('memberCount', 'How many people', '人数', '35', { required: true, max: 100_000 }),
    integer('readyMinutes', 'Time to assemble', '集结时间(分钟)', '30', { unit: 'min', max: 10_080 }),
    texts('specialties', 'What it can do', '专长', '抗洪抢险、水上救援'),
    texts('equipment', 'Main equipment', '主要装备', '冲锋舟 2 艘、抽水泵 4 台'),
    text('leaderName', 'Leader', '队长', '李四'),
    personalPhone('leaderPhone', 'Mobile of the leader', '队长手机'),
    officePhone('dutyPhone', 'Telephone on duty', '值班电话'),
  ],
};

export const SHELTER: RegisterNoun = {
  noun: 'shelter',
  sheet: '避难场所',
  type: 'Shelter',
  plural: 'shelters',
  feed,
  en: 'A shelter for the evacuated',
  zh: '应急避难场所',
  code: { en: 'Shelter code', zh: '避难场所编号', example: 'B-001' },
  name: { en: 'Shelter name', zh: '避难场所名称', example: '乌苏市第一中学操场' },
  place: 'point',
  fields: [
    oneOf('shelterClass', 'For how long', '避难场所类别', SHELTER_CLASSES),
    yesNo('indoor', 'Whether indoors', '是否室内'),
    integer('capacityPersons', 'How many people it takes', '可容纳人数', '3000', { required: true, max: 1_000_000 }),
    number('areaSquareMetres', 'Usable area', '有效面积(平方米)', '6000', { unit: 'm2' }),
    oneOf('state', 'Whether in use', '启用状态', SHELTER_STATES),
    integer('occupiedPersons', 'How many are there now', '已安置人数', '0', { max: 1_000_000 }),
    yesNo('barrierFree', 'Whether wheelchairs can enter', '是否无障碍'),
    texts('facilities', 'What it has', '配套设施', '供水、供电、厕所、医疗点'),
    text('address', 'Address', '地址', '新市区街道北京路 2 号'),
    text('keeperName', 'Person in charge', '负责人', '王五'),
    personalPhone('keeperPhone', 'Mobile of the person in charge', '负责人手机'),
  ],
};

export const PLAN: RegisterNoun = {
  noun: 'plan',
  sheet: '应急预案',
  type: 'Plan',
  plural: 'plans',
  feed,
  en: 'An emergency plan',
  zh: '应急预案',
  code: { en: 'Plan code', zh: '预案编号', example: 'Y-001' },
  name: { en: 'Title', zh: '预案名称', example: '乌苏市防汛抗旱应急预案' },
  place: 'division',
  fields: [
    oneOf('planKind', 'Which kind', '预案类型', PLAN_KINDS, { required: true }),
    texts('hazards', 'For which hazards', '适用灾种', '洪水、干旱'),
    text('issuer', 'Issued by', '发布单位', '乌苏市人民政府', { required: true }),
    text('documentNumber', 'Document number', '文号', '乌政办发〔2025〕1号'),
    date('issuedOn', 'Issued on', '发布日期', '2025-03-01', { required: true }),
    date('reviseBy', 'To be revised by', '应修订日期', '2028-03-01', { atLeast: 'issuedOn' }),
    date('lastExercisedOn', 'Last exercised on', '最近演练日期', '2025-06-20'),
    texts('responseLevels', 'Its levels of response', '响应级别', 'Ⅰ级、Ⅱ级、Ⅲ级、Ⅳ级'),
    officePhone('dutyPhone', 'Telephone of the office', '办公室电话'),
  ],
};
