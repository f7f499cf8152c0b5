import type { Connector } from '../connectors/connector.js';
import airQuality from '../connectors/ecology/air-quality/index.js';
import outlets from '../connectors/ecology/outlets/index.js';
import incidentReports from '../connectors/emergency/incident-reports/index.js';
import registries from '../connectors/emergency/registries/index.js';
import hotspots from '../connectors/forestry/hotspots/index.js';
import patrolPoints from '../connectors/forestry/patrol-points/index.js';
import videoAlarms from '../connectors/forestry/video-alarms/index.js';
import buildings from '../connectors/housing/buildings/index.js';
import siteDust from '../connectors/housing/site-dust/index.js';
import constructionSites from '../connectors/housing/sites/index.js';
import enterprises from '../connectors/industry/enterprises/index.js';
import hazardousChemicals from '../connectors/industry/hazardous-chemicals/index.js';
import hazardousChemicalsPush from '../connectors/industry/hazardous-chemicals-push/index.js';
import geohazard from '../connectors/natural-resources/geohazard/index.js';
import hazardSites from '../connectors/natural-resources/hazard-sites/index.js';
import incidents from '../connectors/public-security/incidents/index.js';
import type { RuntimeSettings } from '../connectors/runtime.js';
import catalogue from '../connectors/seismic/catalogue/index.js';
import scenicService from '../connectors/tourism/scenic-service/index.js';
import visitorFlow from '../connectors/tourism/visitor-flow/index.js';
import roadEvents from '../connectors/transport/road-events/index.js';
import workZones from '../connectors/transport/work-zones/index.js';
import hydrologyDatabase from '../connectors/water/hydrology-db/index.js';
import reservoirs from '../connectors/water/reservoirs/index.js';
import telemetry from '../connectors/water/telemetry/index.js';
import stations from '../connectors/weather/stations/index.js';
import warnings from '../connectors/weather/warnings/index.js';

/** Each erased to what the runtime needs: a connector only ever gets settings that its own schema has parsed. */
const erased = (connector: unknown): Connector<RuntimeSettings> => connector as Connector<RuntimeSettings>;

/** Every feed this hub can take in. */
export const connectors: readonly Connector<RuntimeSettings>[] = [
  warnings,
  stations,
  hydrologyDatabase,
  telemetry,
  geohazard,
  hotspots,
  videoAlarms,
  airQuality,
  hazardousChemicals,
  hazardousChemicalsPush,
  roadEvents,
  workZones,
  enterprises,
  incidents,
  incidentReports,
  registries,
  buildings,
  constructionSites,
  hazardSites,
  reservoirs,
  patrolPoints,
  visitorFlow,
  scenicService,
  catalogue,
  outlets,
  siteDust,
].map(erased);
