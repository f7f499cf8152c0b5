import { join } from 'node:path';
import { DivisionIndex } from '../model/area.js';
import { applyMigrations } from '../prisma/apply-migrations.js';
import type { Database } from '../prisma/database.js';
import { seedJurisdictions } from '../prisma/seed/jurisdictions.js';
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
  const seeds = join(packageRoot(), 'prisma', 'seed');
  await db.transaction((client) => seedDivisions(client, seeds));
  await db.transaction((client) => seedJurisdictions(client, seeds));
  const registry = await loadDivisions(db);
  return { registry, index: new DivisionIndex(registry.boundaries()) };
}
