import { join } from 'node:path';
import { DivisionIndex } from '../model/area.js';
import { applyMigrations } from '../prisma/apply-migrations.js';
import type { Database } from '../prisma/database.js';
import { seedDivisions } from '../prisma/seed/seed.js';
import { type DivisionRegistry, loadDivisions } from '../prisma/store/read-divisions.js';
import { packageRoot } from './root.js';

/** The divisions twice: by code for queries, by place for feeds. */
export interface Divisions {
  readonly registry: DivisionRegistry;
  readonly index: DivisionIndex;
}

/** Brings a database, empty or of an earlier version, to this version, seeds the divisions, and reads them. */
export async function prepareDatabase(db: Database): Promise<Divisions> {
  await applyMigrations(db.url, join(packageRoot(), 'prisma', 'migrations'));
  await db.transaction((client) => seedDivisions(client, join(packageRoot(), 'prisma', 'seed')));
  const registry = await loadDivisions(db);
  return { registry, index: new DivisionIndex(registry.boundaries()) };
}
