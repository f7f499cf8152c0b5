/** One hazard of the national early-warning code list: names, and how long a warning holds where its message does not say. */
export interface Hazard {
  readonly zh: string;
  readonly en: string;
  readonly defaultHours: number;
}

/** Codes seen in published warnings. Provinces add their own: an unknown code keeps its text and holds for 24 h. */
export const HAZARDS: Readonly<Record<string, Hazard>> = {
  '11A01': { zh: '洪水', en: 'flood', defaultHours: 24 },
  '11B01': { zh: '台风', en: 'typhoon', defaultHours: 24 },
  '11B03': { zh: '暴雨', en: 'rainstorm', defaultHours: 12 },
  '11B04': { zh: '暴雪', en: 'snowstorm', defaultHours: 24 },
  '11B05': { zh: '寒潮', en: 'cold wave', defaultHours: 48 },
  '11B06': { zh: '大风', en: 'gale', defaultHours: 24 },
  '11B07': { zh: '沙尘暴', en: 'sandstorm', defaultHours: 24 },
  '11B09': { zh: '高温', en: 'high temperature', defaultHours: 24 },
  '11B14': { zh: '雷电', en: 'lightning', defaultHours: 12 },
  '11B15': { zh: '冰雹', en: 'hail', defaultHours: 6 },
  '11B16': { zh: '霜冻', en: 'frost', defaultHours: 24 },
  '11B17': { zh: '大雾', en: 'fog', defaultHours: 12 },
  '11B19': { zh: '霾', en: 'haze', defaultHours: 24 },
  '11B20': { zh: '雷雨大风', en: 'thunderstorm gale', defaultHours: 6 },
  '11B21': { zh: '道路结冰', en: 'icy roads', defaultHours: 24 },
  '11B22': { zh: '干旱', en: 'drought', defaultHours: 168 },
  '11B25': { zh: '森林火险', en: 'forest fire danger', defaultHours: 24 },
  '11B37': { zh: '地质灾害气象风险', en: 'geological hazard weather risk', defaultHours: 24 },
  '11B51': { zh: '低温', en: 'low temperature', defaultHours: 24 },
  '11B56': { zh: '低温', en: 'low temperature', defaultHours: 24 },
  '11D00': { zh: '地质灾害', en: 'geological hazard', defaultHours: 24 },
};

export const UNKNOWN_HAZARD_HOURS = 24;

/** The code of a hazard by its exact Chinese or English name, the first in the list where two share it. */
export function hazardCodeOfName(name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  return Object.keys(HAZARDS).find((code) => HAZARDS[code]?.zh === wanted || HAZARDS[code]?.en === wanted);
}
