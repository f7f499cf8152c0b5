import { z } from 'zod';
import { departmentOfFeed } from '../../../model/department.js';
import { DIVISION_CODE } from '../../../model/division.js';
import type { Outcome } from '../../../model/record.js';
import type { RegisterNoun } from '../../../model/register.js';
import type { Connector, FeedSource } from '../../connector.js';
import { type HubView, NO_VIEW } from '../../hub-view.js';
import { feedSettings } from '../settings.js';
import { answerCsv } from '../tables/answer.js';
import type { TableForm } from '../tables/columns.js';
import { dropSettings } from '../tables/table-drop.js';
import { DropFolder } from '../transports/file-drop.js';
import { registersOf } from './register-sheets.js';
import { readRegisters } from './register-table.js';
import { type Held, withAbsences } from './whole-list.js';

/** What a feed of register tables may be told, beside where its folder is. */
export const registerSettings = feedSettings.omit({ stations: true }).extend({
  ...dropSettings,
  /** Every table holds all entries in use: what it leaves out is retired. */
  whole: z.boolean().default(false),
  /** A whole list that would retire more than this share of the entries in use retires none. */
  maxRetiredShare: z.number().min(0).max(1).default(0.3),
  /** The department's own names of divisions: name → code. */
  divisionNames: z.record(z.string(), z.string().regex(DIVISION_CODE, { error: '6, 9 or 12 digits' })).default({}),
});
export type RegisterSettings = z.infer<typeof registerSettings>;

/** The pure part and the source of a feed of register tables, both from the descriptions of its nouns. */
export interface RegisterDrop {
  /** One for each noun, in the order of the nouns. */
  readonly forms: readonly TableForm[];
  normalize(input: Uint8Array, settings: RegisterSettings, now: Date, fileName: string): Outcome;
  create(settings: RegisterSettings, view?: HubView): FeedSource;
}

/** A feed of the registers `nouns`, dropped as workbooks or CSV. A file with no good row goes to `failed/`. */
export function registerDrop(nouns: readonly RegisterNoun[]): RegisterDrop {
  const registers = registersOf(nouns);
  const read = (bytes: Uint8Array, settings: RegisterSettings, name: string, view = NO_VIEW) =>
    readRegisters(registers, bytes, { ...settings, view }, name);
  return {
    forms: registers.map(({ noun, columns }) => ({
      title: { en: noun.en, zh: noun.sheet ?? noun.zh },
      columns,
      notes: NOTES,
    })),
    normalize: (input, settings, _now, name) => read(input, settings, name).outcome,
    create(settings, view = NO_VIEW) {
      const folder = new DropFolder(settings, async ({ bytes, name }) => {
        let reading = read(bytes, settings, name, view);
        if (settings.whole)
          reading = withAbsences(reading, await heldOf(reading.lists, view), settings.maxRetiredShare, name);
        const failed = reading.taken === 0 && reading.faults.length > 0;
        return { outcome: reading.outcome, failed, answer: { extension: 'csv', text: answerCsv(reading) } };
      });
      return {
        everySeconds: settings.pollSeconds,
        run: (context) => folder.round(context),
        replay: (input) => read(input, settings, '', view).outcome,
      };
    },
  };
}

async function heldOf(lists: readonly Parameters<Held>[0][], view: HubView): Promise<Held> {
  const held = await Promise.all(lists.map(async (list) => [list, await view.held(list.register.noun.noun)] as const));
  const byList = new Map(held);
  return (list) => byList.get(list) ?? [];
}

const NOTES = [
  '编号是记录的唯一标识：同一编号再次放入即为修改，内容相同则不变；留空的单元格表示清空，整列不填请删除该列。',
  '不再使用的记录请在“停用”列填“是”；未列出的记录是否停用由数据源设置（whole）决定。',
];

/** The connector of a feed of registers. */
export const registerConnector = (
  id: string,
  title: Connector['title'],
  { forms, create }: RegisterDrop,
): Connector<RegisterSettings> => ({
  id,
  department: departmentOfFeed(id),
  title,
  freshness: 'contact',
  settings: registerSettings,
  ...(forms.length === 1 && forms[0] ? { table: forms[0] } : { tables: forms }),
  create,
});
