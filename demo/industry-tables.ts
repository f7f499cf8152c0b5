import { ENTERPRISE, MAJOR_HAZARD } from '../model/registers/industry.js';
import type { RegisterSheet } from './register-table.js';

const COLD_STORE = '6542020003';
const FILLING_STATION = '6542020004';

/** The companies that have no gateway, and their units; in the storm the cold store has sold a part of its ammonia. */
export const industrySheets = (storm: boolean): RegisterSheet[] => [
  {
    noun: ENTERPRISE,
    entries: [
      {
        code: COLD_STORE,
        name: '演练·冷链仓储企业',
        lon: 84.7,
        lat: 44.43,
        address: '演练路3号',
        safetyContactPost: '安全总监',
        dutyPhone: storm ? '0992-8500023、0992-8500024' : '0992-8500023',
        chemicals: '液氨',
      },
      {
        code: FILLING_STATION,
        name: '演练·成品油储运企业',
        lon: 84.652,
        lat: 44.458,
        address: '演练路4号',
        safetyContactPost: '值班经理',
        dutyPhone: '0992-8500025',
        chemicals: '汽油、柴油',
      },
    ],
  },
  {
    noun: MAJOR_HAZARD,
    entries: [
      {
        code: '654202000301',
        name: '演练·制冷机房',
        enterprise: COLD_STORE,
        lon: 84.7001,
        lat: 44.4301,
        kind: '装置',
        chemicals: `液氨|${storm ? 18 : 30}|7664-41-7|1005|J3`,
        exposedPersons: 120,
      },
      {
        code: '654202000401',
        name: '演练·汽油罐区',
        enterprise: FILLING_STATION,
        lon: 84.6522,
        lat: 44.4582,
        kind: '储罐区',
        chemicals: '汽油|2400|86290-81-5|1203|W5.3',
        exposedPersons: 25,
      },
    ],
  },
];
