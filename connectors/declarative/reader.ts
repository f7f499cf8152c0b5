import type { FeedRecord, Outcome, Piece, Reject } from '../../model/record.js';
import { DecodeError } from '../shared/codecs/decode-error.js';
import { withInput } from '../shared/with-input.js';
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

/** Reads a feed's inputs by its settings: format, mapping, forms. Bad input never throws; only a mapping process that cannot run does. */
export class Reader {
  readonly #mapper: Mapper;

  constructor(
    private readonly settings: ReaderSettings,
    limits?: MapperLimits,
  ) {
    this.#mapper = new Mapper({ mapping: settings.mapping, each: settings.each }, limits);
  }

  async read({ bytes, about }: Arrival): Promise<Reading> {
    const source = about.file ?? about.topic ?? 'input';
    try {
      const opened = openInput(bytes, this.settings.format, this.settings.table);
      const rows = opened.rows ?? (await this.#select(opened, about));
      const mapped = await this.#mapper.map(rows, { document: opened.document, bindings: about });
      const reading = this.#collect(rows, mapped, source);
      return { ...reading, ...withInput(reading, () => kept({ bytes, about })) };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const reject: Reject = { raw: bytes, reason: error.reason, detail: `${source}: ${error.message}` };
      return { ...withInput({ records: [], rejects: [reject] }, () => kept({ bytes, about })), rows: 0, passedOver: 0 };
    }
  }

  /** What `kept` made of an arrival, read again. */
  replay(input: Uint8Array): Promise<Reading> {
    return this.read(arrivalOf(input));
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

  #collect(rows: readonly Row[], mapped: readonly Mapped[], source: string): Reading {
    const records: FeedRecord[] = [];
    const rejects: Reject[] = [];
    let passedOver = 0;
    for (const [i, row] of rows.entries()) {
      const piece: Piece = { raw: JSON.stringify(row.value) };
      const where = `${source}, row ${row.number}`;
      const { out, fault } = { out: undefined, fault: undefined, ...mapped[i] };
      if (fault) rejects.push({ ...piece, reason: fault.reason, detail: `${where}: ${fault.message}`.slice(0, 500) });
      const objects = Array.isArray(out) ? (out as unknown[]) : (out ?? null) === null ? [] : [out];
      if (!fault && objects.length === 0) passedOver += 1;
      for (const object of objects.slice(0, MAX_OF_ROW)) this.#take(object, piece, where, records, rejects);
      if (objects.length > MAX_OF_ROW)
        rejects.push({
          ...piece,
          reason: 'too-large',
          detail: `${where}: ${objects.length} records from one row, ${MAX_OF_ROW} were taken: let each select smaller rows`,
        });
    }
    return { records, rejects, rows: rows.length, passedOver };
  }

  #take(object: unknown, piece: Piece, where: string, records: FeedRecord[], rejects: Reject[]): void {
    try {
      records.push(...toRecords(object, this.settings.to, this.settings, piece));
    } catch (error) {
      if (!(error instanceof FormFault)) throw error;
      rejects.push({ ...piece, reason: error.reason, detail: `${where}: ${error.message}`.slice(0, 500) });
    }
  }
}

/** An input with what was known of it, in a line before it: alone it does not say. */
const kept = ({ bytes, about }: Arrival): Uint8Array =>
  Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), bytes]);

function arrivalOf(input: Uint8Array): Arrival {
  const end = input.indexOf(0x0a);
  const about = JSON.parse(Buffer.from(input.subarray(0, Math.max(0, end))).toString()) as Arrival['about'];
  return { about, bytes: input.subarray(end + 1) };
}
