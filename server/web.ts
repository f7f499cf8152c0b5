import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { type GraphQLSchema, printSchema } from 'graphql';
import type { Settings as ReportSettings } from '../connectors/emergency/incident-reports/config.js';
import type { LogHub } from '../events/hub.js';
import type { Exchange } from '../exchange/exchange.js';
import { messageOf } from '../model/errors.js';
import type { LivePort } from '../model/live.js';
import type { ReleaseRules } from '../model/release.js';
import type { ReloadResult } from '../model/reload.js';
import type { Database } from '../prisma/database.js';
import { isUnavailable } from '../prisma/store/failure.js';
import { REPORTS_FEED } from '../resolvers/emergency/file-report.js';
import { createLoaders } from '../resolvers/loaders.js';
import { asSubgraph } from '../schema/subgraph.js';
import type { Identity } from './access/identity.js';
import type { Session } from './access/sessions.js';
import { watchedDoor } from './audit/door.js';
import type { Recorder } from './audit/recorder.js';
import { type ServedContext, Trail } from './audit/trail.js';
import { watchedSchema } from './audit/watched-schema.js';
import { CapRoom } from './cap/room.js';
import type { Config } from './config.js';
import { ExchangeDoor } from './exchange/door.js';
import type { FeedMonitor } from './feed-monitor.js';
import { TrustedDocuments } from './graphql/trusted-documents.js';
import { createGraphql, type GraphqlOptions } from './graphql.js';
import { Origins } from './http/origins.js';
import type { ProbeOptions } from './http/probes.js';
import { securityHeaders } from './http/security-headers.js';
import { createHttp, listen } from './http.js';
import { Budgets } from './limits/budgets.js';
import { Addresses } from './limits/caller.js';
import { Doorkeeper } from './limits/doorkeeper.js';
import type { LimitsSettings } from './limits/settings.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics.js';
import type { Parts } from './parts.js';
import type { Divisions } from './prepare-database.js';
import type { PushRouter } from './push-router.js';
import type { Repair } from './repair.js';
import { serveWebSocket } from './websocket.js';

export interface WebOptions {
  readonly db: Database;
  readonly schema: GraphQLSchema;
  readonly parts: Parts;
  readonly divisions: Divisions;
  readonly log: LogHub;
  readonly push: PushRouter;
  readonly monitor: FeedMonitor;
  readonly repair: Repair;
  readonly live: LivePort;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
  readonly identity: Identity;
  readonly release: ReleaseRules;
  readonly languages: readonly string[];
  readonly config: Config;
  readonly audit: Recorder;
  readonly exchange: () => Exchange | undefined;
  readonly demo: boolean;
  /** What GraphiQL's headers editor opens with for whoever sits at the hub's own machine, as JSON. */
  readonly graphiqlHeaders: () => string | undefined;
  readonly reloadSettings: () => Promise<ReloadResult>;
  readonly now: () => Date;
}

/** How long open HTTP requests may take to end when the hub stops. */
const DRAIN_MS = 1500;

/** Everything the hub serves on its one port: GraphQL over HTTP, SSE and WebSocket, the push door, health and metrics. */
export class Web {
  readonly #server: Server;
  readonly #sockets: ReturnType<typeof serveWebSocket>;
  #url = '';

  constructor(private readonly options: WebOptions) {
    const { hub, trustedDocuments } = options.config;
    const addresses = new Addresses(hub.trustedProxies);
    const origins = new Origins(hub.cors.origins);
    const doorkeeper = new Doorkeeper({
      addresses,
      settings: hub.limits.failedCredentials,
      open: (authorization, home) => options.identity.open(authorization, home),
    });
    const trusted = new TrustedDocuments(trustedDocuments, hub.trustedDocuments?.required);
    const graphql = this.#graphql(hub.limits, doorkeeper, trusted);
    const yoga = createGraphql(graphql);
    // Whose operations a gateway takes is for the gateway to say: what it sends on is planned anew each time.
    const subgraph = createGraphql({
      ...graphql,
      schema: asSubgraph(graphql.schema),
      trusted: new TrustedDocuments(trustedDocuments),
    });
    this.#server = createHttp({
      ...graphql,
      ...options,
      yoga,
      subgraph,
      ...(options.parts.shared ? { cap: this.#cap() } : {}),
      exchange: options.parts.shared
        ? new ExchangeDoor({ exchange: options.exchange, doorkeeper, now: options.now })
        : undefined,
      ...(options.parts.whole ? {} : { schemaText: `${printSchema(options.schema)}\n` }),
      origins,
      doorkeeper,
      setHeaders: securityHeaders(hub),
      probes: this.#probes(hub.metrics ?? {}, addresses),
      onError: (error) => this.#failed(error, randomUUID()),
    });
    this.#sockets = serveWebSocket(this.#server, yoga, { ...graphql, origins, addresses });
  }

  #graphql(limits: LimitsSettings, doorkeeper: Doorkeeper, trusted: TrustedDocuments): GraphqlOptions {
    const { audit, now } = this.options;
    return {
      schema: watchedSchema(this.options.schema),
      audit,
      now,
      context: (session, onSlow) => this.#context(session, onSlow),
      admit: (request, authorization) =>
        watchedDoor(audit, now, doorkeeper.addressOf(request), authorization, () =>
          doorkeeper.admit(request, authorization),
        ),
      limits,
      budgets: new Budgets(limits),
      trusted,
      onError: (error, requestId) => this.#failed(error, requestId),
      isUnavailable,
    };
  }

  #probes(metrics: ProbeOptions['metrics'], addresses: Addresses): ProbeOptions {
    const { audit, metrics: own } = this.options;
    return {
      registry: own.registry,
      notReady: () => this.#notReady(),
      ailing: () => audit.fault && `evidence cannot be written, changes and pushes are refused: ${audit.fault}`,
      isHome: (request) => addresses.isHome(request),
      metrics,
    };
  }

  get url(): string {
    return this.#url;
  }

  get sockets(): number {
    return this.#sockets.sockets();
  }

  async start(): Promise<void> {
    this.#url = await listen(this.#server, this.options.port, this.options.host);
  }

  /** New requests are refused at once; sockets are told to come back; open requests get a moment to end. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#sockets.stop();
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), DRAIN_MS);
    await closed;
    clearTimeout(cut);
  }

  #cap(): CapRoom {
    const { config, db, demo, divisions, now } = this.options;
    const { area, cap, publicUrl } = config.hub;
    const { keepHours } = cap;
    const signing = config.capSigning();
    return new CapRoom({ db, divisions: divisions.registry, area, publicUrl, keepHours, signing, demo, now });
  }

  #context({ viewer }: Session, onSlow: () => void): ServedContext {
    const { divisions, log, monitor, repair, live, now, audit, release, languages } = this.options;
    const requestId = randomUUID();
    const trail = new Trail(audit, viewer, requestId, now);
    const db = trail.database(this.options.db);
    return {
      db,
      trail,
      divisions: divisions.registry,
      hub: log,
      now,
      viewer,
      live,
      release,
      languages,
      loaders: createLoaders(db, live, viewer),
      requestId,
      onSlow,
      feedControl: {
        setEnabled: (feedId, enabled, reason) => monitor.setEnabled(feedId, enabled, reason, db),
        retryRejected: (feedId, request) => trail.outside(() => repair.retryRejected(feedId, request)),
        reloadSettings: () => trail.outside(() => this.options.reloadSettings()),
      },
      reportDeadlines: () => (monitor.runtime(REPORTS_FEED)?.settings as ReportSettings | undefined)?.deadlines,
    };
  }

  async #notReady(): Promise<string | undefined> {
    try {
      await this.options.db.read.query('SELECT 1');
      return undefined;
    } catch (error) {
      return `database: ${messageOf(error)}`;
    }
  }

  #failed(error: unknown, requestId: string): void {
    this.options.metrics.error('graphql');
    this.options.logger.error({ requestId, error }, 'a request failed');
  }
}
