import type { RegisterNoun } from '../register.js';
import { codes, integer, number, officePhone, oneOf, personalPhone, text } from '../register-fields.js';

/** Quality grades of GB/T 17775. */
const GRADES = codes(
  ['5A', '5A级', '5A'],
  ['4A', '4A级', '4A'],
  ['3A', '3A级', '3A'],
  ['2A', '2A级', '2A'],
  ['1A', '1A级', '1A'],
  ['NONE', '未评级', 'Not graded'],
);

const KINDS = codes(
  ['NATURE', '自然景观', 'Nature'],
  ['CULTURE', '历史文化', 'History and culture'],
  ['FOREST', '森林草原', 'Forest and grassland'],
  ['WATER', '河湖湿地', 'Rivers, lakes and wetland'],
  ['RESORT', '度假区', 'Resort'],
  ['OTHER', '其他', 'Other'],
);

/** Capacities as LB/T 034-2014 has them appraised: how many people may be inside at one moment, and enter in one day. */
export const SCENIC_AREA: RegisterNoun = {
  noun: 'scenic-area',
  type: 'ScenicArea',
  plural: 'scenicAreas',
  feed: 'tourism/visitor-flow',
  en: 'A scenic area',
  zh: '景区',
  code: { en: 'Scenic area code', zh: '景区编码', example: 'JQ-001' },
  name: { en: 'Scenic area name', zh: '景区名称', example: '某某大峡谷景区' },
  place: 'point',
  fields: [
    oneOf('grade', 'Quality grade', '质量等级', GRADES),
    oneOf('kind', 'Kind', '景区类型', KINDS),
    integer('capacity', 'People that may be inside at one moment', '瞬时最大承载量(人)', '6000', {
      min: 1,
      max: 10_000_000,
    }),
    integer('dailyCapacity', 'People that may enter in one day', '日最大承载量(人)', '20000', {
      min: 1,
      max: 10_000_000,
    }),
    integer('parkingPlaces', 'Parking places', '停车位数量', '1200', { max: 1_000_000 }),
    number('areaSquareKilometres', 'Area', '面积(平方公里)', '48.5', { unit: 'km2', max: 1_000_000 }),
    text('owner', 'Managing unit', '管理单位', '某某景区管委会'),
    text('responsibleName', 'Person responsible for safety', '安全责任人', '尤八'),
    text('responsiblePost', 'Post of the person responsible', '责任人职务', '管委会主任'),
    personalPhone('responsiblePhone', 'Mobile of the person responsible', '安全责任人手机'),
    officePhone('dutyPhone', 'Duty telephone', '值班电话'),
  ],
};
