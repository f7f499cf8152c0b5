import { CellFault } from '../../shared/tables/cells.js';
import { plainText } from '../../shared/tables/text.js';

/** A place along a route: metres from its beginning, and the text it was read from. */
export interface Stake {
  readonly text: string;
  readonly metres: number;
}

/** One stake, or the two between which a section lies. */
export interface Stakes {
  readonly start: Stake;
  readonly end: Stake | null;
}

/** The longest national routes have 5000 km. */
const MAX_METRES = 10_000_000;
/** "K12+300", "k12+300.5", "ZK12+300" and "YK…" (left and right roadway), "K12"; the letter may be missing. */
const STAKE = /^([A-Z]{0,2}K)?(\d{1,4})\+(\d{1,3}(?:\.\d{1,3})?)$|^([A-Z]{0,2}K)(\d{1,4}(?:\.\d{1,4})?)$/i;
/** Kilometres, as road databases write stakes: "12.300". */
const KILOMETRES = /^\d{1,4}\.\d{1,3}$/;
const BETWEEN = /\s*(?:[—–~～至到]|--?)+\s*/;

const FAULT = (cell: string): CellFault =>
  new CellFault({
    reason: 'malformed',
    en: `${JSON.stringify(cell.slice(0, 60))} is no stake`,
    zh: `${JSON.stringify(cell.slice(0, 60))} 不是桩号`,
    adviceEn: 'write it as K12+300',
    adviceZh: '请写成 K12+300',
  });

/** Reads a cell of 起点桩号 or 止点桩号; "K12+300—K15+000" in one cell is a section. Throws CellFault. */
export function stakesOf(cell: string): Stakes {
  const parts = plainText(cell).split(BETWEEN);
  const [start, end] = parts.map((part) => stakeOf(part));
  if (start === undefined || parts.length > 2 || parts.length !== (end === undefined ? 1 : 2)) throw FAULT(cell);
  return { start, end: end ?? null };
}

function stakeOf(text: string): Stake | undefined {
  const bare = text.replaceAll(' ', '');
  const match = STAKE.exec(bare);
  const metres = match
    ? Number(match[2] ?? match[5]) * 1000 + Number(match[3] ?? 0)
    : KILOMETRES.test(bare)
      ? Number(bare) * 1000
      : Number.NaN;
  // To the millimetre: 12.3 km is not 12300.000000000002 m.
  return metres <= MAX_METRES ? { text, metres: Math.round(metres * 1000) / 1000 } : undefined;
}

/** "K12+300". */
export function stakeText(metres: number): string {
  const whole = Math.round(metres);
  return `K${Math.floor(whole / 1000)}+${String(whole % 1000).padStart(3, '0')}`;
}
