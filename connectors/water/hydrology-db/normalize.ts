import { z } from 'zod';
import type { FeedRecord, Outcome, Reject } from '../../../model/record.js';
import type { Sl323Row } from '../../shared/codecs/sl323.js';
import type { Settings } from './config.js';
import { observationsOf } from './observations.js';
import { stationRecords, thresholdsOf } from './registry.js';
import { type Sink, sinkOf } from './sink.js';
import { isTableName, TABLE_NAMES, type TableName, type TableRows } from './tables.js';

const input = z.record(z.string(), z.array(z.record(z.string(), z.string().nullable())));

/** Turns {table: rows} as JSON, all values text or null, into records; stations first, then thresholds, then readings. */
export function normalize(bytes: Uint8Array, settings: Settings, _now: Date, _fileName: string): Outcome {
  let parsed: z.infer<typeof input>;
  try {
    parsed = input.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return {
      records: [],
      rejects: [{ raw: bytes, reason: 'malformed', detail: 'is not a JSON object of tables with rows' }],
    };
  }
  const unknown = Object.keys(parsed).filter((name) => !isTableName(name));
  const { records, rejects } = normalizeRows(parsed, settings);
  return {
    records,
    rejects: [
      ...rejects,
      ...unknown.map((name): Reject => ({ raw: name, reason: 'unsupported', detail: `table ${name} is not read` })),
    ],
  };
}

/** Records of rows of any of the tables. A fault costs its column, or its row where the key is at fault; nothing else. */
export function normalizeRows(tables: TableRows, settings: Settings): { records: FeedRecord[]; rejects: Reject[] } {
  const records: FeedRecord[] = [];
  const rejects: Reject[] = [];
  for (const table of TABLE_NAMES)
    for (const row of tables[table] ?? []) oneRow(table, row, settings, sinkOf(table, row, records, rejects));
  return { records, rejects };
}

function oneRow(table: TableName, row: Sl323Row, settings: Settings, sink: Sink): void {
  if (table === 'ST_STBPRP_B') stationRecords(row, settings, sink);
  else if (table === 'ST_PPTN_R' || table === 'ST_RIVER_R' || table === 'ST_RSVR_R')
    observationsOf(table, row, settings, sink);
  else thresholdsOf(table, row, sink);
}
