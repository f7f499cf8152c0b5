import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { messageOf } from '../model/errors.js';
import { openDatabase } from '../prisma/database.js';
import { exportAudit } from './audit/export.js';
import { type AuditKey, keptAuditKey } from './audit/key.js';
import { readWitness } from './audit/witness.js';
import { ConfigError } from './config.js';
import { EmbeddedDatabase } from './database/embedded-database.js';
import { runningDatabase } from './database/running-database.js';
import { type Environment, readEnvironment } from './environment.js';
import { packageRoot } from './root.js';

const USAGE = `npm run audit -- export <file>                          writes the whole audit to a file, its end signed as of now
npm run audit -- verify [file] [--key <public key>]…   verifies a file, or the database itself, with tools/verify-audit.mjs
  Reads the database of DATABASE_URL, else the embedded one of HUB_DATA_DIR, whether or not its hub runs; signs and verifies with the key in
  HUB_DATA_DIR. verify ends with 0 where all is as it was written, with 1 where it is not.
  导出或核验审计记录；核验完好退出码为 0，否则为 1。
`;

/** A large audit is read in pages; one of them is never this slow. */
const PAGE_MS = 120_000;

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
  const folder = await mkdtemp(join(tmpdir(), 'fenghuo-audit-'));
  try {
    await exportTo(join(folder, 'audit.ndjson'), env, keptAuditKey(keys));
    return await verify(join(folder, 'audit.ndjson'), trusted, witness && `${witness.position}:${witness.hash}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const here = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);

/** Runs the verifier as whoever doubts the hub would: a program of its own. */
async function verify(file: string, keys: readonly string[], holds?: string): Promise<number> {
  const program = join(packageRoot(), 'tools', 'verify-audit.mjs');
  const named = [...keys.flatMap((key) => ['--key', key]), ...(holds ? ['--holds', holds] : [])];
  const child = spawn(process.execPath, [program, file, ...named], { stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 2;
}

async function exportTo(file: string, env: Environment, key: AuditKey): Promise<void> {
  const running = env.DATABASE_URL ?? (await runningDatabase(resolve(env.HUB_DATA_DIR)));
  if (running !== undefined) return write(running, file, key);
  const database = new EmbeddedDatabase({ folder: resolve(env.HUB_DATA_DIR) });
  try {
    await write((await database.start()).url, file, key);
  } finally {
    await database.stop();
  }
}

async function write(url: string, file: string, key: AuditKey): Promise<void> {
  const db = openDatabase({ url, statementTimeoutMs: PAGE_MS });
  try {
    const client = await db.read.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await pipeline(
        Readable.from(exportAudit(client, key, new Date(), progress)),
        createWriteStream(file, { mode: 0o600 }),
      );
      await client.query('COMMIT');
    } finally {
      client.release(true);
    }
  } finally {
    await db.close();
  }
}

function progress(rows: number): void {
  const { stderr } = process;
  if (stderr.isTTY) stderr.write(`\r${rows} rows`);
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
