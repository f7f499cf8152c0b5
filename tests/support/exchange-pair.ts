import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnKey, publicPartOf, readOwnKey } from '../../exchange/keys.js';
import type { Party } from '../../model/exchange.js';
import { readConfig } from '../../server/config.js';
import { connectors } from '../../server/connectors.js';
import { Hub, type HubOptions } from '../../server/hub.js';
import { migratedDatabase, type TestDatabase } from './database.js';
import { oneSchema } from './one-schema.js';
import { ADMIN_KEY, FEED_KEY } from './running-hub.js';

export const CITY: Party = { orgCode: '65420200000000', division: '654202' };
export const PREFECTURE: Party = { orgCode: '65420000000000', division: '654200' };

/** An Ed25519 key of a side. */
export function makeKey(
  kid: string,
  span: Partial<Pick<OwnKey, 'from' | 'until'>> = {},
): OwnKey & { readonly pem: string } {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { ...readOwnKey(kid, pem, { from: null, until: null, ...span }), pem };
}

/** A line to a hub whose address is known only later: `down` refuses, `half` passes requests on and loses the answers. */
export class Line {
  mode: 'up' | 'down' | 'half' = 'up';
  #target: URL | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => this.#accept(near));
  url = '';

  static async open(): Promise<Line> {
    const line = new Line();
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    line.url = `http://127.0.0.1:${(line.#server.address() as AddressInfo).port}`;
    return line;
  }

  leadTo(url: string): void {
    this.#target = new URL(url);
  }

  /** Ends what is under way, as a cable that is pulled does. */
  cut(): void {
    this.mode = 'down';
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(near: Socket): void {
    this.#keep(near);
    if (this.mode === 'down' || !this.#target) return void near.destroy();
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#keep(far);
    near.pipe(far);
    if (this.mode === 'half') far.once('data', () => near.destroy());
    else far.pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** Settings of one peer, in YAML, as the exchange's settings hold them under its name. */
export const peerYaml = (
  { orgCode, division }: Party,
  tier: string,
  keys: readonly OwnKey[],
  more: Readonly<Record<string, unknown>>,
): string =>
  JSON.stringify({
    orgCode,
    division,
    tier,
    keys: keys.map((key) => ({ kid: key.kid, publicKey: publicPartOf(key), ...spanYaml(key) })),
    ...more,
  });

const spanYaml = ({ from, until }: OwnKey): Record<string, string> => ({
  ...(from ? { from: from.toISOString() } : {}),
  ...(until ? { until: until.toISOString() } : {}),
});

export interface SideOptions {
  readonly party: Party;
  readonly tier: string;
  readonly keys: readonly (OwnKey & { readonly pem: string })[];
  /** Names of the settings' peers, each as `peerYaml` writes it. */
  readonly peers: Readonly<Record<string, string>>;
  readonly feeds?: string;
  /** Further settings of `hub:`, in YAML on one line each. */
  readonly hubLines?: readonly string[];
  readonly hub?: Partial<HubOptions>;
  /** Further secrets that the settings name as `{ env: NAME }`. */
  readonly secrets?: Readonly<Record<string, string>>;
}

/** The text of a settings file for one side, and the secrets that it names by environment variables. */
export function sideSettings({
  feeds = ' {}',
  hubLines = [],
  keys,
  party,
  peers,
  secrets: further = {},
  tier,
}: SideOptions): {
  text: string;
  env: (name: string) => string | undefined;
} {
  const secrets = new Map([
    ...Object.entries(further),
    ...keys.map((key, i) => [`EXCHANGE_KEY_${i}`, key.pem] as const),
  ]);
  const own = keys.map((key, i) => ({ kid: key.kid, secretKey: { env: `EXCHANGE_KEY_${i}` }, ...spanYaml(key) }));
  const lines = Object.entries(peers).map(([name, settings]) => `    ${name}: ${settings}`);
  return {
    text: `hub:\n  area: "${party.division}"\n${hubLines.map((line) => `  ${line}\n`).join('')}exchange:\n  orgCode: "${party.orgCode}"\n  tier: ${tier}\n  keys: ${JSON.stringify(own)}\n  peers:\n${lines.join('\n')}\nfeeds:${feeds}\n`,
    env: (name) => secrets.get(name),
  };
}

/** A hub of one side over a database of its own, in this process. */
export async function startSide(database: TestDatabase, options: SideOptions): Promise<Hub> {
  const folder = mkdtempSync(join(tmpdir(), 'fenghuo-side-'));
  try {
    const path = join(folder, 'hub.yaml');
    const { text, env } = sideSettings(options);
    writeFileSync(path, text);
    const hub = new Hub({
      config: readConfig(path, connectors, { env, generated: () => FEED_KEY }),
      ...{ databaseUrl: database.url, host: '127.0.0.1', port: 0, adminKey: ADMIN_KEY },
      logger: { warn: () => {}, error: () => {} },
      schema: oneSchema(),
      ...options.hub,
    });
    await hub.start();
    return hub;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Pair {
  readonly city: Hub;
  readonly prefecture: Hub;
  readonly databases: { readonly city: TestDatabase; readonly prefecture: TestDatabase };
  /** From the city to the prefecture, and back. */
  readonly up: Line;
  readonly down: Line;
  readonly keys: {
    readonly city: OwnKey & { readonly pem: string };
    readonly prefecture: OwnKey & { readonly pem: string };
  };
  stop(): Promise<void>;
}

/** What a peer's settings hold in these tests unless they say otherwise: everything quick. */
export const QUICK = { retry: { firstMs: 20, longestMs: 200 }, heartbeatSeconds: 3600 };

/** Two hubs that push to one another over lines that a test can break. */
export async function exchangePair(
  more: {
    readonly city?: Readonly<Record<string, unknown>>;
    /** Of the prefecture; `down` is the line to the city. */
    readonly prefecture?: Readonly<Record<string, unknown>> | ((down: string) => Readonly<Record<string, unknown>>);
    readonly secrets?: Readonly<Record<string, string>>;
    readonly feeds?: string;
    readonly hub?: Partial<HubOptions>;
    readonly prefectureHub?: Partial<HubOptions>;
  } = {},
): Promise<Pair> {
  const keys = { city: makeKey('city-1'), prefecture: makeKey('prefecture-1') };
  const [up, down] = [await Line.open(), await Line.open()];
  const databases = { city: await migratedDatabase(), prefecture: await migratedDatabase() };
  const prefecture = await startSide(databases.prefecture, {
    ...{
      party: PREFECTURE,
      tier: 'PREFECTURE',
      keys: [keys.prefecture],
      hub: more.prefectureHub ?? {},
      secrets: more.secrets ?? {},
    },
    peers: {
      wusu: peerYaml(CITY, 'CITY', [keys.city], {
        ...QUICK,
        push: { url: down.url },
        ...(typeof more.prefecture === 'function' ? more.prefecture(down.url) : more.prefecture),
      }),
    },
  });
  const city = await startSide(databases.city, {
    ...{ party: CITY, tier: 'CITY', keys: [keys.city], feeds: more.feeds ?? ' {}', hub: more.hub ?? {} },
    peers: {
      prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [keys.prefecture], {
        ...QUICK,
        push: { url: up.url },
        ...more.city,
      }),
    },
  });
  up.leadTo(prefecture.url);
  down.leadTo(city.url);
  return {
    ...{ city, prefecture, databases, up, down, keys },
    stop: async () => {
      await Promise.all([city.stop(), prefecture.stop()]);
      await Promise.all([up.close(), down.close(), databases.city.drop(), databases.prefecture.drop()]);
    },
  };
}
