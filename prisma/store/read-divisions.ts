import type { MultiPolygon, Polygon } from 'geojson';
import { type DivisionBoundary, DivisionIndex } from '../../model/area.js';
import { canonicalDivision, divisionPrefix } from '../../model/division.js';
import type { DivisionRow } from '../../model/rows.js';
import type { Database } from '../database.js';
import { DivisionNames } from './division-names.js';

/** All divisions in memory: there are some hundred, and every answer names some. */
export class DivisionRegistry {
  readonly #byCode: ReadonlyMap<string, DivisionRow>;
  readonly #today = new Map<string, string>();
  readonly #children = new Map<string, DivisionRow[]>();
  #names: DivisionNames | undefined;
  #index: DivisionIndex | undefined;

  constructor(rows: readonly DivisionRow[]) {
    this.#byCode = new Map(rows.map((row) => [row.code, row]));
    for (const row of rows) {
      for (const alias of row.aliases) this.#today.set(alias, row.code);
      if (row.parentCode && row.validTo === null)
        this.#children.set(row.parentCode, [...(this.#children.get(row.parentCode) ?? []), row]);
    }
  }

  /** The division of a 6-, 9- or 12-digit code, old or of today. */
  get(code: string): DivisionRow | undefined {
    const today = this.today(code);
    return today === undefined ? undefined : this.#byCode.get(today);
  }

  /** The division that bore a code at a moment; undefined where none did. */
  asOf(code: string, moment: Date): DivisionRow | undefined {
    const short = canonicalDivision(code);
    const holds = (row: DivisionRow | undefined): boolean =>
      row !== undefined && row.validFrom <= moment && (row.validTo === null || moment < row.validTo);
    return [short === undefined ? undefined : this.#byCode.get(short), this.get(code)].find(holds);
  }

  /** The code of today in its shortest form; undefined where it is no code. A code beneath an old one moves along. */
  today(code: string): string | undefined {
    const short = canonicalDivision(code);
    if (short === undefined) return undefined;
    const county = this.#today.get(short.slice(0, 6));
    return this.#today.get(short) ?? (county === undefined ? short : county + short.slice(6));
  }

  children(code: string): readonly DivisionRow[] {
    return this.#children.get(code) ?? [];
  }

  /** Prefixes that codes of a division, or beneath it, may begin with: today's and those of its old codes. */
  prefixes(code: string): string[] {
    const today = this.today(code);
    if (today === undefined) return [];
    const old = [...this.#today].flatMap(([alias, now]) =>
      divisionPrefix(today).startsWith(now) ? [alias + divisionPrefix(today).slice(now.length)] : [],
    );
    return [divisionPrefix(today), ...old];
  }

  /** The smallest division known to hold a point. */
  at(lon: number, lat: number): string | undefined {
    this.#index ??= new DivisionIndex(this.boundaries());
    return this.#index.at(lon, lat);
  }

  /** Codes of today's divisions that bear a name, alone, shortened, or after names above it; more where the name repeats. */
  named(name: string): readonly string[] {
    this.#names ??= new DivisionNames(this.#byCode);
    return this.#names.find(name);
  }

  boundaries(): DivisionBoundary[] {
    return [...this.#byCode.values()].flatMap(({ code, boundary }) => (boundary ? [{ code, boundary }] : []));
  }

  /** The outline of a division, or of the nearest one above it that has one. */
  outline(code: string): Polygon | MultiPolygon | undefined {
    for (let row = this.get(code); row; row = row.parentCode ? this.get(row.parentCode) : undefined)
      if (row.boundary) return row.boundary;
    return undefined;
  }
}

/** Reads all divisions with their aliases. */
export async function loadDivisions(db: Database): Promise<DivisionRegistry> {
  const rows = await db.prisma.division.findMany({ include: { aliases: true }, orderBy: { code: 'asc' } });
  return new DivisionRegistry(
    rows.map((row) => ({
      ...row,
      boundary: row.boundary as unknown as DivisionRow['boundary'],
      aliases: row.aliases.map(({ alias }) => alias),
    })),
  );
}
