import type { RegisterNoun } from '../../../model/register.js';
import { DecodeError } from '../codecs/decode-error.js';
import type { Sheet } from '../codecs/sheets.js';
import { findTable, type HeadedTable } from '../tables/read-rows.js';
import { headerKeys, plainText } from '../tables/text.js';
import { registerColumns } from './register-columns.js';

/** A noun with the columns of its table. */
export interface Register {
  readonly noun: RegisterNoun;
  readonly columns: ReturnType<typeof registerColumns>;
}

export const registersOf = (nouns: readonly RegisterNoun[]): Register[] =>
  nouns.map((noun) => ({ noun, columns: registerColumns(noun) }));

/** What a sheet holds: a register's table, something that looks like one and is not, or nothing of ours. */
export type Recognised =
  | { readonly register: Register; readonly table: HeadedTable }
  | { readonly fault: DecodeError }
  | undefined;

/** The column of a kept row that says which register it is of. */
export const NOUN_MARK = '#';

const SUFFIX = /(统计表|信息表|一览表|登记表|汇总表|台账|清单|名录|名单|表)$/;

/** Which register a sheet holds: by its name, where that says it, and by the columns that its header names. */
export function recognise(sheet: Sheet, registers: readonly Register[]): Recognised {
  const marked = markedNoun(sheet);
  const named = registers.filter(({ noun }) => (marked === undefined ? isNamed(sheet, noun) : noun.noun === marked));
  const found = best(sheet, named.length > 0 ? named : registers) ?? best(sheet, registers);
  if (found) return found;
  const likely = named[0] ?? registers.find(({ noun }) => names(sheet, noun.code.zh)) ?? onlyOf(registers);
  if (!likely) return undefined;
  try {
    findTable([sheet], likely.columns);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return { fault: error };
    throw error;
  }
}

function best(sheet: Sheet, registers: readonly Register[]): Recognised {
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

const onlyOf = (registers: readonly Register[]): Register | undefined =>
  registers.length === 1 ? registers[0] : undefined;

/** A sheet called "储备库", "应急物资储备库台账" or "SupplyDepot" holds the depots. */
function isNamed({ name }: Sheet, { zh, type }: RegisterNoun): boolean {
  const bare = plainText(name).replaceAll(/\s/g, '').replace(SUFFIX, '');
  return bare.length >= 2 && (plainText(zh).includes(bare) || type.toLowerCase() === bare.toLowerCase());
}

const names = ({ rows }: Sheet, header: string): boolean => {
  const wanted = headerKeys(header);
  return rows
    .slice(0, 30)
    .some(({ cells }) => cells.some((cell) => headerKeys(cell).some((key) => wanted.includes(key))));
};

function markedNoun({ rows }: Sheet): string | undefined {
  const at = rows[0]?.cells.indexOf(NOUN_MARK) ?? -1;
  return at < 0 ? undefined : rows[1]?.cells[at];
}
