import type { LogHub } from '../events/hub.js';
import type { Role } from '../model/access.js';
import { type DepartmentCode, departmentOfFeed } from '../model/department.js';
import { HubError } from '../model/errors.js';
import type { ReportDeadlines } from '../model/incident-report.js';
import type { LivePort } from '../model/live.js';
import type { ReleaseRules } from '../model/release.js';
import type { ReloadResult } from '../model/reload.js';
import type { RetryRequest, RetryResult } from '../model/repair.js';
import type { Database } from '../prisma/database.js';
import type { DivisionRegistry } from '../prisma/store/read-divisions.js';
import type { Loaders } from './loader-types.js';
import { createLoaders } from './loaders.js';
import type { Viewer } from './viewer.js';

/** What every resolver gets. One per operation; a live subscription renews its loaders with each event. */
export interface HubContext {
  readonly db: Database;
  readonly divisions: DivisionRegistry;
  readonly hub: LogHub;
  readonly viewer: Viewer;
  readonly requestId: string;
  /** The departments' own services that may be asked at query time. */
  readonly live: LivePort;
  loaders: Loaders;
  now(): Date;
  /** Called when this operation's subscriber has fallen too far behind and is ended. */
  onSlow(): void;
  readonly feedControl: {
    setEnabled(feedId: string, enabled: boolean, reason?: string): Promise<void>;
    retryRejected(feedId: string, request: RetryRequest): Promise<RetryResult>;
    reloadSettings(): Promise<ReloadResult>;
  };
  /** Who may warn of what, where, and whose consent it needs. */
  readonly release: ReleaseRules;
  /** Which language stands for one that a text does not have, the best first. */
  readonly languages: readonly string[];
  /** How soon incidents are to be reported, by the settings of now; undefined where this hub takes no reports. */
  reportDeadlines(): ReportDeadlines | undefined;
}

/** A graphql-ws context lives as long as its operation: what one event loaded must not answer for the next. */
export function renewLoaders(context: HubContext): void {
  context.loaders = createLoaders(context.db, context.live, context.viewer);
}

export const isKnown = ({ viewer }: Pick<HubContext, 'viewer'>): boolean => viewer.kind !== 'ANONYMOUS';

/** What a caller gets who may not: the same whether or not what was asked for exists. */
export const refusal = (context: Pick<HubContext, 'viewer'>, needs: string): HubError =>
  isKnown(context)
    ? new HubError('FORBIDDEN', `this needs ${needs}`)
    : new HubError('UNAUTHENTICATED', `this needs ${needs}: authorization: Bearer <key or token>`);

/** Whether the caller has one of these roles; of this department where one is given, the hub's own staff being of all. */
export const hasRole = ({ viewer }: HubContext, roles: readonly Role[], department?: DepartmentCode): boolean =>
  viewer.roles.some((role) => roles.includes(role)) &&
  (department === undefined || viewer.department === null || viewer.department === department);

/** Throws unless the caller administers the hub: not only a department of it. */
export function requireAdmin(context: HubContext): void {
  if (hasRole(context, ['ADMINISTRATOR']) && context.viewer.department === null) return;
  throw refusal(context, 'the role ADMINISTRATOR of the hub');
}

/** Throws unless the caller has one of these roles, of this department where one is given. */
export function requireRole(context: HubContext, roles: readonly Role[], department?: DepartmentCode): void {
  if (hasRole(context, roles, department)) return;
  throw refusal(context, `the role ${roles.join(' or ')}${department ? ` of ${department}` : ''}`);
}

/** What shows how a department works: its rejected data, its quality sheets. For itself and the hub's own readers. */
export const ownsFeed = ({ id }: { readonly id: string }, { viewer }: HubContext): boolean =>
  viewer.sight.all || (viewer.sight.ofFeed(id) !== undefined && viewer.department === departmentOf(id));

/** Whether the caller may see data that lead to a person, such as their number. */
export const maySeePersonal = ({ viewer }: HubContext): boolean => viewer.scopes.includes('PERSONAL');

/** Throws unless the caller may change the registers of this feed's department, and may see what they change. */
export function requireRegistrar(context: HubContext, feedId: string): void {
  const department = departmentOf(feedId);
  if (department) requireRole(context, ['FEEDER', 'DUTY_OFFICER', 'ADMINISTRATOR'], department);
  else requireAdmin(context);
  if (!context.viewer.sight.ofFeed(feedId)) throw refusal(context, 'a role that reads what it saves, such as FEEDER');
}

function departmentOf(feedId: string): DepartmentCode | undefined {
  try {
    return departmentOfFeed(feedId);
  } catch {
    return undefined;
  }
}
