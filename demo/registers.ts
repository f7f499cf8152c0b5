import { buildings, enterprises, hazardSites, patrolPoints, reservoirs, sites } from './department-tables.js';
import { emergencySheets } from './emergency-tables.js';
import type { DemoPart, DemoWorld } from './part.js';
import { type RegisterSheet, registerBook, registerCsv } from './register-table.js';
import { TableFolder } from './table-folder.js';

/** From then on in a round the storm has changed what the lists say. */
const STORM_SECONDS = 240;

/** The lists that the departments' clerks hand in: as they are when a round begins, and once the storm has come. */
export const registers = ({ story, now }: DemoWorld): DemoPart => {
  /** A folder with one file for each half of a round. */
  const folder = (
    name: string,
    title: string,
    ending: 'xlsx' | 'csv',
    sheets: (storm: boolean) => readonly RegisterSheet[],
  ) => {
    const next = () => {
      const { round, seconds } = story.scene();
      const storm = seconds >= STORM_SECONDS;
      return {
        file: `演练-${title}-${round + 1}-${storm ? '汛中' : '汛前'}.${ending}`,
        bytes: async () => {
          const made = sheets(storm);
          return ending === 'xlsx' ? registerBook(made) : registerCsv(made[0] as RegisterSheet);
        },
      };
    };
    return { [name]: new TableFolder(`${name} (${ending === 'xlsx' ? 'Excel' : 'CSV in GBK'} in a folder)`, next) };
  };
  return {
    sources: {
      ...folder('emergency-tables', '应急台账', 'xlsx', (storm) => emergencySheets(storm, now())),
      ...folder('building-tables', '房屋建筑', 'csv', (storm) => [buildings(storm)]),
      ...folder('site-tables', '建筑工地', 'xlsx', (storm) => [sites(storm)]),
      ...folder('hazard-tables', '地质灾害隐患点', 'xlsx', (storm) => [hazardSites(storm)]),
      ...folder('reservoir-tables', '水库', 'xlsx', (storm) => [reservoirs(storm)]),
      ...folder('enterprise-tables', '危化企业', 'xlsx', enterprises),
      ...folder('patrol-tables', '防火站点', 'csv', (storm) => [patrolPoints(storm)]),
    },
  };
};
