import type { FeedRecord, Outcome, Piece, Reject } from '../../model/record.js';
import { DecodeError } from '../shared/codecs/decode-error.js';
import { type Format, listed, type Opened, openInput, type TableOptions } from './formats.js';
import { FormFault, type FormSettings } from './forms/read.js';
import { toRecords } from './forms/records.js';
import { type Mapped, Mapper, type MapperLimits, type Row } from './mapper.js';

/** What a reader needs of a feed's settings. */
export interface ReaderSettings extends FormSettings {
  readonly format: Format;
  readonly table: TableOptions;
  readonly to: string;
  readonly each?: string | undefined;
  readonly mapping: string;
}

/** One input as it came, with what the transport knows of it: its topic, its file. */
export interface Arrival {
  readonly bytes: Uint8Array;
  readonly about: Readonly<Record<string, string>>;
}

export interface Reading extends Outcome {
  /** Rows the mapping was asked for, and those of which it made nothing. */
  readonly rows: number;
  readonly passedOver: number;
}

/** Records that the mapping may make of one row. */
const MAX_OF_ROW = 1000;
/** Rows read without a pause: some milliseconds. */
const ROWS_AT_ONCE = 100;

/** Reads a feed's inputs by its settings: format, mapping, forms. Bad input never throws; only a mapping process that cannot run does. */
export class Reader {
  readonly #mapper: Mapper;
  /** Whether a row can be read again without what stood around it. */
  readonly #rowsAlone: boolean;

  constructor(
    private readonly settings: ReaderSettings,
    limits?: MapperLimits,
  ) {
    const { mapping, each, format } = settings;
    this.#mapper = new Mapper({ mapping, each }, limits);
    this.#rowsAlone = (format !== 'json' && format !== 'xml') || !/\$(document|\$)/.test(mapping);
  }

  async read(arrival: Arrival): Promise<Reading> {
    const { bytes, about } = arrival;
    try {
      const opened = openInput(bytes, this.settings.format, this.settings.table);
      const rows = opened.rows ?? (await this.#select(opened, about));
      return await this.#map(rows, arrival, opened.document);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const input = (): Uint8Array => kept({ about }, bytes);
      const reject: Reject = {
        raw: bytes,
        input,
        reason: error.reason,
        detail: `${nameOf(arrival)}: ${error.message}`,
      };
      return { records: [], rejects: [reject], rows: 0, passedOver: 0 };
    }
  }

  /**
   * Reads again what was kept with a reject: the row alone, where its mapping looks at nothing else, so that the other rows of an old
   * input do not come back with it.
   */
  replay(input: Uint8Array): Promise<Reading> {
    const { about, row, body } = opened(input);
    if (row === undefined) return this.read({ about, bytes: body });
    const value = JSON.parse(Buffer.from(body).toString()) as unknown;
    return this.#map([{ value, number: row }], { about, bytes: body }, undefined);
  }

  /** Ends the mapping's process; a read under way throws. */
  close(): void {
    this.#mapper.close();
  }

  async #select({ document }: Opened, about: Arrival['about']): Promise<Row[]> {
    if (this.settings.each === undefined) return listed(document);
    const { out, fault } = { out: undefined, fault: undefined, ...(await this.#mapper.select(document, about)) };
    if (fault) throw new DecodeError(fault.reason, `each: ${fault.message}`);
    if (out === null)
      throw new DecodeError(
        'missing-field',
        `each: there is no ${this.settings.each} in it: the source may have changed`,
      );
    return listed(out);
  }

  async #map(rows: readonly Row[], arrival: Arrival, document: unknown): Promise<Reading> {
    const { about, bytes } = arrival;
    const around = this.#rowsAlone ? undefined : document;
    const mapped = await this.#mapper.map(rows, { document: around, bindings: about });
    const records: FeedRecord[] = [];
    const rejects: Reject[] = [];
    let passedOver = 0;
    for (const [i, row] of rows.entries()) {
      // A long table must not keep the hub from everything else.
      if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await new Promise((go) => setImmediate(go));
      const raw = JSON.stringify(row.value);
      const input = (): Uint8Array =>
        this.#rowsAlone ? kept({ about, row: row.number }, Buffer.from(raw)) : kept({ about }, bytes);
      const read = this.#readRow(mapped[i], { raw, input }, `${nameOf(arrival)}, row ${row.number}`);
      records.push(...read.records);
      rejects.push(...read.rejects);
      if (read.records.length + read.rejects.length === 0) passedOver += 1;
    }
    return { records, rejects, rows: rows.length, passedOver };
  }

  #readRow(mapped: Mapped | undefined, piece: Piece, where: string): Outcome {
    const records: FeedRecord[] = [];
    const rejects: Reject[] = [];
    const refuse = (reason: Reject['reason'], message: string): void =>
      void rejects.push({ ...piece, reason, detail: `${where}: ${message}`.slice(0, 500) });
    const { out, fault } = { out: undefined, fault: undefined, ...mapped };
    if (fault) refuse(fault.reason, fault.message);
    const objects = Array.isArray(out) ? (out as unknown[]) : (out ?? null) === null ? [] : [out];
    for (const object of objects.slice(0, MAX_OF_ROW))
      try {
        for (const each of toRecords(object, this.settings.to, this.settings, piece))
          if (each instanceof FormFault) refuse(each.reason, each.message);
          else records.push(each);
      } catch (error) {
        if (!(error instanceof FormFault)) throw error;
        refuse(error.reason, error.message);
      }
    if (objects.length > MAX_OF_ROW)
      refuse(
        'too-large',
        `${objects.length} records from one row, ${MAX_OF_ROW} were taken: let each select smaller rows`,
      );
    return { records, rejects };
  }
}

const nameOf = ({ about }: Arrival): string => about.file ?? about.topic ?? 'input';

interface Kept {
  readonly about: Arrival['about'];
  readonly row?: number | undefined;
}

/** An input with what was known of it, in a line before it: alone it does not say. */
const kept = (known: Kept, body: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify(known)}\n`), body]);

function opened(input: Uint8Array): Kept & { readonly body: Uint8Array } {
  const end = input.indexOf(0x0a);
  const known = JSON.parse(Buffer.from(input.subarray(0, Math.max(0, end))).toString()) as Kept;
  return { ...known, body: input.subarray(end + 1) };
}
