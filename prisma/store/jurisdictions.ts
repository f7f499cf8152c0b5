import { randomUUID } from 'node:crypto';
import type { MultiPolygon, Polygon } from 'geojson';
import { type JurisdictionAreaRow, type JurisdictionRow, Jurisdictions } from '../../model/jurisdiction.js';
import type { Database } from '../database.js';

/** All jurisdictions and their areas, past ones too, in two statements. */
export async function loadJurisdictions(db: Database): Promise<Jurisdictions> {
  const [rows, areas] = await Promise.all([
    db.prisma.jurisdiction.findMany({ orderBy: { id: 'asc' } }),
    db.prisma.jurisdictionArea.findMany({ orderBy: { id: 'asc' } }),
  ]);
  return new Jurisdictions(
    rows,
    areas.map((area) => ({ ...area, area: area.area as unknown as JurisdictionAreaRow['area'] })),
  );
}

export const saveJurisdiction = (db: Database, row: JurisdictionRow): Promise<JurisdictionRow> =>
  db.transaction(async (client) => {
    const { id, kind, nameZh, nameEn, parentId, validFrom, validTo } = row;
    await client.query(
      `INSERT INTO jurisdiction (id, kind, name_zh, name_en, parent_id, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (id) DO UPDATE SET kind = $2, name_zh = $3, name_en = $4, parent_id = $5, valid_from = $6, valid_to = $7`,
      [id, kind, nameZh, nameEn, parentId, dateOf(validFrom), validTo && dateOf(validTo)],
    );
    return row;
  });

/** The day of a date column; a Date as it is would be read in the zone of this process. */
const dateOf = (midnight: Date): string => midnight.toISOString().slice(0, 10);

export interface Assignment {
  readonly jurisdictionId: string;
  readonly divisionCode: string | null;
  readonly area: Polygon | MultiPolygon | null;
  readonly from: Date;
  readonly source: string;
}

export type Assigned = { readonly id: string } | { readonly refused: 'unknown' | 'later' };

/**
 * From a day on, a jurisdiction answers for a division or a polygon. The assignment of the same division that held until then ends
 * on that day, in the same transaction, and is still told for the time before; one that began on that very day is replaced.
 * Refused where there is no such jurisdiction, or where the division is assigned from a later day already.
 */
export async function assignArea(db: Database, assignment: Assignment): Promise<Assigned> {
  const { jurisdictionId, divisionCode, area, from, source } = assignment;
  return db.transaction(async (client) => {
    const { rowCount } = await client.query('SELECT FROM jurisdiction WHERE id = $1 FOR SHARE', [jurisdictionId]);
    if (rowCount === 0) return { refused: 'unknown' };
    // One at a time a division: two assignments of one day cannot both end the same predecessor.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('jurisdiction_area ' || coalesce($1, ''), 0))`, [
      divisionCode,
    ]);
    if (divisionCode !== null) {
      const later = await client.query('SELECT FROM jurisdiction_area WHERE division_code = $1 AND valid_from > $2', [
        divisionCode,
        from,
      ]);
      if (later.rowCount !== 0) return { refused: 'later' };
      await client.query('DELETE FROM jurisdiction_area WHERE division_code = $1 AND valid_from = $2', [
        divisionCode,
        from,
      ]);
      await client.query(
        'UPDATE jurisdiction_area SET valid_to = $2 WHERE division_code = $1 AND (valid_to IS NULL OR valid_to > $2)',
        [divisionCode, from],
      );
    }
    const id = randomUUID();
    await client.query(
      `INSERT INTO jurisdiction_area (id, jurisdiction_id, division_code, area, valid_from, source) VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, jurisdictionId, divisionCode, area && JSON.stringify(area), from, source],
    );
    return { id };
  });
}

/** Ends one assignment on a day; false where none with this id is open on it. */
export async function endArea(db: Database, id: string, to: Date): Promise<boolean> {
  return db.transaction(async (client) => {
    const { rowCount } = await client.query(
      'UPDATE jurisdiction_area SET valid_to = $2 WHERE id = $1 AND valid_from < $2 AND (valid_to IS NULL OR valid_to > $2)',
      [id, to],
    );
    return rowCount === 1;
  });
}
