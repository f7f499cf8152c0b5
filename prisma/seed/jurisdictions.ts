import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Queryable } from '../database.js';

interface JurisdictionsFile {
  readonly source: string;
  readonly jurisdictions: readonly {
    readonly id: string;
    readonly kind: string;
    readonly nameZh: string;
    readonly nameEn: string;
    readonly parent?: string;
    readonly validFrom: string;
    readonly divisions: readonly string[];
  }[];
}

/** Writes the jurisdictions that a new hub begins with; what was changed since is left as it is. */
export async function seedJurisdictions(client: Queryable, folder: string): Promise<void> {
  const { source, jurisdictions } = JSON.parse(
    readFileSync(join(folder, 'jurisdictions-654202.json'), 'utf8'),
  ) as JurisdictionsFile;
  await client.query(
    `INSERT INTO jurisdiction (id, kind, name_zh, name_en, parent_id, valid_from)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[]) ON CONFLICT (id) DO NOTHING`,
    [
      jurisdictions.map((j) => j.id),
      jurisdictions.map((j) => j.kind),
      jurisdictions.map((j) => j.nameZh),
      jurisdictions.map((j) => j.nameEn),
      jurisdictions.map((j) => j.parent ?? null),
      jurisdictions.map((j) => j.validFrom),
    ],
  );
  const areas = jurisdictions.flatMap(({ id, divisions, validFrom }) =>
    divisions.map((division) => ({ id: `seed:${id}:${division}`, owner: id, division, validFrom })),
  );
  await client.query(
    `INSERT INTO jurisdiction_area (id, jurisdiction_id, division_code, valid_from, source)
     SELECT id, owner, division, valid_from, $5 FROM unnest($1::text[], $2::text[], $3::text[], $4::date[]) AS a(id, owner, division, valid_from)
     ON CONFLICT (id) DO NOTHING`,
    [
      areas.map((a) => a.id),
      areas.map((a) => a.owner),
      areas.map((a) => a.division),
      areas.map((a) => a.validFrom),
      source,
    ],
  );
}
