import type { GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.js';
import { addAirQuality } from './ecology/air-quality.js';
import { addIncidentReports } from './emergency/incident-report.js';
import { addFires } from './forestry/fire.js';
import { addMajorHazards } from './industry/major-hazard.js';
import { createRefs } from './refs.js';
import { addScalars } from './scalars.js';
import { addEarthquakes } from './seismic/earthquake.js';
import { addDeviceStates } from './shared/device-state.js';
import { addDivisions } from './shared/division.js';
import { addFacts } from './shared/fact.js';
import { addFeeds } from './shared/feed.js';
import { addIncidents } from './shared/incident.js';
import { addJurisdictions } from './shared/jurisdiction.js';
import { addLive } from './shared/live.js';
import { addObservations } from './shared/observation.js';
import { addRegisters } from './shared/register.js';
import { addReload } from './shared/reload.js';
import { addRepair } from './shared/repair.js';
import { addReports } from './shared/report.js';
import { addStations } from './shared/station.js';
import { addWarnings } from './shared/warning.js';
import { addVisitorFlow } from './tourism/visitor-flow.js';
import { addRoadEvents } from './transport/road-event.js';

/** The hub's whole public schema. */
export function buildSchema(): GraphQLSchema {
  const builder = createBuilder();
  // Closed unless a field says `skipTypeScopes`, so that no new field can forget it.
  const authScopes = { known: true };
  builder.queryType({ description: 'What can be asked. 查询。', authScopes });
  builder.mutationType({ description: 'What can be changed. 变更。', authScopes });
  builder.subscriptionType({ description: 'What can be followed live. 订阅。', authScopes });
  addScalars(builder);
  const refs = createRefs(builder);
  addFeeds(builder, refs);
  addDivisions(builder, refs);
  addStations(builder, refs);
  addObservations(builder, refs);
  addWarnings(builder, refs);
  addRepair(builder, refs);
  addReload(builder, refs);
  addJurisdictions(builder, refs);
  addReports(builder, refs);
  addDeviceStates(builder, refs);
  addFires(builder, refs);
  addAirQuality(builder, refs);
  addRoadEvents(builder, refs);
  addIncidents(builder, refs);
  addIncidentReports(builder, refs);
  addFacts(builder);
  addEarthquakes(builder, refs);
  addRegisters(builder, refs);
  addLive(builder, refs);
  addMajorHazards(builder, refs);
  addVisitorFlow(builder, refs);
  return builder.toSchema();
}
