import type { AuditDraft, AuditKind } from '../../model/audit.js';
import { DEPARTMENTS } from '../../model/department.js';
import { feedOfStation } from '../../model/sight.js';
import type { Database } from '../../prisma/database.js';
import { isUnavailable } from '../../prisma/store/failure.js';
import { hasChanged } from '../../prisma/store/write-audit.js';
import type { HubContext } from '../../resolvers/context.js';
import type { Viewer } from '../../resolvers/viewer.js';
import type { Recorder } from './recorder.js';
import { keptVariables, storable } from './variables.js';
import type { Place } from './witness.js';

/** A context as the server makes it: with what is noted of its operation. */
export interface ServedContext extends HubContext {
  readonly trail: Trail;
}

/** What is known of an operation before it runs. */
export interface Begun {
  readonly kind: AuditKind;
  readonly operation: string | null;
  readonly document: string | null;
  /** The fields that its text names at the root; those that ran are noted by `asked`. */
  readonly rootFields: readonly string[];
  readonly address: string | null;
}

interface Act {
  readonly field: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly at: Date;
  written: boolean;
}

const MOST_FIELDS = 20;
/** Feeds, each with its properties and registers one by one. */
const MOST_FEEDS = 300;
/** The outcome of what showed data of more than these. */
const MORE_FEEDS = 'more-feeds';
const SLUGS: ReadonlySet<string> = new Set(Object.values(DEPARTMENTS).map(({ slug }) => slug));
const MOST_COUNT = 2_147_483_647;

/** What one operation asks, does and is shown, for the audit. Root fields of a mutation run one after another; each is an act of its own. */
export class Trail {
  readonly #at: Date;
  readonly #asked: (readonly [string, Readonly<Record<string, unknown>>])[] = [];
  readonly #seen = new Set<string>();
  readonly #feeds = new Set<string>();
  readonly #grants = new Set<string>();
  #more = false;
  #rows = 0;
  #begun: Begun = { kind: 'QUERY', operation: null, document: null, rootFields: [], address: null };
  #act: Act | undefined;
  /** Whether any act of this operation has a row. */
  acted = false;

  constructor(
    private readonly recorder: Recorder,
    private readonly viewer: Viewer,
    private readonly requestId: string | null,
    private readonly now: () => Date,
  ) {
    this.#at = now();
  }

  /** How many feeds have been shown something of. */
  get breadth(): number {
    return this.#feeds.size + this.#grants.size;
  }

  begin(begun: Begun): void {
    this.#begun = begun;
  }

  asked(field: string, args: Readonly<Record<string, unknown>>): void {
    if (this.#asked.length < MOST_FIELDS) this.#asked.push([field, args]);
  }

  /** Notes of whose data an object of the answer is. Called for each; costs next to nothing for one that is known. */
  shown(value: unknown): void {
    const { feedId, part } = sourceOf(value);
    if (feedId === undefined) return;
    this.#rows += 1;
    const key = part === undefined ? feedId : `${feedId} ${part}`;
    if (this.#seen.has(key) || !SLUGS.has(feedId.split('/')[0] ?? '')) return;
    this.#more = this.#seen.size >= MOST_FEEDS;
    if (this.#more) return;
    this.#seen.add(key);
    this.#feeds.add(storable(feedId));
    // One is a property, the other a register: their names do not meet.
    const fitting = part === undefined ? {} : { property: part, register: part };
    for (const id of this.viewer.sight.grantsFor(feedId, fitting)) this.#grants.add(id);
  }

  /** The hub's database, each transaction of which carries the row of the act that runs it: both are there, or neither. */
  database(db: Database): Database {
    return {
      ...db,
      transaction: async (work) => {
        let end: Place | undefined;
        const result = await db.transaction(async (client) => {
          const done = await work(client);
          const act = this.#act;
          // A transaction that has changed nothing proves nothing: its act is written down by how it ends.
          if (act && (await hasChanged(client))) {
            end = await this.recorder.append(client, this.#draftOf(act, 'OK', outcomeOf(done)));
            act.written = true;
          }
          return done;
        });
        if (end) this.recorder.committed(end);
        return result;
      },
    };
  }

  /** Runs one root field of a mutation, which has its row in any case. Refused with SOURCE_UNAVAILABLE where none can be written. */
  async act<T>(field: string, args: Readonly<Record<string, unknown>>, run: () => Promise<T> | T): Promise<T> {
    const act: Act = { field, args, at: this.now(), written: false };
    this.acted = true;
    try {
      this.recorder.require();
      this.#act = act;
      const result = await run();
      if (!act.written) this.recorder.record(this.#draftOf(act, 'OK', outcomeOf(result)));
      return result;
    } catch (error) {
      this.recorder.record(this.#draftOf(act, codeOf(error), null));
      throw error;
    } finally {
      this.#act = undefined;
    }
  }

  /** What changes things by more than the act's own transaction: it is written down before that it begins, and what came of it afterwards. */
  async outside<T>(run: () => Promise<T>): Promise<T> {
    const act = this.#act;
    if (act) await this.recorder.writeNow(this.#draftOf(act, 'BEGUN', null));
    return run();
  }

  /** Writes down how the operation, or a part of a subscription, went. */
  record(result: string, { times = 1, rows = this.#rows, kind = this.#begun.kind } = {}): void {
    const asked = this.#asked.length > 0 ? this.#asked.map(([field]) => field) : this.#begun.rootFields;
    const fields = this.#asked.map(([field, args]) => [field, keptVariables(field, args)] as const);
    const said = fields.filter(([, args]) => args !== null);
    this.recorder.record({
      ...this.#common(),
      at: this.#at,
      kind,
      rootFields: [...new Set(asked)].slice(0, MOST_FIELDS).map((name) => storable(name)),
      variables: said.length > 0 ? Object.fromEntries(said) : null,
      grants: [...this.#grants].sort(),
      feeds: [...this.#feeds].sort(),
      result,
      outcome: this.#more ? MORE_FEEDS : null,
      rowCount: Math.min(rows, MOST_COUNT),
      times,
      milliseconds: this.#since(this.#at),
    });
  }

  #draftOf({ field, args, at }: Act, result: string, outcome: string | null): AuditDraft {
    const kept = keptVariables(field, args);
    return {
      ...this.#common(),
      ...{ at, kind: 'MUTATION', rootFields: [field], variables: kept && { [field]: kept }, grants: [], feeds: [] },
      ...{ result, outcome, rowCount: 0, times: 1, milliseconds: this.#since(at) },
    };
  }

  #common(): Pick<AuditDraft, 'principal' | 'operation' | 'document' | 'requestId' | 'address'> {
    const { operation, document, address } = this.#begun;
    return { principal: bearer(this.viewer), operation, document, address, requestId: this.requestId };
  }

  #since = (at: Date): number => Math.min(Math.max(0, this.now().getTime() - at.getTime()), MOST_COUNT);
}

/** Who it was, as it may be stored. */
export const bearer = ({ id, kind, name, department, roles }: AuditDraft['principal']): AuditDraft['principal'] => ({
  id: storable(id, 500),
  kind,
  name: storable(name),
  department,
  roles,
});

/** By the convention of results that are data, not errors: they say `outcome`. */
function outcomeOf(result: unknown): string | null {
  const outcome = (result as { outcome?: unknown } | null | undefined)?.outcome;
  return typeof outcome === 'string' ? storable(outcome, 60) : null;
}

/** The code under which a caller sees an error; undefined at its depth is INTERNAL. */
export function codeOf(error: unknown): string {
  const { originalError, code, extensions } = (error ?? {}) as {
    originalError?: unknown;
    code?: unknown;
    extensions?: { code?: unknown };
  };
  if (originalError) return codeOf(originalError);
  if (error instanceof Error && error.name === 'HubError' && typeof code === 'string') return code;
  if (typeof extensions?.code === 'string') return extensions.code;
  if (error instanceof Error && error.name === 'GraphQLError') return 'BAD_INPUT';
  return isUnavailable(error) ? 'SOURCE_UNAVAILABLE' : 'INTERNAL';
}

interface Rows {
  readonly feedId?: unknown;
  readonly stationId?: unknown;
  readonly property?: unknown;
  readonly noun?: unknown;
  readonly datastream?: Rows;
}

/** Which feed a row is of, and which property or register of it. */
function sourceOf(value: unknown): { feedId?: string; part?: string } {
  if (typeof value !== 'object' || value === null) return {};
  const { feedId, stationId, property, noun, datastream } = value as Rows;
  if (datastream) return sourceOf(datastream);
  const part = property ?? noun;
  const named = typeof part === 'string' ? { part } : {};
  if (typeof feedId === 'string') return { feedId, ...named };
  return typeof stationId === 'string' ? { feedId: feedOfStation(stationId), ...named } : {};
}
