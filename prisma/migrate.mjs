// The author's tool, over Prisma's schema engine as WebAssembly (the native one would have to be downloaded):
//   node prisma/migrate.mjs create <name>   writes a migration from what schema.prisma says and the migrations do not
//   node prisma/migrate.mjs drift           prints that difference; exit code 1 where there is one
//   node prisma/migrate.mjs status          lists which migrations the database of DATABASE_URL has
// create and drift work on a scratch database: on DATABASE_URL's server, else on an embedded one made for the purpose.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { tsImport } from 'tsx/esm/api';

const folder = dirname(fileURLToPath(import.meta.url));
const migrations = join(folder, 'migrations');
const { applyMigrations, migrationStates } = await tsImport('./apply-migrations.ts', import.meta.url);

async function difference() {
  const { schemaDifference } = await tsImport('./schema-engine.ts', import.meta.url);
  return onServer((serverUrl) =>
    onScratchDatabase(serverUrl, async (url) => {
      await applyMigrations(url, migrations);
      return schemaDifference(url, join(folder, 'schema.prisma'));
    }),
  );
}

async function onServer(work) {
  if (process.env.DATABASE_URL) return work(process.env.DATABASE_URL);
  const place = mkdtempSync(join(tmpdir(), 'fenghuo-scratch-'));
  chmodSync(place, 0o755);
  // A process of its own: this folder may not import the server's supervisor.
  const script = [
    '--import',
    'tsx',
    'tests/support/embedded-hub.ts',
    JSON.stringify({ folder: place, throwaway: true }),
  ];
  const server = spawn(process.execPath, script, { cwd: dirname(folder), stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  try {
    const [line] = await Promise.race([
      once(createInterface({ input: server.stdout }), 'line'),
      ended.then(() => ['{}']),
    ]);
    const { url, error } = JSON.parse(line);
    if (!url) throw new Error(error ?? 'the scratch server did not start');
    return await work(url);
  } finally {
    server.kill('SIGTERM');
    await ended;
    rmSync(place, { recursive: true, force: true });
  }
}

async function onScratchDatabase(serverUrl, work) {
  const name = `fenghuo_scratch_${process.pid}`;
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    const url = new URL(serverUrl);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  }
}

const commands = {
  async create(name) {
    if (!/^[a-z][a-z0-9_]*$/.test(name ?? ''))
      throw new Error('give the migration a name of lower-case letters, digits and _');
    const sql = await difference();
    if (sql === undefined) return console.log('nothing to do: the migrations make what schema.prisma says');
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const target = join(migrations, `${stamp}_${name}`);
    mkdirSync(target);
    writeFileSync(join(target, 'migration.sql'), sql);
    console.log(`wrote ${join(target, 'migration.sql')}: read it before it is committed`);
  },
  async drift() {
    const sql = await difference();
    console.log(sql ?? 'no drift: the migrations make what schema.prisma says');
    if (sql !== undefined) process.exitCode = 1;
  },
  async status() {
    if (!process.env.DATABASE_URL) throw new Error('set DATABASE_URL to the database whose migrations you want to see');
    for (const { name, state } of await migrationStates(process.env.DATABASE_URL, migrations))
      console.log(`${state}  ${name}`);
  },
};

const [command, ...rest] = process.argv.slice(2);
try {
  if (!Object.hasOwn(commands, command ?? ''))
    throw new Error(`usage: node prisma/migrate.mjs ${Object.keys(commands).join(' | ')}`);
  await commands[command](...rest);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
