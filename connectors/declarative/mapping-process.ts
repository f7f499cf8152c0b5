import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** What a mapping may use at once, beside the time limits of its caller. */
export const MAX_MEGABYTES = 128;
/** Answers that were given and not yet read. */
const MAX_WAITING_CHARACTERS = 32_000_000;
const SCRIPT = fileURLToPath(new URL('./mapping-child.mjs', import.meta.url));

/** The process gave no answer and is gone. */
export class MappingStopped extends Error {
  override readonly name = 'MappingStopped';
}

export interface Program {
  readonly mapping: string;
  readonly each: string | undefined;
}

/** One process that runs one mapping. It has no environment, reads only its own code, and may start nothing. */
export class MappingProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: string[] = [];
  #size = 0;
  #partial: string[] = [];
  #over: string | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(program: Program) {
    this.#child = spawn(process.execPath, [...limits(), SCRIPT], {
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
      // A group of its own: Ctrl-C is for the hub, which first finishes what it has begun.
      detached: true,
    });
    this.#child.stdin.on('error', () => {});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    this.#child.on('error', (error) => this.#lost(`cannot be started: ${error.message}`));
    this.#child.on('exit', (_code, signal) => {
      // Ended from outside, which says nothing about the data.
      if (signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP') this.#lost(`was ended by ${signal}`);
      else this.#end(`it needed more than ${MAX_MEGABYTES} MB`);
    });
    this.send(program);
  }

  get alive(): boolean {
    return this.#over === undefined;
  }

  send(command: unknown): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * The next answer, as text. Throws MappingStopped, and kills the process, where none comes within `limitMs`; throws another error
   * where the process was ended from outside.
   */
  async next(limitMs: number): Promise<string> {
    if (this.#answers.length === 0 && this.alive) {
      const timer = setTimeout(() => this.kill(`it gave no result within ${limitMs / 1000} s`), limitMs);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      clearTimeout(timer);
    }
    const answer = this.#answers.shift();
    if (answer === undefined) throw this.#failure ?? new MappingStopped(this.#over);
    this.#size -= answer.length;
    return answer;
  }

  /** Whoever waits is told `why`. */
  kill(why: string): void {
    this.#end(why);
    this.#child.kill('SIGKILL');
  }

  #lost(what: string): void {
    if (this.alive) this.#failure = new Error(`the process that runs the mapping ${what}`);
    this.#end(what);
  }

  #end(why: string): void {
    this.#over ??= why;
    this.#wake();
  }

  #hear(text: string): void {
    const [first = '', ...more] = text.split('\n');
    this.#partial.push(first);
    this.#size += text.length;
    for (const start of more) {
      this.#answers.push(this.#partial.join(''));
      this.#partial = [start];
    }
    if (this.#size > MAX_WAITING_CHARACTERS) this.kill('its results are too large');
    else if (more.length > 0) this.#wake();
  }
}

/** The flags that take from a node process what a mapping has no use for. */
export function limits(): string[] {
  const { resolve } = createRequire(import.meta.url);
  const folders = ['jsonata', 're2js'].map((name) => {
    const path = resolve(name);
    return path.slice(0, path.lastIndexOf('node_modules') + `node_modules/${name}`.length);
  });
  // Named anew in Node 24; the old name goes on.
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  return [
    '--no-warnings',
    permission,
    `--allow-fs-read=${SCRIPT}`,
    ...folders.map((folder) => `--allow-fs-read=${folder}/*`),
    `--max-old-space-size=${MAX_MEGABYTES}`,
    '--max-semi-space-size=8',
  ];
}
