import { type AccessGrant, type Coarsening, granteeOf, type Principal, slugOf, WHOLE } from './access.js';
import type { DepartmentCode } from './department.js';

/** One part of what a feed brings: the observations of a property, or the entries of a register. */
export interface Part {
  readonly property?: string;
  readonly register?: string;
}

/** What of a table a viewer may see, for a statement's WHERE: rows of these departments' feeds, of these feeds, of these parts. */
export interface Reach {
  /** Departments' slugs, the first part of a feed id. */
  readonly slugs: readonly string[];
  readonly feeds: readonly string[];
  /** Single properties or registers of further feeds. */
  readonly parts: readonly { readonly feed: string; readonly part: string }[];
}

export interface ReachOptions {
  readonly kind?: 'property' | 'register';
  /** Leaves out what is seen with less than its exact position or value, or without names: for conditions that would tell it. */
  readonly exact?: readonly (keyof Coarsening)[];
}

/** Which rows a viewer sees. Judged anew at each question: grants begin, end and are revoked while a subscription lives. */
export class Sight {
  constructor(
    private readonly viewer: Pick<Principal, 'department' | 'roles' | 'kind' | 'peer'>,
    private readonly grants: () => readonly AccessGrant[],
    private readonly now: () => Date,
  ) {}

  /** Everything of every department: the hub's own staff that read. */
  get all(): boolean {
    const { department, kind, peer, roles } = this.viewer;
    return department === null && peer === undefined && kind !== 'ANONYMOUS' && roles.includes('READER');
  }

  /** Whether the feed may be known of at all. Whoever administers it knows that it is there, and sees nothing that it brings. */
  knows(feedId: string): boolean {
    return this.sees(feedId) || this.#administers(feedId);
  }

  /** Whether anything that the feed brings may be seen. */
  sees(feedId: string): boolean {
    return this.all || this.#owns(feedId) || this.#valid().some(({ dataset }) => dataset.feed === feedId);
  }

  /** How all that a feed brings may be seen; undefined: not at all. Of several grants the one that leaves out least counts. */
  ofFeed(feedId: string): Coarsening | undefined {
    return this.#seen(feedId, {});
  }

  /** The same of one property or register of it. */
  ofPart(feedId: string, part: Part): Coarsening | undefined {
    return this.#seen(feedId, part);
  }

  /** The same of a station: where single properties of its feed are seen, as the one of them that leaves out most. */
  ofStation(feedId: string): Coarsening | undefined {
    const whole = this.ofFeed(feedId);
    if (whole) return whole;
    const some = this.#valid().filter(({ dataset }) => dataset.feed === feedId && dataset.property);
    if (some.length === 0) return undefined;
    const leaves = (what: keyof Coarsening): boolean => some.some(({ coarsening }) => coarsening[what]);
    return { position: leaves('position'), value: leaves('value'), names: leaves('names') };
  }

  /** The grants of now by which this is seen; none where it is the viewer's own, or everything is seen. */
  grantsFor(feedId: string, part: Part): readonly string[] {
    return this.all || this.#owns(feedId) ? [] : this.#fitting(feedId, part).map(({ id }) => id);
  }

  /** For lists: undefined where nothing is left out. */
  reach({ kind, exact = [] }: ReachOptions = {}): Reach | undefined {
    if (this.all) return undefined;
    const { department } = this.viewer;
    const grants = this.#valid().filter(({ coarsening }) => exact.every((what) => !coarsening[what]));
    return {
      slugs: department && this.#reads ? [slugOf(department)] : [],
      feeds: grants.filter(({ dataset }) => !dataset.property && !dataset.register).map(({ dataset }) => dataset.feed),
      parts: grants.flatMap(({ dataset: { feed, property, register } }) => {
        const part = kind === 'property' ? property : kind === 'register' ? register : null;
        return part ? [{ feed, part }] : [];
      }),
    };
  }

  #seen(feedId: string, part: Part): Coarsening | undefined {
    if (this.all || this.#owns(feedId)) return WHOLE;
    const fitting = this.#fitting(feedId, part);
    if (fitting.length === 0) return undefined;
    const leaves = (what: keyof Coarsening): boolean => fitting.every(({ coarsening }) => coarsening[what]);
    return { position: leaves('position'), value: leaves('value'), names: leaves('names') };
  }

  #fitting(feedId: string, part: Part): AccessGrant[] {
    return this.#valid().filter(
      ({ dataset: { feed, property, register } }) =>
        feed === feedId && (!property || property === part.property) && (!register || register === part.register),
    );
  }

  /** Whoever drafts, releases or feeds for a department also reads what is its own. */
  get #reads(): boolean {
    return this.viewer.roles.some((role) => role !== 'AUDITOR' && role !== 'ADMINISTRATOR');
  }

  #owns(feedId: string): boolean {
    const { department } = this.viewer;
    return department !== null && this.#reads && feedId.startsWith(`${slugOf(department)}/`);
  }

  #administers(feedId: string): boolean {
    const { department, roles } = this.viewer;
    return roles.includes('ADMINISTRATOR') && (department === null || feedId.startsWith(`${slugOf(department)}/`));
  }

  #valid(): AccessGrant[] {
    const grantee = granteeOf(this.viewer);
    if (grantee === undefined || !this.#reads) return [];
    const now = this.now();
    return this.grants().filter(
      (grant) =>
        granteeOf({ department: grant.grantee, peer: grant.peer ?? undefined }) === grantee &&
        grant.validFrom <= now &&
        (grant.validUntil === null || grant.validUntil > now),
    );
  }
}

/** The feed of a station or datastream id, "<feed id>:<code>…". */
export const feedOfStation = (id: string): string => id.slice(0, id.indexOf(':'));

/** Whether the row's own department is the viewer's, or the viewer is of the hub's staff. */
export const isOwn = (department: DepartmentCode, viewer: Pick<Principal, 'department' | 'kind' | 'peer'>): boolean =>
  viewer.department === department ||
  (viewer.department === null && viewer.peer === undefined && viewer.kind !== 'ANONYMOUS');
