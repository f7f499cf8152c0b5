import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import type pg from 'pg';

/** PostgreSQL's one-byte catalog type "char", and text. */
const CHAR = 18;
const TEXT = 25;

/** Tables that hand-written migrations keep and no model maps. One that is missing here shows as drift: DROP TABLE. */
const HAND_WRITTEN = [
  'observation',
  'observation_latest',
  'rejection',
  'log_head',
  'log_entry',
  'audit_head',
  'audit_entry',
  'audit_day',
  'audit_key',
  'audit_floor',
  'log_floor',
  'rejected_input',
  'feed_day',
  'feed_day_rejection',
  'feed_gap',
  'warning_channel',
  'warning_dispatch',
  'warning_delivery',
  'warning_acknowledgement',
  'channel_rejection',
  'exchange_peer',
  'exchange_outbox',
  'exchange_bundle',
  'exchange_item',
  'exchange_receipt',
  'exchange_refusal',
  'exchange_last_told',
  'exchange_holding',
  'instruction',
  'exchange_act',
  'exchange_fork',
];

/** SQL that turns the database behind `url` into what the schema says; undefined where they agree. Changes nothing. */
export async function schemaDifference(url: string, schemaPath: string): Promise<string | undefined> {
  const files = [{ path: 'schema.prisma', content: readFileSync(schemaPath, 'utf8') }];
  const engine = await openEngine(url, files);
  try {
    const { exitCode, stdout } = await engine.value.diff({
      from: { tag: 'schemaDatasource', files, configDir: dirname(schemaPath) },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: HAND_WRITTEN.map((table) => `public.${table}`), externalEnums: [] },
    });
    return exitCode === 0 ? undefined : (stdout ?? 'the schema differs');
  } catch (error) {
    throw engine.explain(error);
  } finally {
    engine.value.free();
  }
}

type Files = { path: string; content: string }[];

/** Prisma's schema engine, compiled to WebAssembly, on one database. */
async function openEngine(
  url: string,
  files: Files,
): Promise<{ value: glue.SchemaEngine; explain: (error: unknown) => Error }> {
  const connect = async (): Promise<SqlDriverAdapter> =>
    withCharColumns(await new PrismaPg({ connectionString: url }).connect());
  const factory = bindMigrationAwareSqlAdapterFactory({
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect,
    connectToShadowDb: () =>
      Promise.reject(new Error('no shadow database: migrations are applied to a scratch database instead')),
  });
  const datamodels = files.map(({ path, content }) => [path, content] as [string, string]);
  const value = await glue.SchemaEngine.new({ datamodels }, () => {}, factory);
  // The engine knows an adapter's failures by number only.
  const explain = (error: unknown): Error =>
    new Error(
      `the schema engine failed: ${String(error)} ${JSON.stringify(factory.errorRegistry.consumeError(0) ?? '')}`,
    );
  return { value, explain };
}

// Once per process: the glue keeps views of the memory it saw first.
await loadWasm();

async function loadWasm(): Promise<void> {
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
  const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'));
  // Where the engine leaves its last words.
  const registry = { set_message: (text: string) => process.stderr.write(`the schema engine gave up: ${text}\n`) };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': glue as unknown as WebAssembly.ModuleImports,
  });
  const internals = glue as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void };
  internals.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
}

/** adapter-pg refuses the catalog type "char", which the engine reads: it is shown as text, and called a character afterwards. */
function withCharColumns(adapter: Awaited<ReturnType<PrismaPg['connect']>>): SqlDriverAdapter {
  const pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool) as (...parts: unknown[]) => Promise<pg.QueryArrayResult>;
  const charColumns = new WeakMap<object, number[]>();
  pool.query = (async (...parts: unknown[]) => {
    const result = await query(...parts);
    const found = (result.fields ?? []).flatMap(({ dataTypeID }, i) => (dataTypeID === CHAR ? [i] : []));
    for (const i of found) Object.assign(result.fields[i] ?? {}, { dataTypeID: TEXT });
    if (result.rows) charColumns.set(result.rows, found);
    return result;
  }) as typeof pool.query;
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (wanted: SqlQuery): Promise<SqlResultSet> => {
    const result = await queryRaw(wanted);
    for (const i of charColumns.get(result.rows) ?? []) result.columnTypes[i] = ColumnTypeEnum.Character;
    return result;
  };
  return adapter;
}
