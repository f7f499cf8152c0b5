import { PLAN, RESCUE_TEAM, SHELTER, SUPPLY_DEPOT, SUPPLY_ITEM } from '../model/registers/emergency.js';
import { DUTY_SHIFT, EXPERT, INFORMATION_OFFICER } from '../model/registers/emergency-people.js';
import { WARNING_RECIPIENT } from '../model/registers/warning-recipient.js';
import type { RegisterSheet } from './register-table.js';

/** The emergency bureau's workbook; once the storm has come, tents are handed out and two shelters are open. */
export const emergencySheets = (storm: boolean, now: Date): readonly RegisterSheet[] => [
  { noun: SUPPLY_DEPOT, entries: DEPOTS },
  { noun: SUPPLY_ITEM, entries: itemsOf(storm) },
  { noun: RESCUE_TEAM, entries: TEAMS },
  { noun: SHELTER, entries: sheltersOf(storm) },
  { noun: PLAN, entries: PLANS },
  { noun: EXPERT, entries: EXPERTS },
  { noun: INFORMATION_OFFICER, entries: OFFICERS },
  { noun: DUTY_SHIFT, entries: shiftsOf(now) },
  { noun: WARNING_RECIPIENT, entries: RECIPIENTS },
];

const owner = '演练·应急管理局';
const DEPOTS = [
  {
    code: 'K-001',
    name: '演练·市救灾物资储备库',
    division: '南苑街道',
    lon: 84.6812,
    lat: 44.4301,
    level: '县市级',
    owner,
    areaSquareMetres: '1200平方米',
    keeperName: '演练甲',
    keeperPhone: '13900000001',
    dutyPhone: '0992-8500001',
  },
  {
    code: 'K-002',
    name: '演练·八十四户乡储备点',
    division: '八十四户乡',
    lon: 84.7,
    lat: 44.52,
    level: '乡镇级',
    owner,
    areaSquareMetres: 180,
    keeperName: '演练乙',
    keeperPhone: '13900000002',
    dutyPhone: '0992-8500002',
  },
];

const itemsOf = (storm: boolean) => [
  {
    code: 'K-001-0001',
    name: '演练·12平方米单帐篷',
    depot: 'K-001',
    classCode: '106 临时住宿',
    specification: '4m×3m',
    quantity: storm ? 140 : 200,
    measure: '顶',
  },
  {
    code: 'K-001-0002',
    name: '演练·棉被',
    depot: 'K-001',
    classCode: '104',
    specification: '1.5m×2m',
    quantity: storm ? 1200 : 1500,
    measure: '床',
  },
  {
    code: 'K-001-0003',
    name: '演练·冲锋舟',
    depot: 'K-001',
    classCode: '防汛抗旱',
    specification: '5.2m',
    quantity: 6,
    measure: '艘',
  },
  {
    code: 'K-002-0001',
    name: '演练·编织袋',
    depot: 'K-002',
    classCode: '210',
    specification: '',
    quantity: storm ? 2000 : 8000,
    measure: '条',
  },
];

const TEAMS = [
  {
    code: 'D-001',
    name: '演练·抗洪抢险队',
    lon: 84.68,
    lat: 44.44,
    teamType: '抗洪抢险',
    owner: '演练·水利局',
    memberCount: 35,
    readyMinutes: 30,
    specialties: '抗洪抢险、水上救援',
    dutyPhone: '0992-8500003',
  },
  {
    code: 'D-002',
    name: '演练·森林草原灭火队',
    lon: 84.58,
    lat: 44.14,
    teamType: '森林草原灭火',
    owner: '演练·林业和草原局',
    memberCount: 40,
    readyMinutes: 20,
    specialties: '灭火',
    dutyPhone: '0992-8500004',
  },
];

const sheltersOf = (storm: boolean) => [
  {
    code: 'B-001',
    name: '演练·第一中学操场',
    lon: 84.682,
    lat: 44.431,
    shelterClass: 'Ⅱ类',
    indoor: '否',
    capacityPersons: 3000,
    state: storm ? '已启用' : '未启用',
    occupiedPersons: storm ? 210 : 0,
  },
  {
    code: 'B-002',
    name: '演练·体育馆',
    lon: 84.672,
    lat: 44.436,
    shelterClass: 'Ⅲ类',
    indoor: '是',
    capacityPersons: 800,
    state: storm ? '已启用' : '未启用',
    occupiedPersons: storm ? 95 : 0,
  },
  {
    code: 'B-003',
    name: '演练·人民广场',
    lon: 84.675,
    lat: 44.428,
    shelterClass: 'Ⅰ类',
    indoor: '否',
    capacityPersons: 5000,
    state: '未启用',
    occupiedPersons: 0,
  },
];

const PLANS = [
  {
    code: 'Y-001',
    name: '演练·防汛抗旱应急预案',
    planKind: '专项预案',
    hazards: '洪水、干旱',
    issuer: '演练·市人民政府',
    issuedOn: '2025年3月1日',
    reviseBy: '2028-03-01',
  },
  {
    code: 'Y-002',
    name: '演练·森林草原火灾应急预案',
    planKind: '专项预案',
    hazards: '森林火灾、草原火灾',
    issuer: '演练·市人民政府',
    issuedOn: '2025-04-10',
    reviseBy: '2028-04-10',
  },
];

const EXPERTS = [
  { code: 'Z-001', name: '演练·专家一', specialties: '地质灾害、工程抢险', title: '高级工程师', phone: '13900000005' },
  { code: 'Z-002', name: '演练·专家二', specialties: '水文', title: '工程师', phone: '13900000006' },
];

const OFFICERS = [
  { code: 'X-001', name: '演练·信息员一', division: '654202001', level: '乡镇级', deputy: '否', phone: '13900000007' },
  { code: 'X-002', name: '演练·信息员二', division: '八十四户乡', level: '乡镇级', deputy: '否', phone: '13900000008' },
];

/** In most townships, not in all: what the reach of a warning shows. */
const RECIPIENTS = [
  ['演练·第一中学', '654202001', '学校', ''],
  ['演练·南苑街道信息员', '654202001', '灾害信息员', '13900000021'],
  ['演练·虹桥街道信息员', '654202002', '灾害信息员', '13900000022'],
  ['演练·新市区街道信息员', '654202003', '灾害信息员', '13900000023'],
  ['演练·白杨沟镇信息员', '654202100', '灾害信息员', '13900000024'],
  ['演练·白杨沟镇牧民联络员', '654202100', '牧民', '13900000029'],
  ['演练·哈图布呼镇信息员', '654202101', '灾害信息员', '13900000025'],
  ['演练·皇宫镇信息员', '654202102', '灾害信息员', '13900000026'],
  ['演练·四棵树镇信息员', '654202106', '灾害信息员', '13900000027'],
  ['演练·古尔图镇水库巡查员', '654202107', '水库巡查员', '13900000028'],
  ['演练·八十四户乡信息员', '654202200', '灾害信息员', '13900000031'],
  ['演练·巴音沟牧场牧民联络员', '654202401', '牧民', '13900000039'],
  ['演练·泥火山景区', '654202206', '景区', '13900000032'],
].map(([name = '', division = '', group = '', phone = ''], at) => ({
  code: `J-${String(at + 1).padStart(3, '0')}`,
  name,
  division,
  group,
  phone,
}));

const DAY_MS = 86_400_000;
/** Shifts change at nine in the morning, Beijing time: one in the morning UTC. */
const CHANGE_MS = 3_600_000;

/** The shift of now with the one before and the one after. */
function shiftsOf(now: Date) {
  const today = Math.floor((now.getTime() - CHANGE_MS) / DAY_MS) * DAY_MS;
  return [-1, 0, 1].map((days) => {
    const [from, to] = [days, days + 1].map((n) => new Date(today + n * DAY_MS).toISOString().slice(0, 10)) as [
      string,
      string,
    ];
    const [leaderName, officerName] = days === 0 ? ['演练戊', '演练己'] : ['演练辛', '演练壬'];
    return {
      code: `${from.replaceAll('-', '')}-YJ`,
      name: '演练·应急指挥中心',
      startsAt: `${from} 09:00`,
      endsAt: `${to} 09:00`,
      leaderName,
      officerName,
      dutyPhone: '0992-8500000',
    };
  });
}
