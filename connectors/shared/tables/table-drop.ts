import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Crs } from '../../../model/position.js';
import type { Outcome } from '../../../model/record.js';
import type { FeedSource } from '../../connector.js';
import { MAX_TABLE_BYTES } from '../codecs/table.js';
import { listedStations } from '../listed-stations.js';
import type { ListedStation } from '../settings.js';
import { DropFolder, type DropOptions } from '../transports/file-drop.js';
import { answerCsv } from './answer.js';
import type { Columns, TableForm } from './columns.js';
import { type ReadRow, readTable } from './read-table.js';

/** What a feed that reads dropped tables adds to `feedSettings`. Encoding and format (.xlsx, CSV) are told from the file. */
export const dropSettings = {
  /** Where the department puts its tables; `done/` and `failed/` are made in it. */
  folder: z
    .string()
    .refine(isAbsolute, { error: 'not a whole path: write it from the root, like /srv/drop/water/reservoirs' }),
  pollSeconds: z.number().min(0.1).max(3600).default(5),
  /** A file is taken once it has not changed for so long. */
  stableMs: z.int().min(0).max(600_000).default(2000),
  maxBytes: z.int().min(1).max(MAX_TABLE_BYTES).default(MAX_TABLE_BYTES),
};

export interface TableDropSettings extends DropOptions {
  readonly pollSeconds: number;
  readonly zone: string;
  readonly crs: Crs;
  readonly stations: readonly ListedStation[];
}

/** The pure part and the source of a feed whose tables are dropped into a folder, both from one description. */
export interface TableDrop<S> {
  readonly form: TableForm;
  normalize(input: Uint8Array, settings: S, now: Date, fileName: string): Outcome;
  create(settings: S): FeedSource;
}

/**
 * A feed of tables: `form` says the columns (and makes the template), `read` what a row means. A file with no good row among
 * its rows goes to `failed/`. Rejects are kept a row each, so that a later repair does not bring back an old table's other rows.
 */
export function tableDrop<C extends Columns, S extends TableDropSettings>(
  form: TableForm<C>,
  read: ReadRow<C, S>,
): TableDrop<S> {
  const normalize = (input: Uint8Array, settings: S, now: Date, fileName: string): Outcome =>
    readTable(form, read, input, settings, now, fileName).outcome;
  return {
    form,
    normalize,
    create(settings) {
      const folder = new DropFolder(settings, ({ bytes, name }, now) => {
        const reading = readTable(form, read, bytes, settings, now, name);
        const failed = reading.taken === 0 && reading.faults.length > 0;
        return { outcome: reading.outcome, failed, answer: { extension: 'csv', text: answerCsv(reading) } };
      });
      let listed = listedStations(settings.stations, settings.crs);
      return {
        everySeconds: settings.pollSeconds,
        async run(context) {
          if (listed.length > 0) await context.take({ records: listed, rejects: [] });
          listed = [];
          await folder.round(context);
        },
        replay: (input, now) => normalize(input, settings, now, ''),
      };
    },
  };
}
