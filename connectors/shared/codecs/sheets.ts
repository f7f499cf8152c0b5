/** Of one table, whatever its format. */
export const MAX_ROWS = 50_000;
export const MAX_COLUMNS = 200;
export const MAX_CELLS = 1_000_000;
/** Characters of one cell: what Excel itself allows. */
export const MAX_TEXT = 32_767;

export interface SheetRow {
  /** As Excel numbers it, from 1; of a CSV, the line on which the row ends. */
  readonly number: number;
  /** From column A on; an empty cell is ''. */
  readonly cells: readonly string[];
}

export interface Sheet {
  /** '' for a CSV. */
  readonly name: string;
  /** Rows that hold anything, in order. */
  readonly rows: readonly SheetRow[];
}
