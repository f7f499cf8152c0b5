#!/usr/bin/env node
// Verifies an exported audit of Fenghuo with nothing but the file and the public key; the format is in docs/audit.md.
// 独立核验程序：仅凭导出文件和公钥，检查审计记录有无改动、删除、换序或截断。
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FORMAT = 'fenghuo-audit-1';
const NO_HASH = '0'.repeat(64);
/** The law asks for six months: rows of a later day cannot have been dropped by retention. */
const KEPT_DAYS = 180;
const DAY_MS = 86_400_000;
const LONGEST_LINE = 1_000_000;

const ROW = /^\{"hash":"([0-9a-f]{64})","entry":(\{.*\})\}$/s;
const SIGNED = /^\{"signature":"([0-9a-f]{128})","key":"([0-9a-f]{16})","(day|end)":(\{.*\})\}$/s;

const sha256 = (/** @type {string} */ bytes) => createHash('sha256').update(bytes, 'latin1').digest('hex');

class Fault extends Error {}

/** Checks one line after another, in order. */
class Chain {
  position = 0;
  hash = NO_HASH;
  line = 0;
  rows = 0;
  days = 0;
  /** The first row of the day that is being read, and its name. */
  begun = 1;
  opening = NO_HASH;
  /** @type {string | null} */
  day = null;
  /** @type {string | null} */
  lastDay = null;
  /** @type {{ exportedAt: string, first: number, keys: string[] } | null} */
  header = null;
  headerHash = '';
  ended = false;

  /**
   * @param {readonly string[]} trusted public keys in PEM; none: those that the file itself names
   * @param {ReadonlyMap<number, string>} holds hashes that rows are known to have
   */
  constructor(trusted, holds) {
    this.trusted = trusted;
    this.holds = holds;
    /** @type {Map<string, import('node:crypto').KeyObject>} */
    this.keys = new Map();
  }

  /** @param {string} line one line as latin1, so that each byte is a character */
  take(line) {
    this.line += 1;
    if (this.ended) throw new Fault('something follows the signed end of the file');
    if (!this.header) return this.begin(line);
    const row = ROW.exec(line);
    if (row) return this.row(row[1] ?? '', row[2] ?? '');
    const signed = SIGNED.exec(line);
    if (!signed)
      throw new Fault(`this is no line of an audit, where row ${this.position + 1} or a signed head should be`);
    const [, signature = '', key = '', what, text = ''] = signed;
    this.checkSignature(signature, key, text, what === 'day' ? 'the head of a day' : 'the end of the file');
    if (what === 'day') this.closeDay(parse(text));
    else this.end(parse(text));
  }

  /** @param {string} line */
  begin(line) {
    const header = parse(line);
    if (header.audit !== FORMAT) throw new Fault(`the first line must say "audit":"${FORMAT}"`);
    if (
      !Array.isArray(header.keys) ||
      !Number.isSafeInteger(header.first) ||
      Number.isNaN(Date.parse(header.exportedAt))
    )
      throw new Fault('the first line is not whole');
    this.header = header;
    this.headerHash = sha256(line);
    for (const pem of this.trusted.length > 0 ? this.trusted : header.keys) {
      const key = createPublicKey(pem);
      const id = createHash('sha256')
        .update(key.export({ type: 'spki', format: 'der' }))
        .digest('hex')
        .slice(0, 16);
      this.keys.set(id, key);
    }
  }

  /** @param {string} hash @param {string} text */
  row(hash, text) {
    const expected = this.position + 1;
    if (sha256(text) !== hash) throw new Fault(`row ${expected} was changed: its hash is not that of its content`);
    const { position, day, previous } = parse(text);
    if (position !== expected)
      throw new Fault(`row ${expected} is missing here: row ${position} stands in its place (removed or reordered)`);
    if (previous !== this.hash)
      throw new Fault(`row ${expected} does not follow the row before it: one of the two was replaced`);
    if (this.day !== null && day !== this.day)
      throw new Fault(`the signed head of ${this.day} is missing before row ${position}`);
    if (this.lastDay !== null && !(day > this.lastDay))
      throw new Fault(`row ${position} is of ${day}, which had ended before`);
    if ((this.holds.get(position) ?? hash) !== hash)
      throw new Fault(`row ${position} is not the one that was noted outside the database`);
    this.day = day;
    this.position = position;
    this.hash = hash;
    this.rows += 1;
  }

  /** @param {Record<string, any>} head */
  closeDay(head) {
    const { day, first, last, previous } = head;
    if (first !== this.begun || previous !== this.opening)
      throw new Fault(`a day is missing before ${day}: its first row is ${first}, where ${this.begun} should be`);
    if (this.day === null) this.dropped(day, last);
    else if (day !== this.day) throw new Fault(`this is the head of ${day}, after rows of ${this.day}`);
    else if (last !== this.position) throw new Fault(`rows ${this.position + 1} to ${last} of ${day} are missing`);
    else if (head.head !== this.hash) throw new Fault(`the rows of ${day} are not those that its head was signed over`);
    this.position = last;
    this.hash = head.head;
    this.begun = last + 1;
    this.opening = head.head;
    this.lastDay = day;
    this.day = null;
    this.days += 1;
  }

  /** A day of which only the head is here. @param {string} day @param {number} last */
  dropped(day, last) {
    const { first, exportedAt } = /** @type {NonNullable<Chain['header']>} */ (this.header);
    const age = (Date.parse(exportedAt) - Date.parse(day)) / DAY_MS;
    if (this.rows > 0 || last >= first || age < KEPT_DAYS)
      throw new Fault(`the rows of ${day}, from ${this.position + 1} on, are missing`);
  }

  /** @param {Record<string, any>} end */
  end(end) {
    if (end.header !== this.headerHash) throw new Fault('the first line is not the one that the end was signed with');
    if (end.last !== this.position) throw new Fault(`rows ${this.position + 1} to ${end.last} are missing`);
    if (end.hash !== this.hash)
      throw new Fault(`the rows after ${this.lastDay ?? 'the first line'} are not those that the end was signed over`);
    for (const position of this.holds.keys())
      if (position > this.position)
        throw new Fault(`rows ${this.position + 1} to ${position} are missing: they were noted outside the database`);
    this.ended = true;
  }

  /** @param {string} signature @param {string} key @param {string} text @param {string} what */
  checkSignature(signature, key, text, what) {
    const known = this.keys.get(key);
    if (!known) throw new Fault(`${what} is signed with the key ${key}, which was not given`);
    if (!verifySignature(null, Buffer.from(text, 'latin1'), known, Buffer.from(signature, 'hex')))
      throw new Fault(`${what} was changed, or not signed by its key`);
  }
}

/** @param {string} text latin1 @returns {Record<string, any>} */
function parse(text) {
  try {
    const value = JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Said below.
  }
  throw new Fault('this line is no JSON object');
}

/**
 * Verifies an audit as it was exported. `fault` tells the first thing that is wrong, and is undefined where nothing is.
 * @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} chunks the file's bytes
 * @param {readonly string[]} [trusted] public keys in PEM; without any, those that the file names, which proves only that it is whole in itself
 * @param {ReadonlyMap<number, string>} [holds] hashes that rows are known to have from elsewhere, by position
 * @returns {Promise<{ rows: number, days: number, position: number, fault?: string }>}
 */
export async function verifyAudit(chunks, trusted = [], holds = new Map()) {
  const chain = new Chain(trusted, holds);
  let rest = '';
  try {
    for await (const chunk of chunks) {
      const lines = (rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1')).split(
        '\n',
      );
      rest = lines.pop() ?? '';
      for (const line of lines) chain.take(line);
      if (rest.length > LONGEST_LINE) throw new Fault('a line is longer than any of an audit');
    }
    chain.line += 1;
    if (rest !== '') throw new Fault(`the file ends in the middle of a line, after row ${chain.position}`);
    if (!chain.ended) throw new Fault(`the file was cut off after row ${chain.position}: its signed end is missing`);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      rows: chain.rows,
      days: chain.days,
      position: chain.position,
      fault: `line ${chain.line}: ${error.message}`,
    };
  }
  return { rows: chain.rows, days: chain.days, position: chain.position };
}

const USAGE = `node verify-audit.mjs <file> [--key <public key file>]… [--holds <position>:<hash>]…
  Ends with 0 where every row is as it was written, with 1 where one is not, with 2 where it cannot tell.
  退出码：0 完好，1 有改动或缺失，2 无法核验。
`;

/** @param {readonly string[]} args */
async function main(args) {
  /** @type {string[]} */
  const keys = [];
  /** @type {string[]} */
  const files = [];
  /** @type {Map<number, string>} */
  const holds = new Map();
  for (const [i, arg] of args.entries()) {
    if (args[i - 1] === '--key') keys.push(readFileSync(arg, 'utf8'));
    else if (args[i - 1] === '--holds') holds.set(Number(arg.split(':')[0]), arg.split(':')[1] ?? '');
    else if (arg !== '--key' && arg !== '--holds') files.push(arg);
  }
  if (files.length !== 1 || files[0]?.startsWith('-')) throw new Error(USAGE);
  const { rows, days, fault } = await verifyAudit(
    createReadStream(/** @type {string} */ (files[0]), { highWaterMark: 1 << 20 }),
    keys,
    holds,
  );
  if (keys.length === 0)
    process.stdout.write(
      'no --key was given: the keys in the file itself were taken, so whoever made the file may have made them too\n',
    );
  process.stdout.write(
    fault === undefined ? `unchanged: ${rows} rows, ${days} days that are over\n` : `NOT AS WRITTEN: ${fault}\n`,
  );
  return fault === undefined ? 0 : 1;
}

if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url)))
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      process.exitCode = 2;
    },
  );
