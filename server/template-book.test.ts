import { describe, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import { type HubView, NO_VIEW } from '../connectors/hub-view.js';
import type { Outcome } from '../model/record.js';
import { connectors } from './connectors.js';
import { formsOf, headerOf, sheetOf, templateBook } from './template-book.js';

const NOW = new Date('2027-01-01T00:00:00Z');
const feeds = connectors.filter((connector) => formsOf(connector).length > 0);
const open = async (bytes: Uint8Array): Promise<ExcelJS.Workbook> => {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes as unknown as ExcelJS.Buffer);
  return book;
};

/** A feed's template with a row under each example, `change` made to what the example says. */
async function filled(
  feed: (typeof feeds)[number],
  change: (header: string, example: string) => string,
): Promise<Uint8Array> {
  const forms = formsOf(feed);
  const book = await open(await templateBook(forms));
  for (const form of forms)
    for (const [at, { header, example }] of Object.values(form.columns).entries()) {
      const cell = book.getWorksheet(sheetOf(form, forms))?.getCell(4, at + 1);
      if (cell) cell.value = change(header, example);
    }
  return new Uint8Array(await book.xlsx.writeBuffer());
}

/** Every division that an example names is one. */
const view: HubView = { ...NO_VIEW, divisionsNamed: () => ['654202200'] };

/** As the feed reads it, by settings that say no more than they must. */
async function readBy(feed: (typeof feeds)[number], bytes: Uint8Array): Promise<Outcome> {
  const least = { expectedEverySeconds: 60, zone: 'Asia/Shanghai', crs: 'CGCS2000', folder: '/nonexistent' };
  const outcome = await feed.create(feed.settings.parse(least), view).replay?.(bytes, NOW);
  if (!outcome) throw new Error(`${feed.id} reads nothing`);
  return outcome;
}

test('every feed whose tables people fill in is found by what its connector says', () => {
  expect(feeds.map(({ id }) => id)).toContain('transport/road-events');
});

describe.each(feeds.map((feed) => [feed.id, feed] as const))('the template of %s', (_id, feed) => {
  const forms = formsOf(feed);

  test('brings nothing as it is made, and one record a sheet when it is filled in as its example is', async () => {
    const made = await readBy(feed, await templateBook(forms));
    expect([made.records, made.rejects]).toEqual([[], []]);
    const { records, rejects } = await readBy(feed, await filled(feed, (_header, example) => example));
    expect(rejects).toEqual([]);
    expect(records).toHaveLength(forms.length);
  });

  test('tells the row and the column of what is left empty', async () => {
    const [form] = forms;
    const required = Object.values(form?.columns ?? {}).filter((column) => column.required);
    const last = required.at(-1)?.header ?? '';
    const { rejects } = await readBy(feed, await filled(feed, (header, example) => (header === last ? '' : example)));
    expect(rejects[0]?.detail).toContain(`${last}: is empty`);
  });

  test('explains every column, and gives drop-downs for choices', async () => {
    const book = await open(await templateBook(forms));
    const explained = book.getWorksheet('填写说明');
    const told = new Set<string>();
    explained?.eachRow((row) => told.add([1, 2, 3].map((at) => row.getCell(at).text).join(' ')));
    for (const form of forms)
      for (const [at, column] of Object.values(form.columns).entries()) {
        const data = book.getWorksheet(sheetOf(form, forms));
        expect(data?.getCell(2, at + 1).text).toBe(headerOf(column));
        expect(told).toContain([sheetOf(form, forms), column.header, column.required ? '必填' : '可空'].join(' '));
        if (!column.choices) continue;
        const { type, formulae } = data?.getCell(4, at + 1).dataValidation ?? {};
        const [, letters = ''] = /^选项!\$([A-Z]+)\$2:/.exec(String(formulae?.[0])) ?? [];
        expect([type, book.getWorksheet('选项')?.getCell(`${letters}2`).text]).toEqual(['list', column.choices[0]]);
      }
  });
});
