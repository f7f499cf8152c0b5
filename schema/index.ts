import type { GraphQLSchema } from 'graphql';
import { liveNounsOf } from '../model/live-nouns.js';
import { PARTS, type Part } from '../model/part.js';
import { type Builder, createBuilder } from './builder.js';
import { addAirQuality } from './ecology/air-quality.js';
import { addExchangeHoldings } from './emergency/exchange-holding.js';
import { addIncidentReports } from './emergency/incident-report.js';
import { addInstructions } from './emergency/instruction.js';
import { withoutShared } from './federation/part.js';
import { addFires } from './forestry/fire.js';
import { addMajorHazards } from './industry/major-hazard.js';
import { createRefs, type Refs } from './refs.js';
import { addScalars } from './scalars.js';
import { addEarthquakes } from './seismic/earthquake.js';
import { addAccess } from './shared/access.js';
import { addAcknowledging } from './shared/acknowledge.js';
import { addAudit } from './shared/audit.js';
import { addDeliveries } from './shared/delivery.js';
import { addDeviceStates } from './shared/device-state.js';
import { addDivisions } from './shared/division.js';
import { addEntities } from './shared/entities.js';
import { addExchange } from './shared/exchange.js';
import { addFacts } from './shared/fact.js';
import { addFeeds } from './shared/feed.js';
import { addIncidents } from './shared/incident.js';
import { addJurisdictions } from './shared/jurisdiction.js';
import { addLive, addLiveAnswers } from './shared/live.js';
import { addObservations } from './shared/observation.js';
import { addReach } from './shared/reach.js';
import { addRegisters } from './shared/register.js';
import { addReleases } from './shared/release.js';
import { addReload } from './shared/reload.js';
import { addRepair } from './shared/repair.js';
import { addReports } from './shared/report.js';
import { addServedParts } from './shared/served-parts.js';
import { addStations } from './shared/station.js';
import { addWarnings } from './shared/warning.js';
import { shareValues } from './subgraph.js';
import { addVisitorFlow } from './tourism/visitor-flow.js';
import { addRoadEvents } from './transport/road-event.js';

type Add = (builder: Builder, refs: Refs) => void;

function addEmergency(builder: Builder, refs: Refs): void {
  addIncidentReports(builder, refs);
  addInstructions(builder, refs);
  addExchangeHoldings(builder, refs);
}

/** What each department's folder adds; those without one have nothing but shared types. */
const DEPARTMENTS: Readonly<Partial<Record<Part, Add>>> = {
  ecology: addAirQuality,
  emergency: addEmergency,
  forestry: addFires,
  industry: addMajorHazards,
  seismic: addEarthquakes,
  tourism: addVisitorFlow,
  transport: addRoadEvents,
};

/**
 * The hub's public schema, or that of some of its parts: a department's root fields and types with what they refer to. A process without the
 * shared part has shared entities by their keys alone. The parts compose to the whole. `shared`: the schema of the shared part, where it was
 * built before.
 */
export function buildSchema(parts: readonly Part[] = PARTS, shared?: GraphQLSchema): GraphQLSchema {
  const schema = assemble(parts);
  return shareValues(parts.includes('shared') ? schema : withoutShared(schema, shared ?? assemble(['shared'])));
}

function assemble(parts: readonly Part[]): GraphQLSchema {
  const builder = createBuilder();
  // Closed unless a field says `skipTypeScopes`, so that no new field can forget it.
  const authScopes = { known: true };
  builder.queryType({ description: 'What can be asked. 查询。', authScopes });
  builder.mutationType({ description: 'What can be changed. 变更。', authScopes });
  builder.subscriptionType({ description: 'What can be followed live. 订阅。', authScopes });
  addScalars(builder);
  const refs = createRefs(builder);
  addShared(builder, refs);
  for (const part of PARTS.filter((each) => parts.includes(each))) {
    DEPARTMENTS[part]?.(builder, refs);
    addLive(builder, refs, liveNounsOf(part));
  }
  if (!parts.includes('shared')) addServedParts(builder, parts);
  return builder.toSchema();
}

function addShared(builder: Builder, refs: Refs): void {
  addAccess(builder, refs);
  addFeeds(builder, refs);
  addDivisions(builder, refs);
  addStations(builder, refs);
  addObservations(builder, refs);
  addWarnings(builder, refs);
  addReleases(builder, refs);
  addReach(builder, refs);
  addDeliveries(builder, refs);
  addAcknowledging(builder, refs);
  addRepair(builder, refs);
  addReload(builder, refs);
  addJurisdictions(builder, refs);
  addReports(builder, refs);
  addDeviceStates(builder, refs);
  addIncidents(builder, refs);
  addFacts(builder);
  addRegisters(builder, refs);
  addExchange(builder, refs);
  addLiveAnswers(builder, refs);
  addAudit(builder, refs);
  addEntities(builder, refs);
}
