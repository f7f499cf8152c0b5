import type { RegisterCode } from '../register.js';

/**
 * Classes of emergency supplies, GB/T 38565-2020: one digit for the first level, two more for the second ("99": other). The first
 * level is as the standard's clause 5.2 gives it; the second follows practice and is marked, to be replaced from the standard's table.
 */
export const SUPPLY_CLASSES: readonly RegisterCode[] = [
  { code: '1', zh: '基本生活保障物资', en: 'Basic living supplies' },
  ...second('1', [
    ['01', '粮食', 'Grain'],
    ['02', '食品饮料', 'Food and drink'],
    ['03', '服装鞋帽', 'Clothing and shoes'],
    ['04', '被装寝具', 'Bedding'],
    ['05', '日用品', 'Daily necessities'],
    ['06', '临时住宿', 'Tents and temporary shelter'],
    ['99', '其他基本生活保障物资', 'Other living supplies'],
  ]),
  { code: '2', zh: '应急装备及配套物资', en: 'Emergency equipment and its supplies' },
  ...second('2', [
    ['01', '个人防护', 'Personal protection'],
    ['02', '搜救', 'Search and rescue'],
    ['03', '医疗及防疫', 'Medical and epidemic control'],
    ['04', '通信广播', 'Communication and broadcasting'],
    ['05', '交通运输', 'Transport'],
    ['06', '能源动力', 'Power and fuel'],
    ['07', '照明', 'Lighting'],
    ['08', '侦检监测', 'Detection and monitoring'],
    ['09', '消防灭火', 'Fire fighting'],
    ['10', '防汛抗旱', 'Flood and drought control'],
    ['11', '环境污染处置', 'Pollution control'],
    ['99', '其他应急装备及配套物资', 'Other equipment'],
  ]),
  { code: '3', zh: '工程材料与机械加工设备', en: 'Engineering materials and machinery' },
  ...second('3', [
    ['01', '工程材料', 'Engineering materials'],
    ['02', '工程机械', 'Construction machinery'],
    ['03', '机械加工设备', 'Machining equipment'],
    ['99', '其他工程材料与设备', 'Other materials and machinery'],
  ]),
];

function second(first: string, rows: readonly (readonly [string, string, string])[]): RegisterCode[] {
  return rows.map(([code, zh, en]) => ({ code: first + code, zh, en, unverified: true }));
}
