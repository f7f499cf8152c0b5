/** The twelve departments. The slug is the folder name in connectors/, schema/ and resolvers/ and the first part of a feed id. */
export const DEPARTMENTS = {
  WEATHER: { slug: 'weather', en: 'Weather', zh: '气象' },
  SEISMIC: { slug: 'seismic', en: 'Seismic', zh: '地震' },
  WATER: { slug: 'water', en: 'Water Resources', zh: '水利' },
  NATURAL_RESOURCES: { slug: 'natural-resources', en: 'Natural Resources', zh: '自然资源' },
  FORESTRY: { slug: 'forestry', en: 'Forestry and Grassland', zh: '林草' },
  PUBLIC_SECURITY: { slug: 'public-security', en: 'Public Security', zh: '公安' },
  INDUSTRY: { slug: 'industry', en: 'Industry and Information Technology', zh: '经信' },
  HOUSING: { slug: 'housing', en: 'Housing and Urban-Rural Development', zh: '住建' },
  TRANSPORT: { slug: 'transport', en: 'Transport', zh: '交通' },
  TOURISM: { slug: 'tourism', en: 'Culture and Tourism', zh: '文旅' },
  ECOLOGY: { slug: 'ecology', en: 'Ecology and Environment', zh: '生态环境' },
  EMERGENCY: { slug: 'emergency', en: 'Emergency Management', zh: '应急管理' },
} as const;

export type DepartmentCode = keyof typeof DEPARTMENTS;
export const DEPARTMENT_CODES = Object.keys(DEPARTMENTS) as DepartmentCode[];

/** The department a feed id such as "water/telemetry" belongs to. Throws on an unknown slug. */
export function departmentOfFeed(feedId: string): DepartmentCode {
  const slug = feedId.split('/')[0];
  const code = DEPARTMENT_CODES.find((each) => DEPARTMENTS[each].slug === slug);
  if (!code) throw new Error(`feed id "${feedId}" starts with no department's slug`);
  return code;
}
