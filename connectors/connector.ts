import type { z } from 'zod';
import type { DepartmentCode } from '../model/department.js';
import type { LiveAnswers } from '../model/live.js';
import type { PushDoor } from '../model/push.js';
import type { Outcome } from '../model/record.js';
import type { HubView } from './hub-view.js';
import type { Outbound } from './outbound.js';
import type { TableForm } from './shared/tables/columns.js';

/** What a feed's code exports. It does nothing until `create(…).run(…)`. */
export interface Connector<S = unknown> {
  /** "<department slug>/<feed>", the folder under connectors/. */
  readonly id: string;
  readonly department: DepartmentCode;
  readonly title: { readonly en: string; readonly zh: string };
  /** LATE is judged by the newest observation, or, for feeds that are rightly silent for days, by the last contact. One that people
   *  fill when something happens, through the hub's own API, is never late: on-demand. */
  readonly freshness: 'observation' | 'contact' | 'on-demand';
  readonly settings: z.ZodType<S>;
  /** Of a feed whose tables people fill in: what `npm run templates` makes its template from. */
  readonly table?: TableForm;
  /** Of a feed in mode live: the noun (model/live-nouns.ts) that it answers for at query time. */
  readonly answersFor?: string;
  /** The same where one workbook holds several tables, one a sheet. */
  readonly tables?: readonly TableForm[];
  /** `view`: NO_VIEW where the runtime gives none. */
  create(settings: S, view?: HubView): FeedSource;
}

/** A running source. `run` resolves: one poll is done, call again after `everySeconds`. Pending: it listens until
 *  `signal` aborts. Throws: the link is broken; the runtime marks the feed DOWN and runs it again after a back-off. */
export interface FeedSource {
  readonly everySeconds?: number;
  run(context: FeedContext): Promise<void>;
  /** Reads again what `withInput` (connectors/shared/with-input.ts) kept with a reject: the same records and rejects as when it
   *  came, by the settings of now. Opens nothing, takes nothing. A feed without it cannot have its rejects repaired. */
  replay?(input: Uint8Array, now: Date): Outcome | Promise<Outcome>;
  /** Called once the source is no longer needed: ends what it still holds between two rounds. */
  close?(): void;
  /** Of a feed in mode live: its answers while it runs. */
  readonly live?: LiveAnswers;
}

export interface FeedContext {
  readonly signal: AbortSignal;
  /** Where the feed may connect to; every transport that calls out is given it. */
  readonly outbound?: Outbound;
  readonly push: PushDoor;
  now(): Date;
  /** Stores records, rejects and watermark in one transaction; resolves after commit, so only then acknowledge. */
  take(outcome: Outcome): Promise<void>;
  /** The link is alive though it brought nothing new. */
  contact(): void;
  /** What the last committed `take` left, also before a restart. */
  watermark(): Promise<string | undefined>;
  /** Says where a listener is bound, e.g. "tcp://127.0.0.1:4651". */
  listening(address: string): void;
}
