import type { Channel, ChannelKind } from '../../channels/channel.js';
import type { ChannelSettings } from '../../channels/settings.js';
import type { Dial } from '../../connectors/shared/calls/http-call.js';
import { appendEntries } from '../../events/log.js';
import type { WarningSnapshot } from '../../model/entry.js';
import type { WarningChangeKind } from '../../model/warning.js';
import { type Database, openDatabase } from '../../prisma/database.js';
import { saveSnapshots } from '../../prisma/store/warning-rows.js';
import { type ChannelEvent, ChannelRuntime } from '../../server/channels/channel-runtime.js';
import { channelKinds } from '../../server/channels/kinds.js';
import { LogWorld } from './log-world.js';

/** A warning in force in Wusu for six hours, in earnest unless told otherwise. */
export const snapshot = (identifier: string, change: Partial<WarningSnapshot> = {}): WarningSnapshot => ({
  identifier,
  departmentCode: 'WEATHER',
  feedId: null,
  hazardCode: '11B03',
  level: 'YELLOW',
  state: 'ACTIVE',
  status: 'ACTUAL',
  issuedAt: new Date(Date.now() - 1000).toISOString(),
  effectiveAt: null,
  onsetAt: null,
  expiresAt: new Date(Date.now() + 6 * 3_600_000).toISOString(),
  cancelledAt: null,
  receivedAt: new Date().toISOString(),
  divisionCodes: ['654202'],
  area: null,
  revision: 0,
  supersededById: null,
  texts: [
    {
      language: 'zh-CN',
      hazard: '暴雨',
      senderName: '乌苏市气象台',
      headline: '暴雨黄色预警信号',
      description: '预计未来六小时有强降水。',
      instruction: '注意防范山洪',
    },
  ],
  ...change,
});

export interface Ledger {
  channel: string;
  identifier: string;
  kind: string;
  recipient: string;
  state: string;
  attempts: number;
  lastError: string | null;
  receipts: { state: string; detail: string }[];
}

/** A log, its warnings, and channels over them, without a server. */
export class ChannelWorld {
  readonly events: [channel: string, event: ChannelEvent, count: number][] = [];
  readonly errors: unknown[] = [];
  readonly statements: string[] = [];
  readonly #running = new Set<ChannelRuntime>();

  private constructor(readonly log: LogWorld) {}

  static async open(): Promise<ChannelWorld> {
    return new ChannelWorld(await LogWorld.open());
  }

  /** Writes a warning down and tells of it, in one transaction, as a feed or a release does. */
  async tell(kind: WarningChangeKind, warning: WarningSnapshot): Promise<void> {
    await this.log.db.transaction(async (client) => {
      await client.query(`INSERT INTO department (code, slug, name_en, name_zh) VALUES ('WEATHER', 'weather', 'x', 'x')
        ON CONFLICT DO NOTHING`);
      await saveSnapshots(client, [warning]);
      await appendEntries(client, [
        { topic: 'warning', key: warning.identifier, at: new Date(), payload: { kind, warning } },
      ]);
    });
  }

  /** Starts a channel as one process would; the same settings again are another process, or the same after a restart. */
  async run(
    name: string,
    raw: Readonly<Record<string, unknown>>,
    options: { dial?: Dial; kind?: (kind: ChannelKind) => ChannelKind } = {},
  ): Promise<ChannelRuntime> {
    const found = channelKinds.find((each) => each.kind === raw.kind) as ChannelKind;
    const kind = options.kind ? options.kind(found) : found;
    const db: Database = openDatabase({ url: this.log.url, onStatement: (sql) => this.statements.push(sql) });
    const log = await this.log.hub();
    const runtime = new ChannelRuntime({
      ...{ db, log, dial: options.dial, now: () => new Date() },
      configured: { name, kind, settings: kind.settings.parse(FAST(raw)) as ChannelSettings },
      onEvent: (channel, event, count) => {
        if (count > 0) this.events.push([channel, event, count]);
      },
      onError: (_channel, error) => this.errors.push(error),
    });
    runtime.start();
    this.#running.add(runtime);
    this.log.onEnd(() => db.close());
    this.log.onEnd(() => this.stop(runtime));
    return runtime;
  }

  async stop(runtime: ChannelRuntime): Promise<void> {
    if (this.#running.delete(runtime)) await runtime.stop();
  }

  async ledger(channel?: string): Promise<Ledger[]> {
    const { rows } = await this.log.db.read.query<Ledger>(
      `SELECT d.channel, d.identifier, p.kind, d.recipient, d.state, d.attempts, d.last_error AS "lastError", d.receipts
       FROM warning_delivery d JOIN warning_dispatch p ON p.id = d.dispatch_id
       WHERE $1::text IS NULL OR d.channel = $1 ORDER BY d.dispatch_id, d.recipient`,
      [channel ?? null],
    );
    return rows;
  }

  end(): Promise<void> {
    return this.log.end();
  }
}

/** Waits that a test can wait for. */
const FAST = (raw: Readonly<Record<string, unknown>>) => ({
  timeoutMs: 1000,
  retry: { firstMs: 20, longestMs: 200, refusals: 3 },
  ...raw,
});

/** A kind whose calls a test can watch or break. */
export const wrapped =
  (wrap: (channel: Channel) => Channel) =>
  (kind: ChannelKind): ChannelKind => ({ ...kind, create: (name, settings) => wrap(kind.create(name, settings)) });
