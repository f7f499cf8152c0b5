import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DecodeError } from './decode-error.js';
import { MAX_ROWS } from './sheets.js';
import { MAX_TABLE_BYTES, readSheets } from './table.js';
import { serialText } from './xlsx-cells.js';

async function workbook(fill: (sheet: ExcelJS.Worksheet, book: ExcelJS.Workbook) => void): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  fill(book.addWorksheet('表'), book);
  return new Uint8Array(await book.xlsx.writeBuffer());
}

const cells = (bytes: Uint8Array): string[][] => readSheets(bytes)[0]!.rows.map((row) => [...row.cells]);

function reasonOf(bytes: Uint8Array): string {
  try {
    readSheets(bytes);
  } catch (error) {
    if (error instanceof DecodeError) return error.reason;
    throw error;
  }
  return 'was read';
}

interface Part {
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly announced?: number;
  readonly at?: number;
}

/** A ZIP written by hand, so that it can lie. */
function zip(parts: readonly Part[], flags = 0): Uint8Array {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, announced, at } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(0, 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt32LE(announced ?? bytes.length, 24);
    central.writeUInt16LE(Buffer.byteLength(name), 28);
    central.writeUInt32LE(at ?? offset, 42);
    locals.push(local, Buffer.from(name), packed);
    directory.push(central, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

describe('a workbook', () => {
  test('gives what a person reads: results, whole texts, dates without zone, numbers as they are', async () => {
    const bytes = await workbook((sheet) => {
      sheet.addRow([
        '路线',
        { richText: [{ text: 'K12' }, { text: '+300', font: { bold: true } }] },
        12.5,
        true,
        0.1 + 0.2,
      ]);
      sheet.addRow([{ formula: '1+1', result: 2 }, { formula: 'x', result: { error: '#N/A' } }, 654202000000]);
      const dated = sheet.addRow([46350.35416666667, 46350, 0.5, 46350.35416666667]);
      dated.getCell(1).numFmt = 'yyyy"年"m"月"d"日" hh:mm';
      dated.getCell(2).numFmt = 'yyyy/m/d';
      dated.getCell(3).numFmt = 'h:mm';
      dated.getCell(4).numFmt = '0.00_ "d"';
      sheet.addRow([
        '<&>"',
        { text: '乌苏', hyperlink: 'https://example.org' },
        new Date(Date.UTC(2026, 10, 24, 8, 30)),
      ]);
    });
    expect(cells(bytes)).toEqual([
      ['路线', 'K12+300', '12.5', 'TRUE', '0.3'],
      ['2', '#N/A', '654202000000'],
      ['2026-11-24 08:30:00', '2026-11-24', '12:00:00', '46350.3541666667'],
      ['<&>"', '乌苏', '2026-11-24 08:30:00'],
    ]);
  });

  test('keeps Excel’s row numbers, reads a cell merged down in every row that holds something, and passes hidden sheets over', async () => {
    const bytes = await workbook((sheet, book) => {
      book.addWorksheet('隐藏', { state: 'hidden' }).addRow(['x']);
      sheet.getCell('A3').value = 'G30';
      sheet.getCell('B3').value = 1;
      sheet.getCell('B4').value = 2;
      sheet.mergeCells('A3:A5');
    });
    expect(readSheets(bytes)).toEqual([
      {
        name: '表',
        rows: [
          { number: 3, cells: ['G30', '1'] },
          { number: 4, cells: ['G30', '2'] },
        ],
      },
    ]);
  });

  test('counts days from 1904 where it says so, and knows the day that never was', () => {
    expect(serialText(0, true)).toBe('00:00:00');
    expect(serialText(44888, true)).toBe('2026-11-24');
    expect(serialText(46350)).toBe('2026-11-24');
    expect([serialText(1), serialText(59), serialText(61)]).toEqual(['1900-01-01', '1900-02-28', '1900-03-01']);
    expect([serialText(-1), serialText(3e6)]).toEqual([undefined, undefined]);
  });
});

describe('a table of text', () => {
  const text = '路线编码,路段名称\nG30,"乌苏,奎屯"\n';
  const table = [
    ['路线编码', '路段名称'],
    ['G30', '乌苏,奎屯'],
  ];
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with mark', Buffer.from(`\ufeff${text}`)],
    ['GBK', iconv.encode(text, 'gbk')],
    ['GB18030', iconv.encode(text, 'gb18030')],
    ['UTF-16', iconv.encode(text.replace(',路', '\t路').replace('0,', '0\t'), 'utf-16le', { addBOM: true })],
    ['CR LF and tabs', Buffer.from('路线编码\t路段名称\r\nG30\t"乌苏,奎屯"\r\n')],
  ])('is read in %s', (_, bytes) => expect(cells(bytes)).toEqual(table));

  test('in no encoding, or with damaged characters, is refused and never read as other characters', () => {
    const damaged = Buffer.from(`${text}G312,古尔图河大桥至乌苏收费站\n`.repeat(3));
    damaged[damaged.length - 5] = 0xff;
    expect(reasonOf(damaged)).toBe('bad-encoding');
    expect(reasonOf(Buffer.from([0x41, 0x2c, 0xc0, 0x0a]))).toBe('bad-encoding');
    expect(reasonOf(Buffer.from('a,b\n\0,c'))).toBe('bad-encoding');
    expect(reasonOf(Buffer.concat([Buffer.from('乌苏'), Buffer.from([0xc0, 0xaf])]))).toBe('bad-encoding');
    expect(reasonOf(iconv.encode(text, 'gbk'))).toBe('was read');
  });
});

describe('what is no table is refused in words', () => {
  test.each<[string, string, Uint8Array]>([
    ['an old workbook or a locked one', 'unsupported', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a page named .xls', 'unsupported', Buffer.from('<html><table><tr><td>1</table>')],
    ['a PDF', 'unsupported', Buffer.from('%PDF-1.7')],
    ['nothing', 'malformed', Buffer.alloc(0)],
    ['a ZIP that is no workbook', 'unsupported', zip([{ name: 'a.txt', content: 'x' }])],
    ['more bytes than the bound', 'too-large', Buffer.alloc(MAX_TABLE_BYTES + 1)],
    ['more rows than the bound', 'too-large', Buffer.from('a\n'.repeat(MAX_ROWS + 1))],
  ])('%s: %s', (_, reason, bytes) => expect(reasonOf(bytes)).toBe(reason));
});

describe('a hostile archive', () => {
  const bomb = Buffer.alloc(40_000_000, 0x20);
  test.each<[string, string, Uint8Array]>([
    ['that unpacks to more than the bound', 'too-large', zip([{ name: 'xl/workbook.xml', content: bomb }])],
    [
      'of many big files',
      'too-large',
      zip(['a', 'b', 'c'].map((name) => ({ name, content: bomb.subarray(0, 25_000_000) }))),
    ],
    [
      'of more files than the bound',
      'too-large',
      zip(Array.from({ length: 2001 }, (_, at) => ({ name: `${at}`, content: '' }))),
    ],
    [
      'whose files overlap',
      'malformed',
      zip([
        { name: 'a', content: 'x' },
        { name: 'b', content: 'x', at: 0 },
      ]),
    ],
    [
      'with two files of one name',
      'malformed',
      zip([
        { name: 'a', content: 'x' },
        { name: 'a', content: 'y' },
      ]),
    ],
    ['with a way out of the folder', 'malformed', zip([{ name: '../../etc/passwd', content: 'x' }])],
    ['with a path from the root', 'malformed', zip([{ name: '/etc/passwd', content: 'x' }])],
    ['with a password', 'encrypted', zip([{ name: 'a', content: 'x' }], 1)],
  ])('%s: %s', (_, reason, bytes) => expect(reasonOf(bytes)).toBe(reason));

  test('that announces less than it holds is stopped there', () => {
    const lie = zip([
      { name: 'xl/workbook.xml', content: bomb, announced: 100 },
      { name: 'xl/_rels/workbook.xml.rels', content: '' },
    ]);
    const before = process.memoryUsage().rss;
    expect(reasonOf(lie)).toBe('bad-crc');
    expect(process.memoryUsage().rss - before).toBeLessThan(20_000_000);
  });

  test('cut at any byte is refused', async () => {
    const whole = await workbook((sheet) => sheet.addRow(['路线', 1]));
    expect(reasonOf(whole)).toBe('was read');
    for (let length = 0; length < whole.length; length += 7)
      expect(reasonOf(whole.subarray(0, length))).not.toBe('was read');
  });

  test('with one byte changed anywhere is read alike or refused, and nothing else is thrown', async () => {
    const whole = await workbook((sheet) => sheet.addRow(['路线', 1]));
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const copy = Uint8Array.from(whole);
        copy[at] = (copy[at] as number) ^ change;
        reasonOf(copy);
      }),
      { numRuns: 500 },
    );
  });

  test('any bytes are a table or a DecodeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => void reasonOf(bytes)),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void reasonOf(Buffer.from(text))),
      { numRuns: 500 },
    );
  });
});
