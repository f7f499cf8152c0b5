import { FIRE_STATION } from '../model/registers/fire-station.js';
import { HAZARD_SITE } from '../model/registers/hazard-site.js';
import { BUILDING, CONSTRUCTION_SITE } from '../model/registers/housing.js';
import { ENTERPRISE, MAJOR_HAZARD } from '../model/registers/industry.js';
import { RESERVOIR } from '../model/registers/reservoir.js';
import type { RegisterSheet } from './register-table.js';

/* What the clerks of other departments write down, before the storm and in it. */

export function buildings(storm: boolean): RegisterSheet {
  const house = { areaSquareMetres: 3600, storeysAboveGround: 6, builtYear: 1998, structure: '砌体结构' };
  const entries = [
    {
      code: '006542020010',
      name: '演练·塔城路1号楼',
      lon: 84.6801,
      lat: 44.4311,
      use: '住宅',
      ...house,
      residents: 120,
      visibleDefects: '无',
    },
    {
      code: '006542020011',
      name: '演练·第一中学教学楼',
      lon: 84.6821,
      lat: 44.432,
      use: '学校',
      ...house,
      builtYear: 2015,
      structure: '钢筋混凝土结构',
      residents: 0,
      visibleDefects: '无',
    },
    {
      code: '006542022000',
      name: '演练·八十四户乡土木房',
      lon: 84.7,
      lat: 44.52,
      use: '农村住宅',
      ...house,
      areaSquareMetres: 86,
      storeysAboveGround: 1,
      structure: '土木结构',
      residents: 4,
      visibleDefects: storm ? '有' : '无',
    },
  ];
  return { noun: BUILDING, entries };
}

export function sites(storm: boolean): RegisterSheet {
  const manager = { managerName: '演练庚', managerPhone: '13900000008' };
  const entries = [
    {
      code: '654202202605010101',
      name: '演练·第三小学教学楼',
      lon: 84.6901,
      lat: 44.4288,
      responsibleUnit: '演练·建设集团',
      towerCranes: 2,
      deepPit: '有',
      pitDepthMetres: '6.5米',
      workers: storm ? 0 : 80,
      startedOn: '2026-03-20',
      ...manager,
    },
    {
      code: '654202202605010102',
      name: '演练·安置房一期',
      lon: 84.7002,
      lat: 44.4255,
      responsibleUnit: '演练·城投公司',
      towerCranes: 4,
      deepPit: '无',
      pitDepthMetres: '',
      workers: storm ? 12 : 150,
      startedOn: '2026-04-01',
      ...manager,
    },
  ];
  return { noun: CONSTRUCTION_SITE, entries };
}

export function hazardSites(storm: boolean): RegisterSheet {
  const people = {
    responsibleName: '演练甲',
    responsiblePhone: '13900000011',
    monitorName: '演练乙',
    monitorPhone: '13900000012',
  };
  const entries = [
    {
      code: '654202010001',
      name: '演练·南山一号坡',
      lon: 84.78,
      lat: 43.98,
      hazardType: '滑坡',
      scale: '中型',
      dangerLevel: storm ? '中型' : '小型',
      threatenedHouseholds: 12,
      threatenedPeople: 46,
      threatenedPropertyTenThousandYuan: 350,
      triggers: '降雨、融雪',
      ...people,
    },
    {
      code: '654202010002',
      name: '演练·南山二号坡',
      lon: 84.86,
      lat: 43.86,
      hazardType: '不稳定斜坡',
      scale: '小型',
      dangerLevel: '小型',
      threatenedHouseholds: 3,
      threatenedPeople: 11,
      threatenedPropertyTenThousandYuan: 60,
      triggers: '降雨',
      ...people,
    },
    {
      code: '654202010003',
      name: '演练·三号坡泥石流沟',
      lon: 84.66,
      lat: 44.02,
      hazardType: '泥石流',
      scale: '小型',
      dangerLevel: '小型',
      threatenedHouseholds: 5,
      threatenedPeople: storm ? 24 : 19,
      threatenedPropertyTenThousandYuan: 80,
      triggers: '暴雨',
      ...people,
    },
  ];
  return { noun: HAZARD_SITE, entries };
}

export function reservoirs(storm: boolean): RegisterSheet {
  const patrolName = storm ? '演练·汛期巡查组' : '演练·巡查员';
  const administration = { administrativeName: '演练丙', administrativePhone: '13900000016' };
  const entries = [
    {
      code: 'SK-001',
      name: '演练·奎屯河水库',
      lon: 84.76,
      lat: 44.2,
      scale: '中型',
      river: '奎屯河',
      totalCapacityTenThousandCubicMetres: 2500,
      floodLimitLevelMetres: 512.3,
      normalLevelMetres: 514,
      designLevelMetres: 515.2,
      checkLevelMetres: 516.1,
      damType: '土石坝',
      unsafe: '否',
      ...administration,
      patrolName,
    },
    {
      code: 'SK-002',
      name: '演练·古尔图河水库',
      lon: 83.8,
      lat: 44.38,
      scale: '小(1)型',
      river: '古尔图河',
      totalCapacityTenThousandCubicMetres: 420,
      floodLimitLevelMetres: 488,
      normalLevelMetres: 489.5,
      designLevelMetres: 490.4,
      checkLevelMetres: 491,
      damType: '土石坝',
      unsafe: '否',
      ...administration,
      patrolName,
    },
  ];
  return { noun: RESERVOIR, entries };
}

/** A whole list: the point that the storm cuts off is taken from it, and put back when the next round begins. */
export function patrolPoints(storm: boolean): RegisterSheet {
  const owner = '演练·林业和草原局';
  const entries = [
    {
      code: 'F-001',
      name: '演练·山前防火站',
      lon: 84.57,
      lat: 44.13,
      stationKind: '防火站',
      owner,
      staffCount: storm ? 14 : 8,
      vehicleCount: 2,
      dutyPhone: '0992-8500010',
    },
    {
      code: 'F-002',
      name: '演练·山前瞭望塔',
      lon: 84.57,
      lat: 44.131,
      stationKind: '瞭望塔',
      owner,
      staffCount: 2,
      vehicleCount: 0,
      dutyPhone: '0992-8500011',
    },
    {
      code: 'F-003',
      name: '演练·沟口检查站',
      lon: 84.61,
      lat: 44.15,
      stationKind: '防火检查站',
      owner,
      staffCount: 4,
      vehicleCount: 1,
      dutyPhone: '0992-8500012',
    },
    {
      code: 'F-004',
      name: '演练·河滩巡护点',
      lon: 84.64,
      lat: 44.16,
      stationKind: '巡护点',
      owner,
      staffCount: 1,
      vehicleCount: 0,
      dutyPhone: '0992-8500013',
    },
  ];
  return { noun: FIRE_STATION, entries: storm ? entries.slice(0, 3) : entries };
}

/** Plants without a gateway of their own: what the industry bureau knows of them. */
export function enterprises(storm: boolean): RegisterSheet[] {
  const company = [
    { code: '6542020011', name: '演练·冷链仓储企业', lon: 84.71, lat: 44.44, address: '演练·东区', chemicals: '液氨' },
    { code: '6542020012', name: '演练·加油站', lon: 84.66, lat: 44.43, address: '演练·北区', chemicals: '汽油、柴油' },
  ];
  const hazard = {
    code: '654202001101',
    name: '演练·制冷机房',
    lon: 84.7101,
    lat: 44.4401,
    enterprise: '6542020011',
    kind: '装置',
    chemicals: storm ? '氨|14|7664-41-7' : '氨|12|7664-41-7',
    exposedPersons: 40,
    sourceLevel: '四级',
  };
  return [
    { noun: ENTERPRISE, entries: company },
    { noun: MAJOR_HAZARD, entries: [hazard] },
  ];
}
