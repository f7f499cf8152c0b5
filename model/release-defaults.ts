import { AGENCY_OF } from './agency.js';
import { DEPARTMENT_CODES, type DepartmentCode } from './department.js';
import { HAZARDS } from './hazard.js';
import type { ReleaseRules, WarningSender } from './release.js';

/** Who warns of what where the settings say nothing. A department without hazards releases nothing until it is given some. */
export const DEFAULT_HAZARDS: ReleaseRules['hazards'] = {
  WEATHER: Object.keys(HAZARDS).filter((code) => code.startsWith('11B')),
  SEISMIC: [],
  WATER: ['11A01'],
  NATURAL_RESOURCES: ['11D00', '11B37'],
  FORESTRY: ['11B25'],
  PUBLIC_SECURITY: [],
  INDUSTRY: [],
  HOUSING: [],
  TRANSPORT: [],
  TOURISM: [],
  ECOLOGY: [],
  EMERGENCY: ['11A01', '11D00'],
};

export const DEFAULT_LEVELS: ReleaseRules['levels'] = {
  BLUE: ['RELEASER'],
  YELLOW: ['RELEASER'],
  ORANGE: ['RELEASER', 'DUTY_OFFICER'],
  RED: ['RELEASER', 'DUTY_OFFICER'],
};

export const DEFAULT_REVIEW_HOURS = 24;

/** How the office is called. */
const OFFICES: Readonly<Record<DepartmentCode, readonly [zh: string, en: string]>> = {
  WEATHER: ['气象局', 'Meteorological Bureau'],
  SEISMIC: ['地震局', 'Earthquake Bureau'],
  WATER: ['水利局', 'Water Resources Bureau'],
  NATURAL_RESOURCES: ['自然资源局', 'Natural Resources Bureau'],
  FORESTRY: ['林业和草原局', 'Forestry and Grassland Bureau'],
  PUBLIC_SECURITY: ['公安局', 'Public Security Bureau'],
  INDUSTRY: ['工业和信息化局', 'Industry and Information Technology Bureau'],
  HOUSING: ['住房和城乡建设局', 'Housing and Urban-Rural Development Bureau'],
  TRANSPORT: ['交通运输局', 'Transport Bureau'],
  TOURISM: ['文化体育广播电视和旅游局', 'Culture and Tourism Bureau'],
  ECOLOGY: ['生态环境局', 'Ecology and Environment Bureau'],
  EMERGENCY: ['应急管理局', 'Emergency Management Bureau'],
};

/** A department's office in a city: `area` and the agency's code and five zeros; Wusu's weather is 65420241600000. */
const officeOf = (area: string, department: DepartmentCode): WarningSender => {
  const [zh, en] = OFFICES[department];
  const [cityZh, cityEn] = area === '654202' ? ['乌苏市', 'Wusu '] : ['', ''];
  return { code: `${area}${AGENCY_OF[department]}00000`, name: { 'zh-CN': `${cityZh}${zh}`, en: `${cityEn}${en}` } };
};

/** The rules of a hub whose settings name its area only. */
export const defaultRules = (area: string): ReleaseRules => ({
  area,
  levels: DEFAULT_LEVELS,
  hazards: DEFAULT_HAZARDS,
  hours: {},
  senders: Object.fromEntries(DEPARTMENT_CODES.map((code) => [code, officeOf(area, code)])) as ReleaseRules['senders'],
  bypassReviewHours: DEFAULT_REVIEW_HOURS,
});
