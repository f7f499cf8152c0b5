import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import type { StandIn } from './stand-in.js';

/** A table as a department's clerk sends it. */
export interface DroppedTable {
  /** Without ending. */
  readonly name: string;
  /** Over the columns, in one merged cell. */
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Any other file, made when it is its turn. */
export interface DroppedFile {
  /** With its ending. */
  readonly file: string;
  readonly bytes: () => Promise<Uint8Array>;
}

const LOOK_MS = 200;
const KEPT_FILES = 20;

/** A folder of its own that workbooks are dropped into, one whenever `table` gives another name than before; gone when stopped. */
export class TableFolder implements StandIn {
  #folder = '';
  #last = '';
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    private readonly table: () => DroppedTable | DroppedFile | undefined,
  ) {}

  async start(): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), 'fenghuo-demo-tables-'));
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    return this.#folder;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
    if (this.#folder !== '') await rm(this.#folder, { recursive: true, force: true });
  }

  #look(): void {
    const table = this.table();
    if (!table) return;
    const dropped = 'file' in table ? table : { file: `${table.name}.xlsx`, bytes: () => workbookOf(table) };
    if (dropped.file === this.#last) return;
    this.#last = dropped.file;
    // A folder that is gone shows as the feed being DOWN.
    this.#writing = this.#writing.then(() => this.#drop(dropped)).catch(() => undefined);
  }

  /** Whole at once: under a name that feeds pass over, then renamed. */
  async #drop({ file, bytes }: DroppedFile): Promise<void> {
    const path = join(this.#folder, file);
    await writeFile(`${path}.part`, await bytes());
    await rename(`${path}.part`, path);
    const done = join(this.#folder, 'done');
    const old = (await readdir(done).catch(() => [])).sort().slice(0, -KEPT_FILES);
    for (const name of old) await rm(join(done, name), { force: true });
  }
}

export async function workbookOf({ title, header, rows }: DroppedTable): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('Sheet1');
  sheet.addRow([title]);
  sheet.mergeCells(1, 1, 1, header.length);
  for (const row of [header, ...rows]) sheet.addRow([...row]);
  return new Uint8Array(await book.xlsx.writeBuffer());
}
