import type { GraphQLSchema } from 'graphql';
import { Outbound } from '../connectors/outbound.js';
import type { FeedRuntime } from '../connectors/runtime.js';
import { PostgresBus } from '../events/bus-postgres.js';
import { LogHub } from '../events/hub.js';
import type { Exchange } from '../exchange/exchange.js';
import type { Step } from '../exchange/steps.js';
import type { Principal } from '../model/access.js';
import { HubError } from '../model/errors.js';
import type { ReloadResult } from '../model/reload.js';
import { type Database, openDatabase } from '../prisma/database.js';
import { Partitions } from '../prisma/store/partitions.js';
import { overdueBypasses } from '../prisma/store/read-releases.js';
import { buildSchema } from '../schema/index.js';
import { demoKey, endDemoAccess, seedDemoAccess } from './access/demo-principals.js';
import { Identity } from './access/identity.js';
import { type AuditKey, passingKey } from './audit/key.js';
import { Pushes } from './audit/pushes.js';
import { Recorder } from './audit/recorder.js';
import { Witness } from './audit/witness.js';
import { ChannelRuntime } from './channels/channel-runtime.js';
import type { ConfiguredChannel } from './channels/kinds.js';
import { Clockwork, expiryJob } from './clockwork.js';
import { type Config, ConfigError } from './config.js';
import { Demo, type DemoDepartments, UNREACHABLE } from './demo.js';
import { exchangeEvidence } from './exchange/evidence.js';
import { openExchange } from './exchange/room.js';
import type { ExchangeSettings } from './exchange/settings.js';
import { FeedMonitor } from './feed-monitor.js';
import { FeedSet } from './feeds.js';
import { Ingest } from './ingest.js';
import { LiveDoor } from './live.js';
import type { Logger } from './logger.js';
import { maintenanceJob } from './maintenance.js';
import { Metrics } from './metrics.js';
import { otherFeed, ownFeeds, registerParts } from './part-feeds.js';
import { Parts, sayParts } from './parts.js';
import { type Divisions, prepareDatabase } from './prepare-database.js';
import { PushRouter } from './push-router.js';
import { releaseRules } from './release-settings.js';
import { allowed, Reload } from './reload.js';
import { Repair } from './repair.js';
import { Web } from './web.js';

export interface HubOptions {
  readonly config: Config;
  /** Reads the settings again; throws ConfigError. Without it they cannot be reloaded. */
  readonly readConfig?: () => Config;
  readonly databaseUrl: string;
  /** Which parts of the hub run here, others running elsewhere over the same database; all if not given. */
  readonly parts?: Parts;
  /** What is served in place of those parts' own schema. */
  readonly schema?: GraphQLSchema;
  readonly host: string;
  readonly port: number;
  readonly adminKey: string;
  /** Signs the audit; throws where it cannot be read. Without it a key is made that ends with this hub. */
  readonly auditKey?: () => AuditKey;
  /** A file that keeps the end of the audit's chain outside the database. */
  readonly auditWitness?: string;
  readonly demo?: DemoDepartments | undefined;
  /** Where the keys of the demo's users are kept. */
  readonly demoKeys?: string;
  readonly logger: Logger;
  /** One tidy line per part as it comes up. */
  readonly onLine?: (text: string) => void;
  readonly now?: () => Date;
  readonly onStatement?: (sql: string) => void;
  /** Called at each step of a hand-over to another platform: tests end the process there. */
  readonly exchangeStep?: (step: Step) => void;
}

/** What the later parts of a hub stand on. */
interface Ground {
  readonly db: Database;
  readonly divisions: Divisions;
  readonly partitions: Partitions;
  readonly log: LogHub;
  readonly identity: Identity;
  readonly push: PushRouter;
  readonly monitor: FeedMonitor;
  readonly repair: Repair;
  readonly live: LiveDoor;
  readonly audit: Recorder;
  readonly metrics: Metrics;
}

/** Feeds are judged, and their signs of life written, this often. */
const CHECK_FEEDS_MS = 5000;
/** What a channel tells that somebody has to see. */
const ALARMS: readonly string[] = ['set-aside', 'off', 'gap', 'rejected-receipt'];

/** A whole hub over a database that exists: `start` brings it up part by part, `stop` ends what was started, last first. */
export class Hub {
  readonly #stops: { part: string; stop: () => Promise<void> | void }[] = [];
  readonly #now: () => Date;
  readonly #parts: Parts;
  #addresses: Readonly<Record<string, string>> = {};
  #web: Web | undefined;
  #feeds: FeedSet | undefined;
  #reload: Reload | undefined;
  #channels: readonly ChannelRuntime[] = [];
  #exchange: Exchange | undefined;

  constructor(private readonly options: HubOptions) {
    this.#now = options.now ?? (() => new Date());
    this.#parts = options.parts ?? new Parts();
  }

  /** The HTTP address, once started. */
  get url(): string {
    return this.#web?.url ?? '';
  }

  /** The feeds, once started. */
  get feeds(): FeedSet | undefined {
    return this.#feeds;
  }

  /** Reads the settings again and changes only what differs; calls made at once are served one after another. */
  async reload(): Promise<ReloadResult> {
    if (!this.#reload) throw new HubError('CONFLICT', 'the hub is still starting: reload it once it is ready');
    const result = await this.#reload.run();
    if (result.error !== null) this.options.logger.error({ error: result.error }, 'the settings were not reloaded');
    return result;
  }

  async start(): Promise<void> {
    try {
      const ground = await this.#layGround();
      await this.#openWeb(ground);
      await this.#startFeeds(ground);
      this.#startClockwork(ground);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (let last = this.#stops.pop(); last; last = this.#stops.pop()) {
      try {
        await last.stop();
      } catch (error) {
        this.#failed(last.part, error);
      }
    }
  }

  async #layGround(): Promise<Ground> {
    const { databaseUrl, onStatement } = this.options;
    const db = openDatabase({ url: databaseUrl, ...(onStatement ? { onStatement } : {}) });
    this.#onStop('database', () => db.close());
    const divisions = await prepareDatabase(db);
    const partitions = new Partitions(db);
    await partitions.ahead(this.#now(), 3);
    const audit = this.#audit(db);
    const log = new LogHub({ db, bus: new PostgresBus({ url: databaseUrl }), now: this.#now });
    await log.start();
    this.#onStop('log', () => log.stop());
    const monitor = this.#monitor(db);
    const metrics = new Metrics({
      sockets: () => this.#web?.sockets ?? 0,
      subscribers: () => log.subscribers,
      overdueBypasses: () => overdueBypasses(db.read, this.#now()),
      audit: () => audit.state,
      links: () => this.#feeds?.runtimes.map((runtime) => ({ id: runtime.id, state: runtime.link.state })) ?? [],
      channels: () => this.#channels,
    });
    const repair = new Repair({ db, runtime: (feedId) => monitor.runtime(feedId) ?? this.#elsewhere(feedId) });
    const live = new LiveDoor(() => this.#feeds?.runtimes ?? []);
    const identity = this.#identity(db, log);
    const bearer = (authorization: string | undefined): Promise<Principal | undefined> =>
      identity.bearer(authorization);
    const push = new PushRouter(new Pushes({ recorder: audit, bearer, now: this.#now }));
    return { db, divisions, partitions, log, identity, push, monitor, repair, live, audit, metrics };
  }

  #monitor(db: Database): FeedMonitor {
    const parts = this.#parts;
    return new FeedMonitor({
      db,
      now: this.#now,
      onError: (error) => this.#failed('feed monitor', error),
      watches: (feedId) => parts.shared || parts.owns(feedId),
      elsewhere: (feedId) => parts.shared && !parts.owns(feedId),
      follows: !parts.shared,
    });
  }

  /** To read inputs again of a feed that another process runs, by the settings file as it stands now. */
  #elsewhere(feedId: string): FeedRuntime | undefined {
    const { config, readConfig } = this.options;
    if (!this.#parts.shared || this.#parts.owns(feedId)) return undefined;
    try {
      const feed = otherFeed(readConfig?.() ?? config, this.#addresses, feedId);
      return feed && this.#feeds?.idle(feed);
    } catch (error) {
      throw error instanceof ConfigError ? new HubError('CONFLICT', error.message) : error;
    }
  }

  #audit(db: Database): Recorder {
    const { auditKey = passingKey, auditWitness, logger } = this.options;
    const witness = auditWitness
      ? new Witness(auditWitness, (error) => this.#failed('audit witness', error))
      : undefined;
    const audit = new Recorder({
      db,
      key: auditKey,
      now: this.#now,
      ...(witness ? { witness: (end) => witness.see(end) } : {}),
      onFault: (reason) =>
        reason === undefined
          ? logger.warn({}, 'evidence can be written again')
          : logger.error({ reason }, 'evidence cannot be written: changes and pushes are refused, reads say so'),
    });
    audit.start();
    this.#onStop('audit', async () => {
      await audit.stop();
      await witness?.stop();
    });
    return audit;
  }

  async #openWeb(ground: Ground): Promise<void> {
    const web = new Web({
      ...ground,
      ...this.options,
      schema: this.options.schema ?? buildSchema(this.#parts.list),
      parts: this.#parts,
      release: releaseRules(this.options.config.hub),
      languages: this.options.config.hub.languages,
      now: this.#now,
      demo: this.options.demo !== undefined,
      graphiqlHeaders: () => this.#demoHeaders(),
      reloadSettings: () => this.reload(),
      exchange: () => this.#exchange,
    });
    await web.start();
    this.#web = web;
    this.#onStop('web', () => web.stop());
  }

  #identity(db: Database, log: LogHub): Identity {
    const { adminKey, config, demo } = this.options;
    return new Identity({ db, log, adminKey, settings: config.hub.access, demo: demo !== undefined, now: this.#now });
  }

  async #startFeeds(ground: Ground): Promise<void> {
    const { db, push, monitor } = ground;
    const { config } = this.options;
    const demo = this.#demo();
    if (demo) this.#onStop('demo', () => demo.stop());
    const parts = this.#parts;
    // Stand-ins of what runs in other processes are not here.
    const addresses = demo ? { ...(parts.whole ? {} : UNREACHABLE), ...(await demo.start()) } : {};
    this.#addresses = addresses;
    const configured = ownFeeds(parts, config, addresses);
    const channels = parts.shared ? config.channels(addresses) : [];
    await registerParts(db, parts, configured, { config, addresses });
    if (parts.shared) await this.#seedAccess(db);
    for (const line of sayParts(parts)) this.options.onLine?.(line);
    push.expect(configured.map(({ connector }) => connector.id));
    if (!config.hub.outbound) this.options.onLine?.('outbound  any address: hub.outbound.allow is not set');
    const outbound = new Outbound(allowed(config.hub, addresses));
    const feeds = this.#feedSet(ground, outbound);
    this.#feeds = feeds;
    for (const feed of configured) {
      monitor.add(feeds.add(feed));
      this.options.onLine?.(`feed      ${feed.connector.id}`);
    }
    this.#onStop('feeds', () => monitor.stop());
    await monitor.start();
    this.#startChannels(ground, outbound, channels);
    if (parts.shared) await this.#startExchange(ground, outbound, config.exchange(addresses));
    demo?.callIn((feedId, signal) => feeds.address(feedId, signal), this.url);
    this.#reload = new Reload({ ...this.options, db, push, monitor, feeds, outbound, addresses, demo, parts });
    this.#onStop('reload', () => this.#reload?.stop());
  }

  /** GraphiQL asks as the demo's reader, for whoever sits at this machine. */
  #demoHeaders(): string | undefined {
    const { demo, demoKeys } = this.options;
    const key = demo && demoKeys ? demoKey(demoKeys, 'demo-reader') : undefined;
    return key && JSON.stringify({ authorization: `Bearer ${key}` });
  }

  /** A demo's users come and go with it. */
  async #seedAccess(db: Database): Promise<void> {
    const { demo, demoKeys } = this.options;
    if (!demo) await endDemoAccess(db, this.#now());
    else if (demoKeys) await seedDemoAccess(db, demoKeys, this.#now());
  }

  #startChannels({ db, log, metrics }: Ground, dial: Outbound, channels: readonly ConfiguredChannel[]): void {
    const { logger } = this.options;
    this.#channels = channels.map(
      (configured) =>
        new ChannelRuntime({
          ...{ db, log, configured, dial, now: this.#now },
          onEvent: (channel, event, count) => {
            metrics.channel(channel, event, count);
            if (count > 0 && ALARMS.includes(event)) logger.error({ channel, event, count }, 'a channel needs a look');
          },
          onError: (channel, error) => this.#failed(`channel ${channel}`, error),
        }),
    );
    for (const { settings, name } of channels)
      this.options.onLine?.(`channel   ${name} (${settings.public ? 'public' : 'not public'})`);
    for (const channel of this.#channels) channel.start();
    this.#onStop('channels', async () => void (await Promise.all(this.#channels.map((channel) => channel.stop()))));
  }

  async #startExchange(
    { audit, db, log, metrics }: Ground,
    dial: Outbound,
    settings: ExchangeSettings | undefined,
  ): Promise<void> {
    const { config, exchangeStep: step, logger } = this.options;
    const exchange = await openExchange({
      ...{ db, log, dial, settings, division: config.hub.area, now: this.#now, step },
      evidence: exchangeEvidence(audit, this.#now),
      onAlarm: (alarm) => {
        metrics.exchangeAlarm(alarm.peer, alarm.kind);
        logger.error({ ...alarm }, 'the exchange needs a look');
      },
      onError: (peer, error) => this.#failed(`exchange with ${peer}`, error),
      onDown: (peer, reason) => logger.warn({ peer, reason }, 'nothing reaches a peer'),
    });
    for (const peer of Object.keys(settings?.peers ?? {})) this.options.onLine?.(`exchange  ${peer}`);
    exchange?.start();
    this.#exchange = exchange;
    this.#onStop('exchange', () => exchange?.stop());
  }

  #feedSet({ db, partitions, divisions, push, monitor, metrics }: Ground, outbound: Outbound): FeedSet {
    return new FeedSet({
      store: new Ingest({
        db,
        partitions,
        divisions: divisions.index,
        divisionsNamed: (name) => divisions.registry.named(name),
        now: this.#now,
        onBatch: (feedId, result, milliseconds) => metrics.batch(feedId, result, milliseconds),
      }),
      push,
      outbound,
      now: this.#now,
      keepObservationsDays: this.options.config.hub.keepObservationsDays,
      onLink: (feedId, link) => {
        if (link.state === 'DOWN') this.options.logger.warn({ feed: feedId, reason: link.reason }, 'feed is down');
        monitor.linkChanged(feedId);
      },
    });
  }

  #startClockwork({ db, partitions, monitor }: Ground): void {
    const clockwork = new Clockwork(
      [
        // Of several processes over one database, one does these.
        ...(this.#parts.shared
          ? [expiryJob(db, this.#now), maintenanceJob(db, partitions, this.options.config.hub, this.#now)]
          : []),
        { name: 'feed monitor', run: () => monitor.check().then(() => CHECK_FEEDS_MS) },
      ],
      (job, error) => this.#failed(job, error),
    );
    clockwork.start();
    this.#onStop('clockwork', () => clockwork.stop());
  }

  #demo(): Demo | undefined {
    const { demo, onLine } = this.options;
    return (
      demo &&
      new Demo(
        demo,
        (text) => onLine?.(text),
        (error) => this.#failed('demo', error),
      )
    );
  }

  #onStop(part: string, stop: () => Promise<void> | void): void {
    this.#stops.push({ part, stop });
  }

  #failed(part: string, error: unknown): void {
    this.options.logger.error({ part, error }, 'a part of the hub failed');
  }
}
