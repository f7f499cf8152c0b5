import { GAS, METHANOL } from './chemical-works.js';

/** What the methanol store says of itself: its own grade is what the hub reckons too, level 3 (R 15). */
export const methanolBase = {
  companyCode: METHANOL.company,
  enterprise: {
    companyName: METHANOL.name,
    creditCode: '91654202MA00000001',
    address: '演练·乌苏市化工园区一号',
    safetyPost: '安全总监',
    dutyPhone: '0992-0000001',
    chemicals: ['甲醇'],
    ...{ lon: 84.6221, lat: 44.4709 },
  },
  hazards: [
    {
      hazardCode: METHANOL.hazard,
      hazardName: '演练·甲醇储罐区',
      hazardType: '储罐区',
      rLevel: '三级',
      rValue: 15,
      exposedPersons: 60,
      equipCodes: ['V101', 'V102', 'AT-01'],
      chemicals: [{ name: '甲醇', cas: '67-56-1', un: '1230', quantity: 5000, threshold: 500, beta: 1 }],
      ...{ lon: 84.6222, lat: 44.471 },
    },
  ],
} as const;

/** What the gas station says of itself: it left out α and β, and so takes itself for level 4 where the hub reckons 3. */
export const gasBase = {
  companyCode: GAS.company,
  enterprise: {
    companyName: GAS.name,
    creditCode: '91654202MA00000002',
    address: '演练·乌苏市西区',
    safetyPost: '站长',
    dutyPhone: '0992-0000002',
    chemicals: ['液化石油气'],
    ...{ lon: 84.7022, lat: 44.402 },
  },
  hazards: [
    {
      hazardCode: GAS.hazard,
      hazardName: '演练·液化气储罐区',
      hazardType: '储罐区',
      rLevel: '四级',
      rValue: 6,
      exposedPersons: 120,
      equipCodes: ['G201', 'AT-21', 'AT-22'],
      chemicals: [{ name: '液化石油气', cas: '68476-85-7', un: '1075', quantity: 300, beta: 1 }],
      ...{ lon: 84.7021, lat: 44.402 },
    },
  ],
} as const;
