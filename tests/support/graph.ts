import { join } from 'node:path';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  subscribe,
  validate,
} from 'graphql';
import { PostgresBus } from '../../events/bus-postgres.js';
import { LogHub } from '../../events/hub.js';
import { type AccessGrant, ANONYMOUS, type Principal, ROOT } from '../../model/access.js';
import { DivisionIndex } from '../../model/area.js';
import { departmentOfFeed } from '../../model/department.js';
import { DEFAULT_DEADLINES } from '../../model/incident-report.js';
import { DEFAULT_LANGUAGES } from '../../model/language.js';
import type { LivePort } from '../../model/live.js';
import type { Outcome } from '../../model/record.js';
import type { ReleaseRules } from '../../model/release.js';
import { defaultRules } from '../../model/release-defaults.js';
import { Sight } from '../../model/sight.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import { seedJurisdictions } from '../../prisma/seed/jurisdictions.js';
import { seedDivisions } from '../../prisma/seed/seed.js';
import { isUnavailable } from '../../prisma/store/failure.js';
import { type FeedRegistration, registerFeeds } from '../../prisma/store/feeds.js';
import { Partitions } from '../../prisma/store/partitions.js';
import { type DivisionRegistry, loadDivisions } from '../../prisma/store/read-divisions.js';
import type { HubContext } from '../../resolvers/context.js';
import { createLoaders } from '../../resolvers/loaders.js';
import { maskError } from '../../schema/errors.js';
import { Ingest } from '../../server/ingest.js';
import { packageRoot } from '../../server/root.js';
import type { TypedDocumentString } from '../generated/graphql.js';
import { migratedDatabase } from './database.js';
import { oneSchema } from './one-schema.js';

/** Whoever may ask in a test; what they see is made of it and of the graph's grants. */
export type Viewer = Principal;
/** Of the hub's own staff: sees all departments' data but no persons. */
export const READER: Viewer = { ...ROOT, id: 'key:reader', name: 'reader', roles: ['READER'], scopes: [] };
export const ADMIN: Viewer = ROOT;
export const STRANGER: Viewer = ANONYMOUS;

/** An operation that codegen typed. */
export type Operation<R, V> = TypedDocumentString<R, V>;

interface Parts {
  readonly url: string;
  readonly drop: () => Promise<void>;
  readonly db: Database;
  readonly hub: LogHub;
  readonly divisions: DivisionRegistry;
  readonly clock: { now: Date };
  readonly statements: string[];
  readonly schema: GraphQLSchema;
}

/** The schema over a database of its own with Wusu's divisions and the given feeds: everything but the server. */
export class Graph {
  readonly #schema: GraphQLSchema;
  readonly #ingest: Ingest;
  readonly #documents = new Map<string, { document: DocumentNode; invalid: readonly GraphQLError[] }>();
  /** Every call of the feed control. */
  readonly switched: { feedId: string; enabled: boolean; reason: string | undefined }[] = [];
  /** What the departments' own services answer; none unless a test sets it. */
  live: LivePort = { ask: () => undefined };
  /** What departments have granted each other. */
  grants: readonly AccessGrant[] = [];
  /** Who may warn of what, and whose consent it needs. */
  release: ReleaseRules = defaultRules('654202');
  /** Which language stands for one that a text does not have. */
  languages: readonly string[] = DEFAULT_LANGUAGES;
  /** Causes of what callers saw as INTERNAL. */
  readonly internal: unknown[] = [];

  constructor(private readonly parts: Parts) {
    this.#schema = parts.schema;
    this.#ingest = new Ingest({
      db: parts.db,
      partitions: new Partitions(parts.db),
      divisions: new DivisionIndex(parts.divisions.boundaries()),
      now: () => parts.clock.now,
    });
  }

  /** Of its database: a whole hub can run over it, too. */
  get url(): string {
    return this.parts.url;
  }

  get db(): Database {
    return this.parts.db;
  }

  /** The moment the hub takes for now. */
  set now(now: Date) {
    this.parts.clock.now = now;
  }

  /** Takes records in through the hub's own door. */
  async take(feedId: string, records: Outcome['records'], rejects: Outcome['rejects'] = []): Promise<void> {
    await this.#ingest.write(feedId, { records, rejects });
  }

  /** The data of an operation; throws the first of its errors. */
  async ask<R, V>(operation: Operation<R, V>, variables: V, viewer: Viewer = READER): Promise<R> {
    const { data, errors } = await this.answer(String(operation), variables as Record<string, unknown>, viewer);
    if (errors?.[0]) throw errors[0];
    return data as R;
  }

  /** The whole answer to any text, errors masked as a server masks them. */
  async answer(
    query: string,
    variables: Record<string, unknown> = {},
    viewer: Viewer = READER,
  ): Promise<ExecutionResult> {
    const { document, invalid } = this.#checked(query);
    const result =
      invalid.length > 0
        ? { errors: invalid }
        : await execute({
            schema: this.#schema,
            document,
            variableValues: variables,
            contextValue: this.context(viewer),
          });
    return this.#masked(result);
  }

  #checked(query: string): { document: DocumentNode; invalid: readonly GraphQLError[] } {
    const known = this.#documents.get(query);
    if (known) return known;
    const document = parse(query);
    const checked = { document, invalid: validate(this.#schema, document) };
    this.#documents.set(query, checked);
    return checked;
  }

  /** The SQL statements of any text's operation. */
  async statementsOf(query: string, variables: Record<string, unknown>): Promise<string[]> {
    this.parts.statements.length = 0;
    const { errors } = await this.answer(query, variables);
    if (errors?.[0]) throw errors[0];
    return [...this.parts.statements];
  }

  /** How many SQL statements an operation takes. */
  async cost<R, V>(operation: Operation<R, V>, variables: V): Promise<{ data: R; statements: string[] }> {
    this.parts.statements.length = 0;
    const data = await this.ask(operation, variables);
    return { data, statements: [...this.parts.statements] };
  }

  /** The results of a subscription, or the error it was refused with. */
  async follow<R, V>(operation: Operation<R, V>, variables: V, viewer: Viewer = READER): Promise<AsyncGenerator<R>> {
    return this.followText<R>(String(operation), viewer, variables as Record<string, unknown>);
  }

  /** The same of any text. */
  async followText<R>(
    query: string,
    viewer: Viewer,
    variables: Record<string, unknown> = {},
  ): Promise<AsyncGenerator<R>> {
    const source = await subscribe({
      schema: this.#schema,
      document: parse(query),
      variableValues: variables,
      contextValue: this.context(viewer),
    });
    if (!(Symbol.asyncIterator in source)) throw this.#masked(source).errors?.[0];
    return source as unknown as AsyncGenerator<R>;
  }

  context(viewer: Viewer): HubContext {
    const { db, hub, divisions, clock } = this.parts;
    const sight = new Sight(
      viewer,
      () => this.grants,
      () => clock.now,
    );
    const seesExercises = viewer.kind !== 'ANONYMOUS';
    const seeing = { ...viewer, sight, seesExercises, signal: new AbortController().signal };
    return {
      db,
      hub,
      divisions,
      viewer: seeing,
      requestId: 'test',
      live: this.live,
      loaders: createLoaders(db, this.live, seeing),
      now: () => clock.now,
      onSlow: () => {},
      feedControl: {
        setEnabled: async (feedId, enabled, reason) => {
          this.switched.push({ feedId, enabled, reason });
          await db.write.query('UPDATE feed SET disabled = $2, link_reason = $3 WHERE id = $1', [
            feedId,
            !enabled,
            reason,
          ]);
        },
        retryRejected: async () => {
          throw new Error('no feed runs here');
        },
        reloadSettings: async () => {
          throw new Error('no settings file here');
        },
      },
      release: this.release,
      languages: this.languages,
      reportDeadlines: () => DEFAULT_DEADLINES,
    };
  }

  async close(): Promise<void> {
    await this.parts.hub.stop();
    await this.parts.db.close();
    await this.parts.drop();
  }

  #masked({ data, errors }: ExecutionResult): ExecutionResult {
    return {
      ...(data === undefined ? {} : { data }),
      ...(errors
        ? {
            errors: errors.map((error) =>
              maskError(error, { onError: (cause) => this.internal.push(cause), isUnavailable }),
            ),
          }
        : {}),
    };
  }
}

export type FeedSketch = Pick<FeedRegistration, 'id'> & Partial<FeedRegistration>;

/** Opens a graph whose clock stands at `now` until it is set; over the public schema, unless another is given. */
export async function openGraph(
  now: Date,
  feeds: readonly FeedSketch[],
  schema: GraphQLSchema = oneSchema(),
): Promise<Graph> {
  const database = await migratedDatabase();
  const statements: string[] = [];
  const db = openDatabase({ url: database.url, onStatement: (sql) => statements.push(sql) });
  await db.transaction(async (client) => {
    await seedDivisions(client, join(packageRoot(), 'prisma', 'seed'));
    await seedJurisdictions(client, join(packageRoot(), 'prisma', 'seed'));
    await registerFeeds(client, feeds.map(registration));
  });
  await db.write.query(`UPDATE feed SET link = 'UP'`);
  const hub = new LogHub({ db, bus: new PostgresBus({ url: database.url }) });
  await hub.start();
  return new Graph({
    url: database.url,
    drop: () => database.drop(),
    db,
    hub,
    divisions: await loadDivisions(db),
    clock: { now },
    statements,
    schema,
  });
}

const registration = (feed: FeedSketch): FeedRegistration => ({
  department: departmentOfFeed(feed.id),
  title: { en: feed.id, zh: feed.id },
  freshness: 'observation',
  expectedEverySeconds: 300,
  exercise: true,
  ...feed,
});
