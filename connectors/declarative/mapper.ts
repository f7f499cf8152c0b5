import { MappingProcess, MappingStopped, type Program } from './mapping-process.js';

/** A piece of an input that the mapping is given by itself. */
export interface Row {
  readonly value: unknown;
  /** As people count in the source: a table's row, an item's place from 1. */
  readonly number: number;
}

export interface MappingFault {
  readonly reason: 'mapping-failed' | 'mapping-stopped';
  readonly message: string;
}

/** What the mapping made of one row: null where it made nothing of it. */
export type Mapped = { readonly out: unknown; readonly fault?: undefined } | { readonly fault: MappingFault };

/** What a mapping sees beside its row: `$document`, `$topic`, `$file`. */
export interface Surroundings {
  readonly document?: unknown;
  readonly bindings: Readonly<Record<string, string>>;
}

export interface MapperLimits {
  /** For one row. */
  readonly rowMs: number;
  /** For all rows of one input together. */
  readonly inputMs: number;
}

const START_MS = 15_000;
const IDLE_MS = 60_000;
/** Rows sent at a time. */
const CHUNK = 200;
/** After so many rows of one input that had to be stopped the rest is not tried. */
const MAX_STOPS = 3;

/**
 * Runs one feed's mapping in a process of its own, one input after another: started when first needed, ended when idle, killed and
 * started anew when a row takes too long or too much. Never throws for what a mapping does; throws once closed.
 */
export class Mapper {
  #process: MappingProcess | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #sent: { readonly process: MappingProcess; readonly document: unknown } | undefined;
  #idle: NodeJS.Timeout | undefined;
  #waiting = 0;

  constructor(
    private readonly program: Program,
    private readonly limits: MapperLimits = { rowMs: 1500, inputMs: 30_000 },
  ) {}

  /** One answer for each row, in their order. */
  map(rows: readonly Row[], around: Surroundings): Promise<Mapped[]> {
    return this.#alone(async () => {
      const mapped: Mapped[] = [];
      const endsAt = performance.now() + this.limits.inputMs;
      for (let stops = 0; mapped.length < rows.length; ) {
        const fault = await this.#chunk(rows, mapped, around, endsAt);
        if (!fault) continue;
        mapped.push({ fault });
        stops += 1;
        const over = stops >= MAX_STOPS ? `it was stopped ${MAX_STOPS} times in this input` : undefined;
        const late = performance.now() > endsAt ? 'the input as a whole took too long' : undefined;
        const why = over ?? late;
        if (why === undefined) continue;
        const rest: MappingFault = { reason: 'mapping-stopped', message: `not tried: ${why}` };
        while (mapped.length < rows.length) mapped.push({ fault: rest });
      }
      return mapped;
    });
  }

  /** The rows that `each` selects from a document; undefined where it finds nothing at all. */
  select(document: unknown, bindings: Surroundings['bindings']): Promise<Mapped> {
    return this.#alone(async () => {
      const process = await this.#ready();
      this.#send(process, { bindings }, document);
      return this.#answer(process, this.limits.rowMs);
    });
  }

  /** Ends the process; what is under way throws. */
  close(): void {
    clearTimeout(this.#idle);
    this.#process?.kill(CLOSED);
    this.#process = undefined;
  }

  /** Adds the answers of the next rows to `mapped`; the fault of the row at which the process had to be stopped. */
  async #chunk(
    rows: readonly Row[],
    mapped: Mapped[],
    { document, bindings }: Surroundings,
    endsAt: number,
  ): Promise<MappingFault | undefined> {
    const process = await this.#ready();
    const chunk = rows.slice(mapped.length, mapped.length + CHUNK);
    this.#send(process, { rows: chunk, bindings }, document);
    for (const _row of chunk) {
      const left = Math.max(1, Math.ceil(endsAt - performance.now()));
      const answer = await this.#answer(process, Math.min(this.limits.rowMs, left));
      if (answer.fault?.reason === 'mapping-stopped') return answer.fault;
      mapped.push(answer);
    }
    return undefined;
  }

  /** A document goes to a process once. */
  #send(process: MappingProcess, command: object, document: unknown): void {
    const again = this.#sent?.process === process && this.#sent.document === document;
    process.send({ ...command, ...(again ? { again } : { document }) });
    this.#sent = { process, document };
  }

  async #answer(process: MappingProcess, limitMs: number): Promise<Mapped> {
    try {
      const answer = JSON.parse(await process.next(limitMs)) as { out: unknown; fault?: { message: string } };
      return answer.fault
        ? { fault: { reason: 'mapping-failed', message: answer.fault.message } }
        : { out: answer.out };
    } catch (error) {
      if (!(error instanceof MappingStopped) || error.message === CLOSED) throw error;
      return { fault: { reason: 'mapping-stopped', message: `the mapping was stopped: ${error.message}` } };
    }
  }

  async #ready(): Promise<MappingProcess> {
    if (this.#process?.alive) return this.#process;
    const process = new MappingProcess(this.program);
    this.#process = process;
    await process.next(START_MS);
    return process;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#waiting += 1;
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {});
    try {
      return await done;
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    }
  }
}

const CLOSED = 'it was closed';
