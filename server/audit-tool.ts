import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../model/errors.js';
import { exportAudit } from './audit/export.js';
import { type AuditKey, keptAuditKey } from './audit/key.js';
import { readWitness } from './audit/witness.js';
import { ConfigError } from './config.js';
import { onKeptDatabase } from './database/kept-database.js';
import { type Environment, readEnvironment } from './environment.js';
import { here, inPassingFolder, runVerifier, showProgress, writeLines } from './tool-files.js';

const USAGE = `npm run audit -- export <file>                          writes the whole audit to a file, its end signed as of now
npm run audit -- verify [file] [--key <public key>]…   verifies a file, or the database itself, with tools/verify-audit.mjs
  Reads the database of DATABASE_URL, else the embedded one of HUB_DATA_DIR, whether or not its hub runs; signs and verifies with the key in
  HUB_DATA_DIR. verify ends with 0 where all is as it was written, with 1 where it is not.
  导出或核验审计记录；核验完好退出码为 0，否则为 1。
`;

/** The command line of docs/audit.md. Paths are those of the folder that npm was called in. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string', multiple: true } },
  });
  const [command, file, ...rest] = positionals;
  if (rest.length > 0) throw new ConfigError(USAGE);
  const env = readEnvironment(process.env);
  const keys = join(resolve(env.HUB_DATA_DIR), 'keys');
  const trusted = values.key?.map(here) ?? [join(keys, 'audit.pub')];
  if (command === 'export' && file !== undefined) {
    await exportTo(here(file), env, keptAuditKey(keys));
    return 0;
  }
  if (command !== 'verify') throw new ConfigError(USAGE);
  if (file !== undefined) return verify(here(file), trusted);
  // Read before the database is: what it says must be there.
  const witness = await readWitness(join(keys, 'audit.end'));
  return inPassingFolder(async (folder) => {
    await exportTo(join(folder, 'audit.ndjson'), env, keptAuditKey(keys));
    return verify(join(folder, 'audit.ndjson'), trusted, witness && `${witness.position}:${witness.hash}`);
  });
}

const verify = (file: string, keys: readonly string[], holds?: string): Promise<number> =>
  runVerifier('verify-audit.mjs', [
    file,
    ...keys.flatMap((key) => ['--key', key]),
    ...(holds ? ['--holds', holds] : []),
  ]);

const exportTo = (file: string, env: Environment, key: AuditKey): Promise<void> =>
  onKeptDatabase(env, (client) => writeLines(file, exportAudit(client, key, new Date(), showProgress)));

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
