import type { IncidentReportRow } from '../../model/incident-rows.js';
import type { Sight } from '../../model/sight.js';
import type { Database } from '../../prisma/database.js';
import { earthquakesById, quakeReportsOf, reportHistory } from '../../prisma/store/read-earthquakes.js';
import { alarmsOf, firesById, hotspotsOf, sightingCounts } from '../../prisma/store/read-fires.js';
import { reportsById, reportsOfIncidents } from '../../prisma/store/read-incident-reports.js';
import { incidentsById, revisionsOfIncidents } from '../../prisma/store/read-incidents.js';
import { roadEventsById, roadReportsOf } from '../../prisma/store/read-road-events.js';
import { seen, seesHistory } from '../coarsen.js';
import { many, one } from '../loader-kinds.js';
import type { Loaders } from '../loader-types.js';

export function roadLoaders(db: Database, sight: Sight): Pick<Loaders, 'roadEvent' | 'roadReports'> {
  return {
    roadEvent: one(
      async (ids) => seen(sight, await roadEventsById(db, ids, sight.reach())),
      (row) => row.factId,
    ),
    roadReports: many(
      async (ids) => seen(sight, await roadReportsOf(db, ids)),
      (row) => row.factId,
    ),
  };
}

export function quakeLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'earthquake' | 'quakeReports' | 'reportHistory'> {
  return {
    earthquake: one(
      async (ids) => seen(sight, await earthquakesById(db, ids, sight.reach())),
      (row) => row.factId,
    ),
    quakeReports: many(
      async (ids) => seen(sight, await quakeReportsOf(db, ids)),
      (row) => row.factId,
    ),
    reportHistory: many(
      (ids) =>
        reportHistory(
          db,
          ids.filter((id) => seesHistory(sight, id)),
        ),
      (row) => row.reportId,
    ),
  };
}

export function fireLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'fire' | 'hotspotsOfFire' | 'alarmsOfFire' | 'sightingCounts'> {
  return {
    fire: one(
      async (ids) => seen(sight, await firesById(db, ids, sight.reach())),
      (row) => row.id,
    ),
    hotspotsOfFire: many(
      async (ids) => seen(sight, await hotspotsOf(db, ids)),
      (row) => row.fireId as string,
    ),
    alarmsOfFire: many(
      async (ids) => seen(sight, await alarmsOf(db, ids)),
      (row) => row.fireId as string,
    ),
    sightingCounts: one(
      (ids) => sightingCounts(db, ids, sight.reach()),
      (row) => row.fireId,
    ),
  };
}

export function incidentLoaders(
  db: Database,
  sight: Sight,
): Pick<Loaders, 'incident' | 'revisionsOfIncident' | 'incidentReport' | 'reportsOfIncident'> {
  // What people and losses a report counts has no grade: who may see grades only does not see reports.
  const inFigures = (rows: readonly IncidentReportRow[]) => rows.filter(({ feedId }) => !sight.ofFeed(feedId)?.value);
  return {
    incidentReport: one(
      async (ids) => seen(sight, inFigures(await reportsById(db, ids))),
      (row) => row.id,
    ),
    reportsOfIncident: many(
      async (ids) => seen(sight, inFigures(await reportsOfIncidents(db, ids))),
      (row) => row.incidentId,
    ),
    incident: one(
      async (ids) => seen(sight, await incidentsById(db, ids)),
      (row) => row.id,
    ),
    revisionsOfIncident: many(
      (ids) =>
        revisionsOfIncidents(
          db,
          ids.filter((id) => seesHistory(sight, id)),
        ),
      (row) => row.incidentId,
    ),
  };
}
