/** Where an incident 突发事件 is in its life, as far as its source says. CANCELLED: a false or repeated call. */
export const INCIDENT_STATES = ['REPORTED', 'RESPONDING', 'CONTROLLED', 'CLOSED', 'CANCELLED', 'UNKNOWN'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** 特别重大 (I), 重大 (II), 较大 (III), 一般 (IV), and what nobody has judged yet. */
export const INCIDENT_LEVELS = ['I', 'II', 'III', 'IV', 'UNKNOWN'] as const;
export type IncidentLevel = (typeof INCIDENT_LEVELS)[number];

/** A class of GB/T 35561-2017: one digit for the first level, two for the second, two for the third. */
export interface IncidentClass {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

const CLASSES: readonly (readonly [code: string, zh: string, en: string])[] = [
  ['10000', '自然灾害', 'natural disaster'],
  ['10100', '水旱灾害', 'flood or drought'],
  ['10200', '气象灾害', 'meteorological disaster'],
  ['10300', '地震灾害', 'earthquake'],
  ['10400', '地质灾害', 'geological disaster'],
  ['10500', '海洋灾害', 'marine disaster'],
  ['10600', '生物灾害', 'biological disaster'],
  ['10700', '森林草原火灾', 'forest or grassland fire'],
  ['19900', '其他自然灾害', 'other natural disaster'],
  ['20000', '事故灾难', 'accident'],
  ['20100', '煤矿事故', 'coal mine accident'],
  ['20200', '金属与非金属矿山事故', 'metal or non-metal mine accident'],
  ['20300', '建筑业事故', 'construction accident'],
  ['20400', '危险化学品事故', 'hazardous chemicals accident'],
  ['20500', '烟花爆竹和民用爆炸物事故', 'fireworks or civil explosives accident'],
  ['20600', '其他工矿商贸事故', 'other industrial or commercial accident'],
  ['20700', '火灾事故', 'fire'],
  ['20800', '道路交通事故', 'road traffic accident'],
  ['20900', '水上交通事故', 'waterway accident'],
  ['21000', '铁路交通事故', 'railway accident'],
  ['21100', '城市轨道交通事故', 'urban rail accident'],
  ['21200', '民用航空器飞行事故', 'civil aviation accident'],
  ['21300', '特种设备事故', 'special equipment accident'],
  ['21400', '基础设施和公用设施事故', 'infrastructure or utility accident'],
  ['21500', '环境污染和生态破坏事件', 'pollution or ecological damage'],
  ['21600', '农业机械事故', 'agricultural machinery accident'],
  ['21700', '踩踏事件', 'stampede'],
  ['21800', '核与辐射事故', 'nuclear or radiation accident'],
  ['21900', '能源供应中断事故', 'energy supply failure'],
  ['29900', '其他事故灾难', 'other accident'],
  ['30000', '公共卫生事件', 'public health event'],
  ['30100', '传染病事件', 'infectious disease'],
  ['30200', '食品药品安全事件', 'food or drug safety event'],
  ['30300', '群体性中毒、感染事件', 'mass poisoning or infection'],
  ['30400', '病原微生物、菌毒株事件', 'pathogen or strain event'],
  ['30500', '动物疫情事件', 'animal epidemic'],
  ['30600', '群体性不明原因疾病', 'mass disease of unknown cause'],
  ['39900', '其他公共卫生事件', 'other public health event'],
  ['40000', '社会安全事件', 'social security event'],
  ['40100', '群体性事件', 'mass incident'],
  ['40200', '刑事案件', 'criminal case'],
  ['40300', '金融突发事件', 'financial event'],
  ['40400', '影响市场、社会稳定的突发事件', 'event against market or social stability'],
  ['40500', '民族和宗教事件', 'ethnic or religious event'],
  ['40600', '恐怖袭击事件', 'terrorist attack'],
  ['40700', '涉外突发事件', 'event concerning foreigners'],
  ['40800', '网络与信息安全事件', 'network or information security event'],
  ['49900', '其他社会安全事件', 'other social security event'],
];

/** The first and second level of GB/T 35561-2017, by code. The third level is taken as it comes, under its second. */
export const INCIDENT_CLASSES: ReadonlyMap<string, IncidentClass> = new Map(
  CLASSES.map(([code, zh, en]) => [code, { code, zh, en }]),
);

/** Whether a text has the form of a class: five digits, the first 1 to 4. Codes that the hub has no name for are classes too. */
export const isIncidentClass = (code: string): boolean => /^[1-4]\d{4}$/.test(code);

/** The part of a code that all beneath it share: "2", "208", "20801". */
export const classPrefix = (code: string): string => code.replace(/^(.)0000$/, '$1').replace(/^(...)00$/, '$1');

/** The class above; undefined for the first level. */
export function classAbove(code: string): string | undefined {
  const prefix = classPrefix(code);
  if (prefix.length === 1) return undefined;
  return prefix.length === 3 ? `${code.charAt(0)}0000` : `${code.slice(0, 3)}00`;
}

/** What a class is called; one without a name of its own by that of the class above it. */
export function classNamed(code: string): IncidentClass {
  const known = INCIDENT_CLASSES.get(code);
  if (known) return known;
  const above = classAbove(code);
  const named = above === undefined ? undefined : classNamed(above);
  return { code, zh: named?.zh ?? code, en: named?.en ?? code };
}
