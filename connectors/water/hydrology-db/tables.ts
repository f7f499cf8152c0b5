/** What the feed reads of SL 323-2011: without a required column a table cannot be used; an optional one may be absent. */
export interface TableSpec {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Read by time, again and again; the others as a whole, now and then. */
  readonly series: boolean;
}

export const TABLES = {
  ST_STBPRP_B: { required: ['STCD', 'STNM'], optional: ['LGTD', 'LTTD', 'ADDVCD', 'STTP'], series: false },
  ST_RVFCCH_B: { required: ['STCD'], optional: ['WRZ', 'GRZ', 'WRQ', 'GRQ'], series: false },
  ST_RSVRFCCH_B: { required: ['STCD'], optional: ['DSFLZ', 'CKFLZ', 'NORMZ', 'DDZ'], series: false },
  ST_RSVRFSR_B: { required: ['STCD', 'BGMD', 'EDMD', 'FSLTDZ'], optional: [], series: false },
  ST_PPTN_R: { required: ['STCD', 'TM', 'DRP'], optional: ['INTV', 'DYP', 'MPCD'], series: true },
  ST_RIVER_R: { required: ['STCD', 'TM', 'Z'], optional: ['Q', 'MPCD'], series: true },
  ST_RSVR_R: { required: ['STCD', 'TM', 'RZ'], optional: ['INQ', 'OTQ', 'W', 'MPCD'], series: true },
} as const satisfies Record<string, TableSpec>;

export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];
export const isTableName = (name: string): name is TableName => Object.hasOwn(TABLES, name);

/** Table rows as the feed reads them, and as a testcase gives them. */
export type TableRows = Partial<Record<TableName, readonly Readonly<Record<string, string | null>>[]>>;
