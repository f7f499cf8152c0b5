import type { RegisterNoun } from '../../../model/register.js';
import { DecodeError } from '../codecs/decode-error.js';
import type { Sheet } from '../codecs/sheets.js';
import { findTable, type HeadedTable, placesOf } from '../tables/read-rows.js';
import { plainText } from '../tables/text.js';
import { registerColumns } from './register-columns.js';

/** A noun with the columns of its table. */
export interface Register {
  readonly noun: RegisterNoun;
  readonly columns: ReturnType<typeof registerColumns>;
}

export const registersOf = (nouns: readonly RegisterNoun[]): Register[] =>
  nouns.map((noun) => ({ noun, columns: registerColumns(noun) }));

/** What a sheet holds: a register's table, something that looks like one and is not, nothing of ours, or words for people. */
export type Recognised =
  | { readonly register: Register; readonly table: HeadedTable }
  | { readonly fault: DecodeError }
  | 'other'
  | 'explanation';

/** The column of a kept row that says which register it is of. */
export const NOUN_MARK = '#';

const SUFFIX = /(统计表|信息表|一览表|登记表|汇总表|台账|清单|名录|名单|表)$/;
const EXPLANATIONS = /^(填写说明|填表说明|说明|封面|目录|选项|readme)$/i;

/** Which register a sheet holds: by its name, where that says it, and by the columns that its header names. */
export function recognise(sheet: Sheet, registers: readonly Register[]): Recognised {
  const name = plainText(sheet.name).replaceAll(/\s/g, '');
  if (EXPLANATIONS.test(name)) return 'explanation';
  const marked = markedNoun(sheet);
  const named = registers.filter(({ noun }) => (marked === undefined ? isNamed(name, noun) : noun.noun === marked));
  const found = best(sheet, named) ?? best(sheet, registers);
  if (found) return found;
  const likely = named[0] ?? registers.find((register) => resembles(sheet, register));
  return likely ? { fault: faultOf(sheet, likely) } : 'other';
}

/** Why no register of `registers` can be read from a sheet. */
export function faultOf(sheet: Sheet, { columns }: Register): DecodeError {
  try {
    findTable([sheet], columns);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  return new DecodeError('malformed', 'is another register');
}

function best(sheet: Sheet, registers: readonly Register[]): { register: Register; table: HeadedTable } | undefined {
  const found = registers.flatMap((register) => {
    try {
      return [{ register, table: findTable([sheet], register.columns) }];
    } catch (error) {
      if (error instanceof DecodeError) return [];
      throw error;
    }
  });
  return found.sort((a, b) => b.table.places.size - a.table.places.size)[0];
}

/** A sheet called "储备库", "应急物资储备库台账" or "SupplyDepot" holds the depots. */
function isNamed(name: string, { zh, sheet = zh, type }: RegisterNoun): boolean {
  const bare = name.replace(SUFFIX, '');
  const own = [sheet, zh].map((each) => plainText(each).replace(SUFFIX, ''));
  return (
    bare.length >= 2 &&
    (own.some((each) => each === bare || each.endsWith(bare)) || type.toLowerCase() === bare.toLowerCase())
  );
}

/** Some row names half of what must be there: a header that lacks a column, not a word in an explanation. */
function resembles({ rows }: Sheet, { columns }: Register): boolean {
  const required = Object.entries(columns).filter(([, column]) => column.required);
  return rows.slice(0, 30).some((row) => {
    const places = placesOf(row, columns);
    return required.filter(([key]) => places.has(key)).length >= Math.max(2, required.length / 2);
  });
}

function markedNoun({ rows }: Sheet): string | undefined {
  const at = rows[0]?.cells.indexOf(NOUN_MARK) ?? -1;
  return at < 0 ? undefined : rows[1]?.cells[at];
}
