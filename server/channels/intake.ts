import { setTimeout as wait } from 'node:timers/promises';
import { released } from '../../channels/rule.js';
import { wants } from '../../channels/wanted.js';
import { backoffMs } from '../../connectors/back-off.js';
import { formatCursor } from '../../events/cursor.js';
import type { LogHub } from '../../events/hub.js';
import { type OutgoingChange, retracts } from '../../model/delivery.js';
import type { LogEntry, WarningSnapshot } from '../../model/entry.js';
import { HubError } from '../../model/errors.js';
import type { Database, Queryable } from '../../prisma/database.js';
import { readAudiences } from '../../prisma/store/audiences.js';
import {
  activeWithout,
  endQueued,
  holdHead,
  lockBeginning,
  lockPlace,
  type Place,
  queueChange,
  readPlace,
  recipientsTried,
  savePlace,
  supersededIdentifiers,
} from '../../prisma/store/plan-deliveries.js';
import { recipientsWithPhone } from '../../prisma/store/recipients.js';
import type { ConfiguredChannel } from './kinds.js';

export interface IntakeOptions {
  readonly db: Database;
  readonly log: LogHub;
  readonly channel: ConfiguredChannel;
  readonly now: () => Date;
  /** Something was queued, or another process may have queued it. */
  readonly onQueued: () => void;
  /** The log no longer held what the channel had not read: changes may have been missed. */
  readonly onGap: () => void;
  readonly onError: (error: unknown) => void;
}

/** A retraction is worth sending for so long. */
const RETRACT_MS = 86_400_000;

/**
 * Reads the log's warnings for one channel, from where it stood, and queues what the channel is to send. An entry's deliveries and the
 * channel's place are written in one transaction: killed at any moment, it queues each once. Several processes may do it at the same time.
 */
export class Intake {
  readonly #abort = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** As far as this process knows. */
  #place: Place | undefined;

  constructor(private readonly options: IntakeOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        this.#place = (await readPlace(this.options.db.read, this.#name)) ?? (await this.#begin());
        await this.#follow(this.#place, () => {
          failures = 0;
        });
      } catch (error) {
        if (signal.aborted) return;
        await this.#failed(error, failures);
      }
    }
  }

  /** Where the log no longer holds what comes next, the channel begins anew; anything else is tried again after a while. */
  async #failed(error: unknown, failures: number): Promise<void> {
    if (error instanceof HubError && error.code === 'CURSOR_EXPIRED') {
      await this.#begin(this.#place).then(this.options.onGap, this.options.onError);
      return;
    }
    this.options.onError(error);
    await wait(backoffMs(failures), undefined, { signal: this.#abort.signal }).catch(() => undefined);
  }

  get #name(): string {
    return this.options.channel.name;
  }

  async #follow(place: Place, onTaken: () => void): Promise<void> {
    const { signal } = this.#abort;
    const entries = await this.options.log.subscribe('warning', { after: formatCursor(place), signal });
    for await (const { entry } of entries) {
      await this.#take(place.epoch, entry);
      onTaken();
    }
  }

  async #take(epoch: string, entry: LogEntry<'warning'>): Promise<void> {
    await this.options.db.transaction(async (client) => {
      const stands = await lockPlace(client, this.#name);
      // Another process was quicker, or the log was made anew meanwhile.
      if (!stands || stands.epoch !== epoch || stands.position >= entry.position) return;
      const place = { epoch, position: entry.position };
      await this.#plan(client, entry, place);
      await savePlace(client, this.#name, place);
    });
    this.#place = { epoch, position: entry.position };
    this.options.onQueued();
  }

  /**
   * From the log's end on, and what is in force now: a channel that is new, or whose place is lost, starts with the present. Where
   * another process has set a place meanwhile, from there.
   */
  async #begin(lost?: Place): Promise<Place> {
    const place = await this.options.db.transaction(async (client) => {
      await lockBeginning(client, this.#name);
      const stands = await lockPlace(client, this.#name);
      if (stands && !(stands.epoch === lost?.epoch && stands.position === lost.position)) return stands;
      const head = await holdHead(client);
      const at = this.options.now();
      for (const warning of await activeWithout(client, this.#name, at))
        await this.#queue(client, { kind: 'ISSUED', warning, at, supersedes: [] }, head);
      await savePlace(client, this.#name, head);
      return head;
    });
    this.options.onQueued();
    return place;
  }

  async #plan(client: Queryable, { at, payload: { kind, warning } }: LogEntry<'warning'>, place: Place): Promise<void> {
    const now = this.options.now();
    const ended = kind === 'EXPIRED' ? 'it has expired' : `it was followed by ${kind}`;
    await endQueued(client, this.#name, [warning.identifier], ended, now);
    if (kind === 'EXPIRED') return;
    const supersedes = await supersededIdentifiers(client, warning.identifier);
    if (supersedes.length > 0)
      await endQueued(client, this.#name, supersedes, `${warning.identifier} took its place`, now);
    await this.#queue(client, { kind, warning, at, supersedes }, place);
  }

  async #queue(
    client: Queryable,
    change: Omit<OutgoingChange, 'at' | 'cursor'> & { readonly at: Date },
    place: Place,
  ): Promise<void> {
    const { settings } = this.options.channel;
    const outgoing: OutgoingChange = { ...change, at: change.at.toISOString(), cursor: formatCursor(place) };
    if (!released(settings, outgoing)) return;
    const now = this.options.now();
    const recipients = await this.#recipients(client, outgoing);
    if (recipients.length === 0) return;
    const until = retracts(outgoing) ? new Date(change.at.getTime() + RETRACT_MS) : new Date(change.warning.expiresAt);
    if (until > now) await queueChange(client, this.#name, outgoing, { recipients, place, until, now });
  }

  /** A retraction goes to those who may have what it takes back, whatever the settings ask for now. */
  async #recipients(client: Queryable, change: OutgoingChange): Promise<readonly string[]> {
    const { warning } = change;
    if (retracts(change)) return recipientsTried(client, this.#name, [warning.identifier]);
    const { settings, kind } = this.options.channel;
    const audiences = (await readAudiences(client, [warning.identifier])).get(warning.identifier) ?? [];
    if (!wants(settings, warning as WarningSnapshot, audiences)) return [];
    const to = kind.to(settings);
    if (to !== 'phones') return [to.one];
    return recipientsWithPhone(client, warning.identifier, this.#name, settings.audiences);
  }
}
