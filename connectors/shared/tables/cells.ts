import type { RejectReason } from '../../../model/record.js';
import { instantOf, parseTime } from '../../../model/time.js';
import { serialText } from '../codecs/xlsx-cells.js';
import { plainText } from './text.js';

/** What is wrong with a cell and what to write instead, for a person who knows the table and not this hub. */
export interface CellProblem {
  readonly reason: RejectReason;
  readonly en: string;
  readonly zh: string;
  readonly adviceEn: string;
  readonly adviceZh: string;
}

export class CellFault extends Error {
  override readonly name = 'CellFault';
  constructor(readonly problem: CellProblem) {
    super(problem.en);
  }
}

/** An instant, and the text it was read from. */
export interface CellTime {
  readonly at: Date;
  readonly text: string;
}

const TRUE = new Set(['是', '有', '对', '√', '✓', 'y', 'yes', 'true', '1']);
const FALSE = new Set(['否', '无', '没有', '×', 'x', 'n', 'no', 'false', '0']);
const NUMBER = /^[+-]?(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.\d{1,15})?(e[+-]?\d{1,3})?$/i;
const CHINESE_TIME =
  /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[\sT]*(\d{1,2})[:时点](?:(\d{1,2})(?:[:分](?:(\d{1,2})秒?)?)?)?)?$/;
const COMPACT_TIME = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/;

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));

/** "1,234.5", "１２", "12.5 m" where the unit is `unit`. */
export function numberOf(cell: string, unit?: string): number {
  const text = plainText(cell);
  const bare = unit && text.toLowerCase().endsWith(unit.toLowerCase()) ? text.slice(0, -unit.length).trim() : text;
  if (NUMBER.test(bare)) return Number(bare.replaceAll(',', ''));
  throw new CellFault({
    reason: 'not-a-number',
    en: `${quoted(cell)} is no number`,
    zh: `${quoted(cell)} 不是数字`,
    adviceEn: `write the number alone${unit ? `, in ${unit}` : ''}`,
    adviceZh: `只填数字${unit ? `，单位 ${unit}` : ''}`,
  });
}

/** A date with or without clock as Excel and people write it, in `zone`; Excel's day numbers of 1954 to 2091 too. Without clock: midnight. */
export function timeOf(cell: string, zone: string): CellTime {
  const text = plainText(cell);
  const at = instantIn(/^[2-6]\d{4}(\.\d+)?$/.test(text) ? (serialText(Number(text)) ?? text) : text, zone);
  if (at) return { at, text };
  throw new CellFault({
    reason: 'bad-time',
    en: `${quoted(cell)} is no date of the calendar`,
    zh: `${quoted(cell)} 不是有效的日期时间`,
    adviceEn: 'write it as 2026-11-24 08:30',
    adviceZh: '请写成 2026-11-24 08:30',
  });
}

function instantIn(text: string, zone: string): Date | undefined {
  const parts = CHINESE_TIME.exec(text) ?? COMPACT_TIME.exec(text);
  const at = parts
    ? instantOf(
        parts.slice(1, 7).map((part) => Number(part ?? 0)),
        zone,
      )
    : parseTime(text, zone);
  const year = at?.getUTCFullYear() ?? 0;
  return year >= 1900 && year <= 2200 ? at : undefined;
}

export function booleanOf(cell: string): boolean {
  const text = plainText(cell).toLowerCase();
  if (TRUE.has(text)) return true;
  if (FALSE.has(text)) return false;
  throw new CellFault({
    reason: 'unknown-code',
    en: `${quoted(cell)} is neither yes nor no`,
    zh: `${quoted(cell)} 不是“是”或“否”`,
    adviceEn: 'write 是 or 否',
    adviceZh: '请填“是”或“否”',
  });
}

/** The code of a label; a code itself counts too. */
export function choiceOf<T extends string>(cell: string, choices: Readonly<Record<string, T>>): T {
  const text = plainText(cell);
  for (const [label, code] of Object.entries(choices))
    if (plainText(label) === text || code.toLowerCase() === text.toLowerCase()) return code;
  const labels = Object.keys(choices).slice(0, 30).join('、');
  throw new CellFault({
    reason: 'unknown-code',
    en: `${quoted(cell)} is none of the known words`,
    zh: `${quoted(cell)} 不在可选项内`,
    adviceEn: `write one of ${labels}`,
    adviceZh: `请从中选填：${labels}`,
  });
}

export function textOf(cell: string, maxLength: number): string {
  const text = plainText(cell);
  if (text.length <= maxLength) return text;
  throw new CellFault({
    reason: 'too-large',
    en: `${text.length} characters, at most ${maxLength}`,
    zh: `共 ${text.length} 字，最多 ${maxLength} 字`,
    adviceEn: 'shorten the text',
    adviceZh: '请缩短内容',
  });
}
