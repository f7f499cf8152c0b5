import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { Connector } from '../connectors/connector.js';
import { settings as declared } from '../connectors/declarative/config.js';
import { writtenSecrets } from '../connectors/declarative/credentials.js';
import { declarative } from '../connectors/declarative/index.js';
import { declaredLive, declaredLiveSettings } from '../connectors/declarative/live.js';
import { OUTBOUND_RULE } from '../connectors/outbound.js';
import type { RuntimeSettings } from '../connectors/runtime.js';
import { type SigningKey, signingKey } from '../connectors/shared/codecs/signing-key.js';
import { DEPARTMENTS } from '../model/department.js';
import { messageOf } from '../model/errors.js';
import { LIVE_NOUNS, liveNounOf } from '../model/live-nouns.js';
import { RELEASES } from '../model/release.js';
import { accessSettings } from './access/settings.js';
import { capSettings, publicUrl } from './cap/settings.js';
import { type ConfiguredChannel, channelKinds } from './channels/kinds.js';
import { type ExchangeSettings, exchangeSettings } from './exchange/settings.js';
import { readTrustedDocuments, trustedDocumentsSettings } from './graphql/trusted-documents.js';
import { isNetwork } from './limits/caller.js';
import { limitsSettings } from './limits/settings.js';
import { languages, releaseSettings } from './release-settings.js';
import { type Secrets, substitute } from './substitute.js';

/** A mistake in the settings file: where, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

const hubSettings = z.strictObject({
  /** The division this hub serves. */
  area: z.string().regex(/^\d{6}$/, { error: 'a 6-digit division code' }),
  demo: z
    .strictObject({
      enabled: z.boolean().default(true),
      speed: z.number().min(0.1).max(100).default(1),
      /** Lets the demo be seen from other machines. */
      public: z.boolean().default(false),
    })
    .prefault({ enabled: false }),
  /** Where feeds may connect to; without it, wherever their own settings point. */
  outbound: z
    .strictObject({ allow: z.array(z.string().regex(OUTBOUND_RULE, { error: 'host:port, a port of * for any' })) })
    .optional(),
  /** Who may come in beside those with keys. */
  access: accessSettings.prefault({}),
  /** What one operation, one caller, one address may ask for. */
  limits: limitsSettings.prefault({}),
  /** Proxies in front of the hub, whose X-Forwarded-For is believed. */
  trustedProxies: z
    .array(z.string().refine(isNetwork, { error: 'an address, or a network such as 10.1.0.0/16' }))
    .default([]),
  /** The hub is reached through a proxy that speaks TLS, and in no other way. */
  behindTls: z.boolean().default(false),
  /** Pages of other origins that may ask the hub. */
  cors: z
    .strictObject({
      origins: z.array(z.url({ protocol: /^https?$/ }).refine(isOrigin, { error: 'https://host, without a path' })),
    })
    .prefault({ origins: [] }),
  /** Who reads /metrics besides the hub's own machine. */
  metrics: z
    .union([z.strictObject({ token: z.string().min(16) }), z.strictObject({ open: z.literal(true) })], {
      error: '{ token: { env: NAME } }, or { open: true }',
    })
    .optional(),
  /** Operations registered for public front-ends. */
  trustedDocuments: trustedDocumentsSettings.optional(),
  /** Who may warn of what, and whose consent it needs (docs/warning-release.md). */
  release: releaseSettings.prefault({}),
  languages,
  /** Where it is reached from outside. */
  publicUrl: publicUrl.optional(),
  /** Warnings as they go out. */
  cap: capSettings.prefault({}),
  keepObservationsDays: z.int().min(1).max(36_500).default(400),
  keepLogDays: z.int().min(1).max(36_500).default(30),
  keepRejectionsDays: z.int().min(1).max(36_500).default(90),
  /** The law asks for six months at least. */
  keepAuditDays: z
    .int()
    .min(180, { error: 'at least 180: the audit is kept for six months or longer' })
    .max(36_500)
    .default(400),
  /** What was sent to whom. */
  keepDeliveriesDays: z.int().min(1).max(36_500).default(400),
  /** Bundles and receipts that were exchanged with other platforms: the evidence of who had what, and when. */
  keepExchangeDays: z
    .int()
    .min(180, { error: 'at least 180: what was exchanged is evidence, as the audit is' })
    .max(36_500)
    .default(3650),
});
export type HubSettings = z.infer<typeof hubSettings>;

const shape = z.strictObject({
  hub: hubSettings,
  feeds: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  channels: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  exchange: z.record(z.string(), z.unknown()).optional(),
});

export interface ConfiguredFeed {
  readonly connector: Connector<RuntimeSettings>;
  readonly settings: RuntimeSettings & { readonly enabled: boolean };
}

const CHANNEL_NAME = /^[a-z][a-z0-9-]{0,40}$/;

/** A settings file, read once: hub settings are fixed, feeds and channels are resolved when the demo's addresses are known. */
export class Config {
  readonly hub: HubSettings;
  /** By hash; none where the settings name no file. */
  readonly trustedDocuments: ReadonlyMap<string, string>;
  /** As the file has them, nothing replaced. */
  readonly rawChannels: Readonly<Record<string, Record<string, unknown>>>;
  readonly rawExchange: Readonly<Record<string, unknown>> | undefined;
  readonly #feeds: Record<string, Record<string, unknown>>;

  constructor(
    private readonly path: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
    private readonly connectors: readonly Connector<RuntimeSettings>[],
    private readonly secrets: Secrets,
  ) {
    const parsed = this.#parse(shape, this.#withSecrets(document.toJS() as unknown), []);
    this.hub = parsed.hub;
    this.#feeds = parsed.feeds;
    this.rawChannels = parsed.channels;
    this.rawExchange = parsed.exchange;
    this.trustedDocuments = this.#readTrustedDocuments();
  }

  /** What signs the warnings that go out; undefined where nothing does. Throws ConfigError where it is not to be had, or does not fit together. */
  capSigning(): SigningKey | undefined {
    const named = this.hub.cap.signing;
    if (!named) return undefined;
    try {
      const { key, certificate } = substitute(named, {}, this.secrets) as { key: string; certificate: string };
      return signingKey(key, certificate);
    } catch (error) {
      throw this.#error(['hub', 'cap', 'signing'], error instanceof Error ? error.message : String(error));
    }
  }

  /** The feeds in the file's order, `${demo.<name>}` replaced and credentials fetched; only those of `wanted`. Throws ConfigError on any mistake. */
  feeds(demo: Readonly<Record<string, string>>, wanted?: (id: string) => boolean): ConfiguredFeed[] {
    const { feeds, mistakes } = this.check(demo, wanted);
    if (mistakes[0]) throw mistakes[0];
    return feeds;
  }

  /** The same, with every feed's first mistake. */
  check(
    demo: Readonly<Record<string, string>>,
    wanted: (id: string) => boolean = () => true,
  ): { feeds: ConfiguredFeed[]; mistakes: ConfigError[] } {
    const feeds: ConfiguredFeed[] = [];
    const mistakes: ConfigError[] = [];
    for (const [id, raw] of Object.entries(this.#feeds).filter(([each]) => wanted(each)))
      try {
        feeds.push(this.#feed(id, raw, demo));
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        mistakes.push(error);
      }
    return { feeds, mistakes };
  }

  /** The demo's stand-ins that these feeds, and where asked for the channels, are pointed at. */
  demoNames(wanted: (id: string) => boolean, channels: boolean): ReadonlySet<string> {
    const feeds = Object.entries(this.#feeds).filter(([id]) => wanted(id));
    const text = JSON.stringify([feeds, channels ? this.rawChannels : {}]);
    return new Set([...text.matchAll(/\$\{demo\.([a-z-]+)\}/g)].map(([, name]) => String(name)));
  }

  /** The ways out for warnings that are switched on, in the file's order. Throws ConfigError on any mistake. */
  channels(demo: Readonly<Record<string, string>>): ConfiguredChannel[] {
    const all = Object.entries(this.rawChannels).map(([name, raw]) => this.#channel(name, raw, demo));
    return all.filter(({ settings }) => settings.enabled);
  }

  /** The exchange with platforms of other tiers; undefined where there is none. Throws ConfigError on any mistake. */
  exchange(demo: Readonly<Record<string, string>>): ExchangeSettings | undefined {
    if (!this.rawExchange) return undefined;
    this.#refuseWrittenSecrets(['exchange'], this.rawExchange);
    return this.#parse(exchangeSettings, this.#substituted(['exchange'], this.rawExchange, demo), ['exchange']);
  }

  #channel(
    name: string,
    raw: Readonly<Record<string, unknown>>,
    demo: Readonly<Record<string, string>>,
  ): ConfiguredChannel {
    const at = ['channels', name];
    if (!CHANNEL_NAME.test(name)) throw this.#error(at, 'name it in a-z, 0-9 and -, at most 41 characters');
    const kind = channelKinds.find((each) => each.kind === raw.kind);
    if (!kind) throw this.#error([...at, 'kind'], `one of ${channelKinds.map((each) => each.kind).join(', ')}`);
    this.#refuseWrittenSecrets(at, raw);
    return { name, kind, settings: this.#parse(kind.settings, this.#substituted(at, raw, demo), at) };
  }

  #feed(id: string, raw: Readonly<Record<string, unknown>>, demo: Readonly<Record<string, string>>): ConfiguredFeed {
    const connector = this.connectors.find((each) => each.id === id);
    // Feeds in mode live have a transport of their own choice, whether the hub has code for them or not.
    if (raw.transport !== undefined && connector?.answersFor === undefined) return this.#declared(id, raw, demo);
    if (!connector)
      throw this.#error(
        ['feeds', id],
        `no such feed; this hub has: ${this.connectors.map((each) => each.id).join(', ')}; a feed of your own names its transport`,
      );
    if (connector.answersFor !== undefined) this.#refuseWrittenSecrets(['feeds', id], raw);
    const settings = this.#parse(connector.settings, this.#substituted(['feeds', id], raw, demo), ['feeds', id]);
    return { connector, settings: settings as ConfiguredFeed['settings'] };
  }

  /** Of the hub's own settings only the token for metrics is a credential. */
  #withSecrets(file: unknown): unknown {
    const metrics = (file as { hub?: { metrics?: { token?: unknown } } } | null)?.hub?.metrics;
    if (metrics?.token === undefined) return file;
    const at = ['hub', 'metrics', 'token'];
    if (typeof metrics.token === 'string')
      throw this.#error(at, 'a credential is never written here: name it as { env: NAME } or { file: path }');
    try {
      metrics.token = substitute(metrics.token, {}, this.secrets);
    } catch (error) {
      throw this.#error(at, messageOf(error));
    }
    return file;
  }

  #readTrustedDocuments(): ReadonlyMap<string, string> {
    const { trustedDocuments } = this.hub;
    if (!trustedDocuments) return new Map();
    try {
      return readTrustedDocuments(resolve(this.secrets.folder ?? '.', trustedDocuments.file));
    } catch (error) {
      throw this.#error(['hub', 'trustedDocuments', 'file'], messageOf(error));
    }
  }

  #refuseWrittenSecrets(at: readonly string[], raw: unknown): void {
    const [written] = writtenSecrets(raw);
    if (written) throw this.#error([...at, ...written.path], written.reason);
  }

  /** A feed by settings alone (docs/add-a-feed.md). */
  #declared(
    id: string,
    raw: Readonly<Record<string, unknown>>,
    demo: Readonly<Record<string, string>>,
  ): ConfiguredFeed {
    const [department, name = '', ...rest] = id.split('/');
    const slugs = Object.values(DEPARTMENTS).map(({ slug }) => slug);
    if (!slugs.some((slug) => slug === department) || !/^[a-z0-9][a-z0-9-]{0,60}$/.test(name) || rest.length > 0)
      throw this.#error(['feeds', id], `name it <department>/<name in a-z 0-9 ->; departments: ${slugs.join(', ')}`);
    if (name === RELEASES)
      throw this.#error(['feeds', id], 'that name is for the warnings released in the hub itself: choose another');
    if (this.connectors.some((each) => each.id === id))
      throw this.#error(['feeds', id], 'this hub has a feed of that name already: choose another');
    this.#refuseWrittenSecrets(['feeds', id], raw);
    if (raw.mode === 'live') return this.#declaredLive(id, raw, demo);
    const settings = this.#parse(declared, this.#substituted(['feeds', id], raw, demo), ['feeds', id]);
    const connector = declarative(id, settings) as unknown as Connector<RuntimeSettings>;
    return { connector, settings };
  }

  /** The same in mode live (docs/live-pass-through.md). */
  #declaredLive(
    id: string,
    raw: Readonly<Record<string, unknown>>,
    demo: Readonly<Record<string, string>>,
  ): ConfiguredFeed {
    const noun = liveNounOf(String(raw.answersFor));
    if (!noun)
      throw this.#error(['feeds', id, 'answersFor'], `one of ${LIVE_NOUNS.map((each) => each.noun).join(', ')}`);
    const settings = this.#parse(declaredLiveSettings(noun), this.#substituted(['feeds', id], raw, demo), [
      'feeds',
      id,
    ]);
    const connector = declaredLive(id, noun, settings) as unknown as Connector<RuntimeSettings>;
    return { connector, settings };
  }

  #substituted(
    at: readonly string[],
    raw: Readonly<Record<string, unknown>>,
    demo: Readonly<Record<string, string>>,
  ): unknown {
    try {
      return substitute(raw, demo, this.secrets);
    } catch (error) {
      throw this.#error(at, error instanceof Error ? error.message : String(error));
    }
  }

  #parse<T>(schema: z.ZodType<T>, value: unknown, at: readonly string[]): T {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    // A misspelt name also makes the right one missing: the misspelling is the better thing to say.
    const { issues } = result.error;
    const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
    const misspelt = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    throw this.#error([...at, ...(issue?.path.map(String) ?? []), ...misspelt], issue?.message ?? 'is not right');
  }

  #error(path: readonly string[], reason: string): ConfigError {
    const line = this.#lineOf(path);
    return new ConfigError(`${this.path}:${line}: ${path.join('.')}: ${reason}`);
  }

  /** The line of the deepest node of the path that the file has. */
  #lineOf(path: readonly string[]): number {
    let line = 1;
    let node: unknown = this.document.contents;
    for (const name of path) {
      if (!isMap(node)) {
        node = (node as { get?: (key: number, keep: true) => unknown })?.get?.(Number(name), true);
      } else {
        const pair = node.items.find((each) => String(each.key) === name);
        const start = (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
        if (start !== undefined) line = this.lines.linePos(start).line;
        node = pair?.value;
      }
      if (node === undefined) return line;
    }
    return line;
  }
}

/** The settings of the hub that differ and hold only after a restart: all but the feeds and where they may connect to. */
export const fixedDifferences = (before: HubSettings, after: HubSettings): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => name !== 'outbound')
    .filter((name) => !isDeepStrictEqual(Reflect.get(before, name), Reflect.get(after, name)))
    .map((name) => `hub.${name}`);

/** The channels that differ between two readings of a settings file; they hold only after a restart. */
export const channelDifferences = ({ rawChannels: before }: Config, { rawChannels: after }: Config): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .map((name) => `channels.${name}`);

/** Whether the exchange differs; it holds only after a restart. */
export const exchangeDifferences = ({ rawExchange: before }: Config, { rawExchange: after }: Config): string[] =>
  isDeepStrictEqual(before, after) ? [] : ['exchange'];

/** Reads a settings file; every mistake is a ConfigError naming file, line and reason. */
export function readConfig(path: string, connectors: readonly Connector<RuntimeSettings>[], secrets: Secrets): Config {
  if (!existsSync(path)) throw new ConfigError(`${path}: no such file; HUB_CONFIG names the settings file`);
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(path, 'utf8'), { lineCounter: lines });
  const fault = document.errors[0];
  if (fault) throw new ConfigError(`${path}:${lines.linePos(fault.pos[0]).line}: ${fault.message.split('\n')[0]}`);
  const folder = dirname(resolve(path));
  return new Config(path, document, lines, connectors, { ...secrets, folder });
}
