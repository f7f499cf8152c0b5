import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sm2 } from 'sm-crypto-v2';
import { publicPartOf, readOwnKey, signingKeyAt } from '../exchange/keys.js';
import { messageOf } from '../model/errors.js';
import { keptKey } from './access/kept-key.js';
import { ConfigError, readConfig } from './config.js';
import { connectors } from './connectors.js';
import { onKeptDatabase } from './database/kept-database.js';
import { UNREACHABLE } from './demo.js';
import { type Environment, readEnvironment } from './environment.js';
import { type ExportOptions, exportExchange, keysOf, type NamedKey } from './exchange/export.js';
import { rejoinCommand } from './exchange/rejoin-command.js';
import type { ExchangeSettings, PeerSection } from './exchange/settings.js';
import { packageRoot } from './root.js';
import { here, inPassingFolder, runVerifier, showProgress, writeLines } from './tool-files.js';

const USAGE = `npm run exchange -- new-key <name> [--algorithm Ed25519|ES256|SM2]   makes a key pair in HUB_DATA_DIR/keys, and shows the public one
npm run exchange -- keys                          shows the public keys of both sides, as --keys takes them
npm run exchange -- export <file> [--peer <name>] writes all bundles and receipts, or those with one peer, to a file, its end signed as of now
npm run exchange -- verify [file] [--keys <file>] verifies a file, or the database itself, with tools/verify-exchange.mjs
npm run exchange -- rejoin <peer> --from <file> [--keys <file>]
                                                  after this side was restored from a backup: takes the exchange with a peer up again, from the
                                                  file that the peer exported of it (export --peer); docs/exchange-restore.md
  Reads the settings of HUB_CONFIG for the keys, and the database of DATABASE_URL, else the embedded one of HUB_DATA_DIR, whether or not its hub
  runs. --keys adds public keys that the settings no longer hold. verify ends with 0 where all is as it was written, with 1 where it is not.
  生成密钥、显示公钥、导出或核验交换包与回执；核验完好退出码为 0，否则为 1。rejoin：本方从备份恢复后，凭对端导出的文件重新接续。
`;

const ALGORITHMS = ['Ed25519', 'ES256', 'SM2'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** The command line of docs/exchange-verify.md. Paths are those of the folder that npm was called in. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ keys: { type: 'string' }, peer: { type: 'string' }, from: { type: 'string' } },
      algorithm: { type: 'string', default: 'Ed25519' },
    },
  });
  const [command, name, ...rest] = positionals;
  const algorithm = ALGORITHMS.find((each) => each.toLowerCase() === values.algorithm.toLowerCase());
  if (rest.length > 0 || algorithm === undefined || !isKnown(command, name)) throw new ConfigError(USAGE);
  const env = readEnvironment(process.env);
  if (command === 'new-key' && name !== undefined) return newKey(env, name, algorithm);
  const keys = values.keys === undefined ? undefined : here(values.keys);
  if (command === 'verify' && name !== undefined && keys !== undefined)
    return runVerifier('verify-exchange.mjs', [here(name), '--keys', keys]);
  const { settings, ...options } = optionsOf(
    env,
    keys === undefined ? [] : (JSON.parse(readFileSync(keys, 'utf8')) as NamedKey[]),
  );
  if (command === 'keys') {
    process.stdout.write(`${JSON.stringify(options.keys, null, 2)}\n`);
    return 0;
  }
  if (command === 'export' && name !== undefined) {
    if (values.peer !== undefined) sectionOf(settings, values.peer);
    await exportTo(here(name), env, { ...options, peer: values.peer });
    process.stdout.write(`${here(name)}: to be verified with tools/verify-exchange.mjs and the public keys\n`);
    return 0;
  }
  if (command === 'rejoin' && name !== undefined) {
    if (values.from === undefined) throw new ConfigError(USAGE);
    const file = here(values.from);
    return rejoinCommand({
      ...{ env, settings, own: options.own, keys: options.keys, peer: name, section: sectionOf(settings, name), file },
      verify: async () => (await verify(file, options.keys)) === 0,
      say: (line) => process.stdout.write(`${line}\n`),
    });
  }
  if (name !== undefined) return verify(here(name), options.keys);
  return inPassingFolder(async (folder) => {
    const file = join(folder, 'exchange.ndjson');
    await exportTo(file, env, options);
    return verify(file, options.keys);
  });
}

/** new-key, export and rejoin need a name, keys takes none, verify may have one. */
const isKnown = (command: string | undefined, name: string | undefined): boolean =>
  command === 'verify' ||
  (command === 'keys'
    ? name === undefined
    : ['new-key', 'export', 'rejoin'].includes(command ?? '') && name !== undefined);

const exportTo = (file: string, env: Environment, options: ExportOptions): Promise<void> =>
  onKeptDatabase(env, async (client) => {
    const { rows } = await client.query<{ made: boolean }>(`SELECT to_regclass('exchange_peer') IS NOT NULL AS made`);
    if (!rows[0]?.made)
      throw new ConfigError('no hub has used this database yet, so nothing was exchanged 该数据库从未被平台使用');
    await writeLines(file, exportExchange(client, options));
  });

const verify = (file: string, keys: readonly NamedKey[]): Promise<number> =>
  inPassingFolder(async (folder) => {
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(keys));
    return runVerifier('verify-exchange.mjs', [file, '--keys', join(folder, 'keys.json')]);
  });

function sectionOf({ peers }: ExchangeSettings, name: string): PeerSection {
  const section = peers[name];
  if (!section) throw new ConfigError(`no peer ${name} in the settings: ${Object.keys(peers).join(', ')}`);
  return section;
}

function optionsOf(
  env: Environment,
  more: readonly NamedKey[],
): ExportOptions & { readonly settings: ExchangeSettings } {
  const path = resolve(env.HUB_CONFIG ?? join(packageRoot(), 'config', 'demo.yaml'));
  const config = readConfig(path, connectors, {
    env: (name) => process.env[name],
    generated: (name) => keptKey(join(resolve(env.HUB_DATA_DIR), 'keys'), name).key,
  });
  const settings = config.exchange(config.hub.demo.enabled ? UNREACHABLE : {});
  if (!settings)
    throw new ConfigError(
      `${path} has no exchange: name the hub's settings file in HUB_CONFIG 请用 HUB_CONFIG 指明设置文件`,
    );
  const now = new Date();
  const key = signingKeyAt(settings.keys, now);
  if (!key) throw new ConfigError(`${path}: no key of exchange.keys is valid now, and the export has to be signed`);
  const division = config.hub.area;
  return {
    settings,
    ...{ own: { orgCode: settings.orgCode, division }, keys: [...keysOf(settings, division), ...more], key, now },
    onRecords: showProgress,
  };
}

/** Never writes over a key that is there. */
function newKey(env: Environment, name: string, algorithm: Algorithm): number {
  if (!/^[\w-]{1,50}$/.test(name)) throw new ConfigError('a name of letters, digits, - and _, at most 50');
  const text = secretOf(algorithm);
  const folder = join(resolve(env.HUB_DATA_DIR), 'keys');
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `exchange-${name}.key`);
  if (existsSync(path))
    throw new ConfigError(`${path} is there, and a key is never written over: take another name 密钥已存在，请另取名`);
  writeFileSync(path, `${text.trim()}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  const open = publicPartOf(readOwnKey(name, text, { from: null, until: null })).trim();
  const openPath = join(folder, `exchange-${name}.pub`);
  writeFileSync(openPath, `${open}\n`);
  process.stdout.write(
    `exchange.keys: { kid: ${name}, secretKey: { file: ${path} } }\nfor the peers: ${openPath}\n\n${open}\n`,
  );
  return 0;
}

function secretOf(algorithm: Algorithm): string {
  if (algorithm === 'SM2') return sm2.generateKeyPairHex().privateKey;
  const { privateKey } =
    algorithm === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
