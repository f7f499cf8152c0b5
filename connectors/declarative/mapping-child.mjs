// @ts-check
/**
 * The process in which a feed's mapping runs: JSON lines in on stdin, JSON lines out on stdout, one answer at a time. It is started
 * by mapping-process.ts without environment and without the right to files, processes or threads, and is killed from there when it
 * takes too long or too much. Plain JavaScript, so that it starts at once wherever the hub runs from.
 */
import { readSync, writeSync } from 'node:fs';
import jsonata from 'jsonata';
import { RE2JS } from 're2js';

/** Characters of one row's result, and of all rows that `each` selects. */
const MAX_OUT = 1_000_000;
const MAX_SELECTED = 16_000_000;
/** JSONata's own limits, so that the common mistakes are told in its words; what gets past them is killed. */
const LIMITS = { timeout: 1000, stack: 300, sequence: 100_000 };

/** @typedef {{ pattern: RE2JS }} Compiled */
/** @type {Map<string, Compiled>} */
const patterns = new Map();

/** Stands in for RegExp: the same expressions in time linear in the text. */
class LinearRegExp {
  lastIndex = 0;
  /** @param {RegExp} expression */
  constructor(expression) {
    const key = `${expression.flags}/${expression.source}`;
    const known = patterns.get(key);
    this.compiled = known ?? { pattern: RE2JS.compile(RE2JS.translateRegExp(expression.source), flagsOf(expression)) };
    if (!known && patterns.size < 200) patterns.set(key, this.compiled);
  }

  /** @param {string} text */
  exec(text) {
    const matcher = this.compiled.pattern.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? undefined);
    this.lastIndex = matcher.end();
    return Object.assign(groups, { index: matcher.start(), input: text });
  }
}

/** @param {RegExp} expression */
function flagsOf({ ignoreCase, multiline }) {
  return (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (multiline ? RE2JS.MULTILINE : 0);
}

/** @param {string} text */
function compile(text) {
  const expression = jsonata(text, { ...LIMITS, RegexEngine: /** @type {never} */ (LinearRegExp) });
  expression.registerFunction('eval', () => {
    throw new Error('$eval is not to be had in a mapping');
  });
  return expression;
}

/** @param {unknown} error */
function faultOf(error) {
  const { message, code, position } = /** @type {{ message?: unknown, code?: unknown, position?: unknown }} */ (error);
  return {
    message: String(message ?? error).slice(0, 300),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof position === 'number' ? { position } : {}),
  };
}

/** @param {import('jsonata').Expression} expression @param {unknown} value @param {Record<string, unknown>} bindings @param {number} most */
async function answer(expression, value, bindings, most) {
  try {
    const out = JSON.stringify({ out: (await expression.evaluate(value, bindings)) ?? null });
    return out.length > most ? JSON.stringify({ fault: { message: 'the result is too large', code: 'SIZE' } }) : out;
  } catch (error) {
    return JSON.stringify({ fault: faultOf(error) });
  }
}

const decoder = new TextDecoder();
const buffer = new Uint8Array(65_536);
let pending = '';

/** The next line; undefined once the hub is gone. */
function nextLine() {
  for (;;) {
    const end = pending.indexOf('\n');
    if (end !== -1) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      return line;
    }
    const size = readSync(0, buffer);
    if (size === 0) return undefined;
    pending += decoder.decode(buffer.subarray(0, size), { stream: true });
  }
}

/** @param {string} text */
function say(text) {
  const bytes = new TextEncoder().encode(`${text}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

const { mapping, each } = JSON.parse(nextLine() ?? '{"mapping":"$"}');
const map = compile(mapping);
const select = each === undefined ? undefined : compile(each);
say('{"ready":true}');
/** Of the input under way: sent once, with its first rows. */
let document;
for (let line = nextLine(); line !== undefined; line = nextLine()) {
  const { rows, again, bindings, ...rest } = JSON.parse(line);
  if (!again) document = rest.document;
  if (rows === undefined) say(await answer(select ?? map, document, bindings, MAX_SELECTED));
  else for (const row of rows) say(await answer(map, row.value, { ...bindings, document, row: row.number }, MAX_OUT));
}
