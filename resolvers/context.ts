import type { LogHub } from '../events/hub.js';
import { HubError } from '../model/errors.js';
import type { ReportDeadlines } from '../model/incident-report.js';
import type { LivePort } from '../model/live.js';
import type { ReloadResult } from '../model/reload.js';
import type { RetryRequest, RetryResult } from '../model/repair.js';
import type { Database } from '../prisma/database.js';
import type { DivisionRegistry } from '../prisma/store/read-divisions.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What every resolver gets. One per operation; a live subscription renews its loaders with each event. */
export interface HubContext {
  readonly db: Database;
  readonly divisions: DivisionRegistry;
  readonly hub: LogHub;
  readonly viewer: { readonly admin: boolean; readonly mayRead: boolean };
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
  /** How soon incidents are to be reported, by the settings of now; undefined where this hub takes no reports. */
  reportDeadlines(): ReportDeadlines | undefined;
}

/** A graphql-ws context lives as long as its operation: what one event loaded must not answer for the next. */
export function renewLoaders(context: HubContext): void {
  context.loaders = createLoaders(context.db, context.live);
}

/** Throws unless the caller holds the admin key. */
export function requireAdmin(context: HubContext): void {
  if (context.viewer.admin) return;
  throw new HubError('UNAUTHENTICATED', 'this changes state and needs the admin key: authorization: Bearer <key>');
}

/** Throws unless the caller may read anything at all. */
export function requireReader(context: HubContext): void {
  if (context.viewer.mayRead) return;
  throw new HubError('UNAUTHENTICATED', 'reading needs a key: authorization: Bearer <key>');
}

/** Whether the caller may see personal data, such as a person's own number. */
export const maySeePersonal = (context: HubContext): boolean => context.viewer.admin;

/** Throws unless the caller may change the registers of this feed's department. */
export function requireRegistrar(context: HubContext, _feedId: string): void {
  requireAdmin(context);
}
