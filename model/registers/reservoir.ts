import type { RegisterNoun } from '../register.js';
import { codes, date, integer, number, oneOf, personalPhone, text, yesNo } from '../register-fields.js';

/** Sizes of SL 252: by total capacity. */
const SCALES = codes(
  ['LARGE_1', '大(1)型', 'Large (1), 1000 million m3 and more'],
  ['LARGE_2', '大(2)型', 'Large (2), 100 million m3 and more'],
  ['MEDIUM', '中型', 'Medium, 10 million m3 and more'],
  ['SMALL_1', '小(1)型', 'Small (1), 1 million m3 and more'],
  ['SMALL_2', '小(2)型', 'Small (2), 0.1 million m3 and more'],
);

const DAM_TYPES = codes(
  ['EARTH', '土石坝', 'Earth or rock fill'],
  ['GRAVITY', '重力坝', 'Gravity'],
  ['ARCH', '拱坝', 'Arch'],
  ['OTHER', '其他', 'Other'],
);

const level = (name: string, en: string, zh: string, example: string, atLeast?: string) =>
  number(name, en, `${zh}(米)`, example, { unit: 'm', min: -200, max: 9000, ...(atLeast ? { atLeast } : {}) });

export const RESERVOIR: RegisterNoun = {
  noun: 'reservoir',
  sheet: '水库',
  type: 'Reservoir',
  plural: 'reservoirs',
  feed: 'water/reservoirs',
  en: 'A reservoir',
  zh: '水库',
  code: { en: 'Reservoir code', zh: '水库编码', example: 'SK-001' },
  name: { en: 'Reservoir name', zh: '水库名称', example: '某某水库' },
  place: 'point',
  fields: [
    oneOf('scale', 'Size', '工程规模', SCALES, { required: true }),
    text('river', 'River', '所在河流', '奎屯河'),
    number('totalCapacityTenThousandCubicMetres', 'Total capacity', '总库容(万立方米)', '2500', {
      required: true,
      unit: '10*4.m3',
      max: 100_000_000,
    }),
    number('floodCapacityTenThousandCubicMetres', 'Capacity kept for floods', '防洪库容(万立方米)', '400', {
      unit: '10*4.m3',
      max: 100_000_000,
    }),
    level('floodLimitLevelMetres', 'Limit level of the flood season', '汛限水位', '512.3'),
    level('normalLevelMetres', 'Normal level', '正常蓄水位', '514'),
    level('designLevelMetres', 'Design flood level', '设计洪水位', '515.2', 'floodLimitLevelMetres'),
    level('checkLevelMetres', 'Check flood level', '校核洪水位', '516.1', 'designLevelMetres'),
    level('crestElevationMetres', 'Elevation of the crest', '坝顶高程', '517.5', 'normalLevelMetres'),
    oneOf('damType', 'Type of dam', '坝型', DAM_TYPES),
    yesNo('unsafe', 'Whether found unsafe', '是否病险'),
    date('lastAppraisedOn', 'Safety last appraised on', '最近安全鉴定日期', '2023-09-15'),
    integer('downstreamPeople', 'People downstream', '下游影响人口', '3200', { max: 100_000_000 }),
    text('stationCode', 'Code of its water level station', '对应测站编码', '30100100'),
    text('owner', 'Managing unit', '管理单位', '乌苏市水利局'),
    text('administrativeName', 'Person responsible: administration', '行政责任人', '陈三', { required: true }),
    personalPhone('administrativePhone', 'Mobile: administration', '行政责任人手机'),
    text('technicalName', 'Person responsible: technology', '技术责任人', '褚四'),
    personalPhone('technicalPhone', 'Mobile: technology', '技术责任人手机'),
    text('patrolName', 'Person responsible: patrol', '巡查责任人', '卫五'),
    personalPhone('patrolPhone', 'Mobile: patrol', '巡查责任人手机'),
  ],
};
