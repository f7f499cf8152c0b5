import { parseArgs } from 'node:util';
import { isOf, PARTS, type Part } from '../model/part.js';
import { ConfigError } from './config.js';

/** Which parts of the hub this process is; the others run in processes of their own, over the same database. */
export class Parts {
  /** In the order of PARTS, each once. */
  readonly list: readonly Part[];

  constructor(list: readonly Part[] = PARTS) {
    this.list = PARTS.filter((each) => list.includes(each));
  }

  /** Everything runs here. */
  get whole(): boolean {
    return this.list.length === PARTS.length;
  }

  /** Whether the shared nouns are served, and the duties done, here: expiry, retention, channels, CAP, the demo's keys. One process has them. */
  get shared(): boolean {
    return this.list.includes('shared');
  }

  /** The departments whose feeds run here, by their slugs. */
  get departments(): readonly Part[] {
    return this.list.filter((each) => each !== 'shared');
  }

  /** Whether a feed runs here. */
  owns(feedId: string): boolean {
    return this.departments.some((part) => isOf(part, feedId));
  }
}

/** The parts that the command line names (`--departments weather,water`); all where it names none. Throws ConfigError. */
export function readParts(args: readonly string[]): Parts {
  const given = departmentsOf(args);
  if (given === undefined) return new Parts();
  const names = given.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw new ConfigError(
      `--departments: "${unknown.slice(0, 40)}" is none of ${PARTS.join(', ')}; separate several by commas`,
    );
  return new Parts(PARTS.filter((part) => names.includes(part)));
}

function departmentsOf(args: readonly string[]): string | undefined {
  try {
    return parseArgs({ args: [...args], options: { departments: { type: 'string' } } }).values.departments;
  } catch {
    throw new ConfigError(
      `the command line takes --departments <names>, such as weather,water or shared; not: ${args.join(' ').slice(0, 100)}`,
    );
  }
}

/** What of a part runs in this process and what does not, for the start's lines; nothing for a whole hub. */
export function sayParts(parts: Parts): string[] {
  if (parts.whole) return [];
  const { departments, shared } = parts;
  const duties = 'types, expiry, retention, channels, CAP';
  return [
    `parts     here: ${[...departments.map((each) => `${each} (feeds, types)`), ...(shared ? [`shared (${duties})`] : [])].join(', ')}`,
    `parts     elsewhere: ${PARTS.filter((each) => !parts.list.includes(each)).join(', ')}`,
  ];
}
