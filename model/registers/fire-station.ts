import type { RegisterNoun } from '../register.js';
import { codes, integer, number, officePhone, oneOf, personalPhone, text, texts, yesNo } from '../register-fields.js';

const KINDS = codes(
  ['STATION', '防火站', 'Fire station'],
  ['CHECKPOINT', '防火检查站', 'Checkpoint'],
  ['LOOKOUT', '瞭望塔', 'Lookout tower'],
  ['PATROL_POINT', '巡护点', 'Patrol point'],
);

export const FIRE_STATION: RegisterNoun = {
  noun: 'fire-station',
  sheet: '防火站点',
  type: 'FireStation',
  plural: 'fireStations',
  feed: 'forestry/patrol-points',
  en: 'A forest fire station, lookout or patrol point',
  zh: '森林草原防火站及巡护点',
  code: { en: 'Station code', zh: '站点编号', example: 'F-001' },
  name: { en: 'Station name', zh: '站点名称', example: '山前防火站' },
  place: 'point',
  fields: [
    oneOf('stationKind', 'Which kind', '站点类型', KINDS, { required: true }),
    text('owner', 'Unit in charge', '管理单位', '乌苏市林业和草原局', { required: true }),
    integer('staffCount', 'How many people', '人员数', '8', { max: 10_000 }),
    integer('vehicleCount', 'How many vehicles', '车辆数', '2', { max: 1000 }),
    texts('equipment', 'Main equipment', '主要装备', '风力灭火机、水泵'),
    yesNo('waterNearby', 'Whether water can be taken nearby', '附近有无水源'),
    number('patrolAreaHectares', 'Area patrolled', '巡护面积(公顷)', '5200', { unit: 'har' }),
    text('leaderName', 'Leader', '负责人', '蒋六'),
    personalPhone('leaderPhone', 'Mobile of the leader', '负责人手机'),
    officePhone('dutyPhone', 'Telephone on duty', '值班电话'),
  ],
};
