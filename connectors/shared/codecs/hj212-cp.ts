import { printable } from './hj212.js';

/** One measured thing of a CP section: its code and what is said of it, e.g. "w01018" with Rtd 12.3 and Flag N. */
export interface CpItem {
  readonly code: string;
  /** By what follows the hyphen: Rtd, Avg, Min, Max, Cou, ZsRtd, Flag, SampleTime, RS … as sent. */
  readonly values: ReadonlyMap<string, string>;
}

/** What one DataTime holds; the first section of a CP may have none. */
export interface CpSection {
  readonly dataTime: string | null;
  readonly items: readonly CpItem[];
  /** Fields without a hyphen: RestartTime, QnRtn, PolId … */
  readonly fields: ReadonlyMap<string, string>;
}

export interface CpFault {
  readonly text: string;
  readonly message: string;
}

export interface Cp {
  readonly sections: readonly CpSection[];
  readonly faults: readonly CpFault[];
}

const ITEM = /^([A-Za-z0-9_.]{1,20})-([A-Za-z0-9]{1,16})$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_]{0,29}$/;

/**
 * Reads a CP. Devices write ";" where "," belongs and the other way round, and put blanks anywhere: what belongs together is told by
 * the code, not by the sign between. What cannot be read is a fault by itself, and so is a second value for the same thing.
 */
export function readCp(cp: string): Cp {
  const sections: { dataTime: string | null; items: Map<string, Map<string, string>>; fields: Map<string, string> }[] =
    [];
  const faults: CpFault[] = [];
  const open = (dataTime: string | null) => {
    const section = { dataTime, items: new Map<string, Map<string, string>>(), fields: new Map<string, string>() };
    sections.push(section);
    return section;
  };
  let section = open(null);
  const put = (into: Map<string, string>, key: string, value: string, text: string): void => {
    const known = into.get(key);
    if (known === undefined) into.set(key, value);
    else if (known !== value)
      faults.push({ text, message: `"${printable(text)}" is a second value beside "${printable(known)}"` });
  };
  for (const part of cp.split(/[;,]/)) {
    const text = part.trim();
    if (text === '' || text === '&&') continue;
    const at = text.indexOf('=');
    const [name, value] = at === -1 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    const item = ITEM.exec(name);
    if (at === -1 || !(item || FIELD.test(name)))
      faults.push({ text, message: `"${printable(text)}" is no name=value` });
    else if (name === 'DataTime') section = open(value);
    else if (!item) put(section.fields, name, value, text);
    else {
      const [, code = '', aspect = ''] = item;
      const values = section.items.get(code) ?? new Map<string, string>();
      section.items.set(code, values);
      put(values, aspect, value, text);
    }
  }
  return {
    sections: sections
      .filter(({ dataTime, items, fields }) => dataTime !== null || items.size + fields.size > 0)
      .map(({ dataTime, items, fields }) => ({
        dataTime,
        items: [...items].map(([code, values]) => ({ code, values })),
        fields,
      })),
    faults,
  };
}

/** A CP of one section: "DataTime=…;w01018-Rtd=12.3,w01018-Flag=N;…". */
export const writeCp = ({ dataTime, items, fields }: CpSection): string =>
  [
    ...(dataTime === null ? [] : [`DataTime=${dataTime}`]),
    ...[...fields].map(([name, value]) => `${name}=${value}`),
    ...items.map(({ code, values }) => [...values].map(([aspect, value]) => `${code}-${aspect}=${value}`).join(',')),
  ].join(';');

const SEPARATOR_AT_END = /[;,]\s*$/;
const SEPARATOR_AT_START = /^\s*[;,]/;

/** Joins the CPs of a split message: devices cut between two items, leaving the sign out, or anywhere. */
export const joinCp = (parts: readonly string[]): string =>
  parts.reduce((joined, part) => {
    const last = joined.slice(Math.max(joined.lastIndexOf(';'), joined.lastIndexOf(',')) + 1);
    const first = part.split(/[;,]/, 1)[0] ?? '';
    const apart = SEPARATOR_AT_END.test(joined) || SEPARATOR_AT_START.test(part);
    // Only where a whole item ends and another begins is a sign missing.
    return !apart && last.includes('=') && first.includes('=') ? `${joined};${part}` : joined + part;
  });
