import type { MultiPolygon, Polygon } from 'geojson';
import { boundsOf, contains } from './area.js';
import { divisionPrefix } from './division.js';

/** The city's government, the 兵团 (Xinjiang Production and Construction Corps), the army, anyone else. */
export const JURISDICTION_KINDS = ['CITY', 'XPCC', 'ARMY', 'OTHER'] as const;
export type JurisdictionKind = (typeof JURISDICTION_KINDS)[number];

export interface JurisdictionRow {
  readonly id: string;
  readonly kind: string;
  readonly nameZh: string;
  readonly nameEn: string | null;
  readonly parentId: string | null;
  readonly validFrom: Date;
  /** The first day on which it is no more. */
  readonly validTo: Date | null;
}

/** Exactly one of divisionCode and area is set. */
export interface JurisdictionAreaRow {
  readonly id: string;
  readonly jurisdictionId: string;
  readonly divisionCode: string | null;
  readonly area: Polygon | MultiPolygon | null;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly source: string;
}

export interface Spot {
  readonly lon?: number | null;
  readonly lat?: number | null;
  readonly divisionCode?: string | null;
}

const validAt = ({ validFrom, validTo }: { validFrom: Date; validTo: Date | null }, at: Date): boolean =>
  validFrom <= at && (validTo === null || at < validTo);

/** Who answered for what at any time. Built from all rows; there are some dozens. */
export class Jurisdictions {
  readonly #byId: ReadonlyMap<string, JurisdictionRow>;

  constructor(
    rows: readonly JurisdictionRow[],
    private readonly areas: readonly JurisdictionAreaRow[],
  ) {
    this.#byId = new Map(rows.map((row) => [row.id, row]));
  }

  get(id: string): JurisdictionRow | undefined {
    return this.#byId.get(id);
  }

  /** Those that exist at a moment, by id. */
  at(moment: Date): JurisdictionRow[] {
    return [...this.#byId.values()].filter((row) => validAt(row, moment)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  areasOf(id: string, moment: Date): JurisdictionAreaRow[] {
    return this.areas.filter((area) => area.jurisdictionId === id && validAt(area, moment));
  }

  /**
   * Who answers for a spot at a moment: a polygon that holds the point before a division, the smaller polygon before the larger,
   * the division with the longer code before the wider one, the newer assignment before the older.
   */
  answerable(spot: Spot, moment: Date): JurisdictionRow | undefined {
    const fitting = this.areas.filter(
      (area) => validAt(area, moment) && holds(area, spot) && validAt(this.get(area.jurisdictionId) ?? area, moment),
    );
    const [first] = fitting.sort(
      (a, b) => rank(a) - rank(b) || b.validFrom.getTime() - a.validFrom.getTime() || (a.id < b.id ? -1 : 1),
    );
    return first && this.get(first.jurisdictionId);
  }
}

function holds({ area, divisionCode }: JurisdictionAreaRow, { lon, lat, divisionCode: place }: Spot): boolean {
  if (area) return lon != null && lat != null && contains(area, lon, lat);
  return place != null && divisionCode != null && divisionPrefix(place).startsWith(divisionPrefix(divisionCode));
}

/** Polygons by the size of their bounds, below zero; divisions by the shortness of their code, above. */
function rank({ area, divisionCode }: JurisdictionAreaRow): number {
  if (!area) return 20 - divisionPrefix(divisionCode ?? '').length;
  const [west, south, east, north] = boundsOf(area);
  return -1 / ((east - west) * (north - south) + 1e-9);
}
