import { codes } from '../register-fields.js';

export const STORE_LEVELS = codes(
  ['NATIONAL', '国家级', 'National'],
  ['REGION', '自治区级', 'Autonomous region'],
  ['PREFECTURE', '地区级', 'Prefecture'],
  ['COUNTY', '县市级', 'County'],
  ['TOWNSHIP', '乡镇级', 'Township'],
  ['VILLAGE', '村级', 'Village'],
  ['XPCC', '兵团', 'Production and Construction Corps'],
  ['SOCIAL', '社会', 'Social'],
);

export const RESERVE_KINDS = codes(
  ['STOCK', '实物储备', 'In stock'],
  ['CONTRACT', '协议储备', 'By contract with a seller'],
  ['CAPACITY', '产能储备', 'Capacity of a producer'],
);

export const TEAM_TYPES = codes(
  ['FIRE_RESCUE', '综合性消防救援', 'National fire and rescue'],
  ['FOREST_FIRE', '森林草原灭火', 'Forest and grassland fire'],
  ['FLOOD', '抗洪抢险', 'Flood'],
  ['EARTHQUAKE', '地震救援', 'Earthquake'],
  ['GEOHAZARD', '地质灾害救援', 'Geological hazard'],
  ['CHEMICAL', '危险化学品救援', 'Hazardous chemicals'],
  ['MINE', '矿山救援', 'Mine'],
  ['MEDICAL', '医疗救护', 'Medical'],
  ['ENGINEERING', '工程抢险', 'Engineering'],
  ['COMMUNICATION', '通信保障', 'Communication'],
  ['POWER', '电力抢修', 'Power supply'],
  ['MILITIA', '民兵', 'Militia'],
  ['SOCIAL', '社会应急力量', 'Volunteers'],
  ['OTHER', '其他', 'Other'],
);

/** GB 21734-2008: Ⅰ more than 30 days, Ⅱ 10 to 30, Ⅲ up to 10. */
export const SHELTER_CLASSES = codes(
  ['I', 'Ⅰ类', 'Class I, 30 days and more'],
  ['II', 'Ⅱ类', 'Class II, 10 to 30 days'],
  ['III', 'Ⅲ类', 'Class III, up to 10 days'],
);

export const SHELTER_STATES = codes(
  ['CLOSED', '未启用', 'Not in use'],
  ['OPEN', '已启用', 'In use'],
  ['FULL', '已满', 'Full'],
  ['UNUSABLE', '不可用', 'Cannot be used'],
);

export const PLAN_KINDS = codes(
  ['GENERAL', '总体预案', 'General'],
  ['SPECIAL', '专项预案', 'For one hazard'],
  ['DEPARTMENT', '部门预案', 'Of a department'],
  ['TOWNSHIP', '乡镇街道预案', 'Of a township'],
  ['VILLAGE', '村社区预案', 'Of a village'],
  ['UNIT', '单位预案', 'Of a unit or enterprise'],
  ['EVENT', '重大活动预案', 'For a large event'],
);

export const OFFICER_LEVELS = codes(
  ['COUNTY', '县市级', 'County'],
  ['TOWNSHIP', '乡镇级', 'Township'],
  ['VILLAGE', '村级', 'Village'],
);
