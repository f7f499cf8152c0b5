/** A hazard class of GB 18218-2018: its threshold in tonnes (table 2) and its factor β (table 4). */
export interface HazardClass {
  readonly symbol: string;
  readonly thresholdTonnes: number;
  readonly factor: number;
  readonly zh: string;
  readonly en: string;
}

/** GB 18218-2018 tables 2 and 4: J acute toxicity, W physical hazards. */
export const HAZARD_CLASSES: readonly HazardClass[] = (
  [
    ['J1', 5, 4, '急性毒性类别1，气体', 'Acute toxicity 1, gas'],
    ['J2', 50, 1, '急性毒性类别1，固体、液体', 'Acute toxicity 1, solid or liquid'],
    ['J3', 50, 2, '急性毒性类别2、3，气体', 'Acute toxicity 2 or 3, gas'],
    [
      'J4',
      50,
      2,
      '急性毒性类别2、3，吸入，沸点≤35℃液体',
      'Acute toxicity 2 or 3, inhaled, liquid boiling at 35 ℃ or less',
    ],
    ['J5', 500, 1, '急性毒性类别2，其他液体、固体', 'Acute toxicity 2, other liquid or solid'],
    ['W1.1', 1, 2, '不稳定爆炸物、1.1项爆炸物', 'Unstable explosives and division 1.1'],
    ['W1.2', 10, 2, '1.2、1.3、1.5、1.6项爆炸物', 'Explosives of divisions 1.2, 1.3, 1.5, 1.6'],
    ['W1.3', 50, 2, '1.4项爆炸物', 'Explosives of division 1.4'],
    ['W2', 10, 1.5, '易燃气体类别1、2', 'Flammable gases 1, 2'],
    ['W3', 150, 1, '气溶胶类别1、2', 'Aerosols 1, 2 (net weight)'],
    ['W4', 50, 1, '氧化性气体类别1', 'Oxidising gases 1'],
    [
      'W5.1',
      10,
      1.5,
      '易燃液体类别1，或类别2、3工作温度高于沸点',
      'Flammable liquids 1, or 2, 3 above their boiling point',
    ],
    ['W5.2', 50, 1, '易燃液体类别2、3，特殊工艺条件', 'Flammable liquids 2, 3 under special process conditions'],
    ['W5.3', 1000, 1, '其他易燃液体类别2', 'Other flammable liquids 2'],
    ['W5.4', 5000, 1, '其他易燃液体类别3', 'Other flammable liquids 3'],
    ['W6.1', 10, 1.5, 'A型、B型自反应物质和混合物', 'Self-reactive, types A, B'],
    ['W6.2', 50, 1, 'C型、D型、E型自反应物质和混合物', 'Self-reactive, types C to E'],
    ['W7.1', 10, 1.5, 'A型、B型有机过氧化物', 'Organic peroxides, types A, B'],
    ['W7.2', 50, 1, 'C型至F型有机过氧化物', 'Organic peroxides, types C to F'],
    ['W8', 50, 1, '自燃液体、自燃固体类别1', 'Pyrophoric liquids and solids 1'],
    ['W9.1', 50, 1, '氧化性固体、液体类别1', 'Oxidising solids and liquids 1'],
    ['W9.2', 200, 1, '氧化性固体、液体类别2、3', 'Oxidising solids and liquids 2, 3'],
    ['W10', 200, 1, '易燃固体类别1', 'Flammable solids 1'],
    ['W11', 200, 1, '遇水放出易燃气体类别1、2', 'Flammable gas on contact with water 1, 2'],
  ] as const
).map(([symbol, thresholdTonnes, factor, zh, en]) => ({ symbol, thresholdTonnes, factor, zh, en }));

/** A chemical that GB 18218-2018 table 1 names. */
export interface NamedChemical {
  readonly names: readonly string[];
  readonly cas: readonly string[];
  readonly thresholdTonnes: number;
  /** β of table 3. Absent: by hazard class. */
  readonly factor?: number;
  /** The hub's own reading of its classification, for β alone; a class that the source says goes before it. */
  readonly hazardClass?: string;
}

/** Names, the standard's first; CAS; threshold in tonnes; β of table 3, or the class that gives it. */
type Row = readonly [names: string, cas: string, thresholdTonnes: number, factor: number | string];

/** Of table 1 those whose row and factor are beyond doubt; for any other the source says a class, or a threshold and β. */
const TABLE_1: readonly Row[] = [
  ['氨 液氨 氨气', '7664-41-7', 10, 2],
  ['二氧化氮', '10102-44-0', 1, 10],
  ['二氧化硫 亚硫酸酐', '7446-09-5', 20, 2],
  ['碳酰氯 光气', '75-44-5', 0.3, 20],
  ['环氧乙烷 氧化乙烯', '75-21-8', 10, 2],
  ['磷化氢 磷化三氢 膦', '7803-51-2', 1, 20],
  ['硫化氢', '7783-06-4', 5, 5],
  ['氯化氢 氯化氢(无水)', '7647-01-0', 20, 3],
  ['氯 液氯 氯气', '7782-50-5', 5, 4],
  ['煤气 一氧化碳', '630-08-0', 20, 2],
  ['溴甲烷 甲基溴', '74-83-9', 10, 3],
  ['氟化氢', '7664-39-3', 1, 5],
  ['氰化氢 无水氢氰酸', '74-90-8', 1, 10],
  ['异氰酸甲酯 甲基异氰酸酯', '624-83-9', 0.75, 20],
  ['丙酮氰醇 丙酮合氰化氢', '75-86-5', 20, 'J2'],
  ['丙烯醛 烯丙醛', '107-02-8', 20, 'J2'],
  ['叠氮化铅', '13424-46-9', 0.5, 'W1.1'],
  ['雷汞', '628-86-4', 0.5, 'W1.1'],
  ['2,4,6-三硝基甲苯 梯恩梯 TNT', '118-96-7', 5, 'W1.1'],
  ['硝化甘油 硝化丙三醇', '55-63-0', 1, 'W1.1'],
  ['硝酸铵(含可燃物>0.2%)', '', 5, 'W1.1'],
  ['硝酸铵(含可燃物≤0.2%)', '', 50, 'W9.2'],
  ['硝酸钾', '7757-79-1', 1000, 'W9.2'],
  ['1,3-丁二烯 联乙烯', '106-99-0', 5, 'W2'],
  ['二甲醚 甲醚', '115-10-6', 50, 'W2'],
  ['甲烷 天然气 液化天然气 压缩天然气', '74-82-8 8006-14-2', 50, 'W2'],
  ['氯乙烯 乙烯基氯', '75-01-4', 50, 'W2'],
  ['氢 氢气 液氢', '1333-74-0', 5, 'W2'],
  ['液化石油气 石油气(液化的) 丙烷 丁烷 LPG', '68476-85-7 74-98-6 106-97-8', 50, 'W2'],
  ['一甲胺 氨基甲烷 甲胺', '74-89-5', 5, 'W2'],
  ['乙炔 电石气', '74-86-2', 1, 'W2'],
  ['乙烯', '74-85-1', 50, 'W2'],
  ['氧 氧气 液氧 氧(压缩的或液化的)', '7782-44-7', 200, 'W4'],
  ['苯 纯苯', '71-43-2', 50, 'W5.3'],
  ['苯乙烯 乙烯苯', '100-42-5', 500, 'W5.4'],
  ['丙酮 二甲基酮', '67-64-1', 500, 'W5.3'],
  ['2-丙烯腈 丙烯腈', '107-13-1', 50, 'W5.3'],
  ['二硫化碳', '75-15-0', 50, 'W5.3'],
  ['环己烷 六氢化苯', '110-82-7', 500, 'W5.3'],
  ['甲苯 甲基苯', '108-88-3', 500, 'W5.3'],
  ['甲醇 木醇 木精', '67-56-1', 500, 'W5.3'],
  ['汽油 乙醇汽油 甲醇汽油', '86290-81-5', 200, 'W5.3'],
  ['乙醇 酒精', '64-17-5', 500, 'W5.3'],
  ['乙醚 二乙基醚', '60-29-7', 10, 'W5.1'],
  ['乙酸乙酯 醋酸乙酯', '141-78-6', 500, 'W5.3'],
  ['正己烷 己烷', '110-54-3', 500, 'W5.3'],
  ['白磷 黄磷', '12185-10-3', 50, 'W8'],
  ['烷基铝 三烷基铝', '', 1, 'W8'],
  ['过氧化钾', '17014-71-0', 20, 'W9.1'],
  ['过氧化钠 双氧化钠', '1313-60-6', 20, 'W9.1'],
  ['氯酸钾', '3811-04-9', 100, 'W9.1'],
  ['氯酸钠', '7775-09-9', 100, 'W9.1'],
  ['碳化钙 电石', '75-20-7', 100, 'W11'],
  ['钾 金属钾', '7440-09-7', 1, 'W11'],
  ['钠 金属钠', '7440-23-5', 10, 'W11'],
];

export const NAMED_CHEMICALS: readonly NamedChemical[] = TABLE_1.map(([names, cas, thresholdTonnes, factor]) => ({
  names: names.split(' '),
  cas: cas.split(' ').filter((each) => each !== ''),
  thresholdTonnes,
  ...(typeof factor === 'number' ? { factor } : { hazardClass: factor }),
}));

/** Blanks, width and kind of brackets, and case do not tell chemicals apart. */
const plain = (name: string): string => name.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase();

const BY_NAME = new Map(NAMED_CHEMICALS.flatMap((each) => each.names.map((name) => [plain(name), each] as const)));
const BY_CAS = new Map(NAMED_CHEMICALS.flatMap((each) => each.cas.map((cas) => [cas, each] as const)));
const CLASSES = new Map(HAZARD_CLASSES.map((each) => [each.symbol, each]));

/** The row of table 1 for a chemical: by its CAS number, else by one of its names; undefined for one it does not name. */
export const namedChemical = (name: string, cas?: string | null): NamedChemical | undefined =>
  (cas ? BY_CAS.get(cas.trim()) : undefined) ?? BY_NAME.get(plain(name));

export const hazardClass = (symbol: string | null | undefined): HazardClass | undefined =>
  symbol ? CLASSES.get(symbol) : undefined;
