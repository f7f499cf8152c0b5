import type { RegisterNoun } from '../register.js';
import { codes, date, integer, number, oneOf, personalPhone, text, yesNo } from '../register-fields.js';

const STRUCTURES = codes(
  ['MASONRY', '砌体结构', 'Masonry'],
  ['CONCRETE', '钢筋混凝土结构', 'Reinforced concrete'],
  ['STEEL', '钢结构', 'Steel'],
  ['TIMBER', '木结构', 'Timber'],
  ['EARTH_TIMBER', '土木结构', 'Earth and timber'],
  ['BRICK_TIMBER', '砖木结构', 'Brick and timber'],
  ['MIXED', '混杂结构', 'Mixed'],
  ['OTHER', '其他', 'Other'],
);

const BUILDING_USES = codes(
  ['HOUSING', '住宅', 'Housing'],
  ['RURAL_HOUSING', '农村住宅', 'Rural housing'],
  ['SCHOOL', '学校', 'School'],
  ['HOSPITAL', '医疗', 'Hospital'],
  ['OFFICE', '办公', 'Office'],
  ['COMMERCE', '商业', 'Commerce'],
  ['INDUSTRY', '工业仓储', 'Industry and storage'],
  ['PUBLIC', '公共活动', 'Public gathering'],
  ['OTHER', '其他', 'Other'],
);

/** The fields of the national survey of natural disaster risks, houses. */
export const BUILDING: RegisterNoun = {
  noun: 'building',
  sheet: '房屋建筑',
  type: 'Building',
  plural: 'buildings',
  feed: 'housing/buildings',
  en: 'A building of the national disaster risk survey',
  zh: '房屋建筑（全国自然灾害综合风险普查）',
  code: { en: 'Building code', zh: '房屋编号', example: '6542020010001' },
  name: { en: 'Building name', zh: '房屋名称', example: '塔城路 1 号楼' },
  place: 'point',
  fields: [
    oneOf('use', 'What it is used for', '房屋用途', BUILDING_USES),
    number('areaSquareMetres', 'Floor area', '建筑面积(平方米)', '3600', { required: true, unit: 'm2' }),
    integer('storeysAboveGround', 'Storeys above the ground', '地上层数', '6', { required: true, max: 200 }),
    integer('storeysBelowGround', 'Storeys below the ground', '地下层数', '1', { max: 20 }),
    integer('builtYear', 'Built in', '建造年代', '1998', { required: true, min: 1700, max: 2100 }),
    oneOf('structure', 'Structure', '结构类型', STRUCTURES, { required: true }),
    yesNo('seismicDesign', 'Whether designed against earthquakes', '是否抗震设防'),
    yesNo('seismicRetrofit', 'Whether strengthened against earthquakes', '是否抗震加固'),
    yesNo('visibleDefects', 'Whether cracks, tilt or deformation can be seen', '有无明显可见裂缝变形倾斜'),
    text('hazards', 'What is wrong with it', '隐患', '外墙局部裂缝'),
    integer('residents', 'How many live there', '居住人数', '120', { max: 100_000 }),
    text('owner', 'Owner or managing unit', '产权或管理单位', '某某小区物业'),
  ],
};

export const CONSTRUCTION_SITE: RegisterNoun = {
  noun: 'construction-site',
  sheet: '建筑工地',
  type: 'ConstructionSite',
  plural: 'constructionSites',
  feed: 'housing/sites',
  en: 'A construction site',
  zh: '建筑工地',
  code: { en: 'Construction permit', zh: '施工许可证号', example: '654202202605010101' },
  name: { en: 'Project', zh: '工程名称', example: '乌苏市第三小学教学楼' },
  place: 'point',
  fields: [
    text('responsibleUnit', 'Unit that is responsible', '责任单位', '某某建设集团', { required: true }),
    text('builder', 'Builder', '施工单位', '某某建筑公司'),
    text('supervisor', 'Supervisor', '监理单位', '某某监理公司'),
    integer('towerCranes', 'Tower cranes', '塔吊数量', '2', { max: 1000 }),
    yesNo('deepPit', 'Whether there is a deep foundation pit', '有无深基坑'),
    number('pitDepthMetres', 'Depth of the pit', '基坑深度(米)', '6.5', { unit: 'm', max: 200 }),
    text('dangerousWorks', 'Other works of special danger', '其他危大工程', '高支模'),
    integer('workers', 'How many work there', '施工人数', '80', { max: 100_000 }),
    date('startedOn', 'Begun on', '开工日期', '2026-03-20'),
    date('plannedEndOn', 'To be finished on', '计划竣工日期', '2027-10-30', { atLeast: 'startedOn' }),
    text('managerName', 'Manager of the site', '项目负责人', '吴十'),
    personalPhone('managerPhone', 'Mobile of the manager', '项目负责人手机'),
  ],
};
