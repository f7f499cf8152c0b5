import jsonata from 'jsonata';
import { RE2JS } from 're2js';

const MAX_LENGTH = 20_000;

/** Why a mapping cannot be run, with its line; undefined where it can. Runs nothing of it. */
export function mappingFault(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`;
  try {
    const faults: string[] = [];
    walk(jsonata(text).ast(), faults);
    return faults[0];
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    return `line ${lineOf(text, position)} of it: ${message ?? 'cannot be read'}`;
  }
}

const lineOf = (text: string, position = 0): number => text.slice(0, position).split('\n').length;

/** The tree is as deep as the text is nested; its own reader would have given up before. */
function walk(node: unknown, faults: string[]): void {
  if (node instanceof RegExp) faults.push(...regexFault(node));
  if (typeof node !== 'object' || node === null) return;
  const { type, value } = node as { type?: unknown; value?: unknown };
  if (type === 'variable' && value === 'eval') faults.push('$eval is not to be had in a mapping');
  for (const each of Object.values(node)) walk(each, faults);
}

function regexFault(expression: RegExp): string[] {
  try {
    RE2JS.compile(RE2JS.translateRegExp(expression.source));
    return [];
  } catch {
    return [`/${expression.source}/ cannot be matched in linear time: no look-ahead, look-behind or back-reference`];
  }
}
