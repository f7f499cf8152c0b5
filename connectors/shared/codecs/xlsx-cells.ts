import { walkXml } from './sheet-xml.js';

/** Number formats that ECMA-376 part 1, 18.8.30 names without spelling out: those of dates and times, Chinese ones included. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** The numbers of the cell styles that show a date or a time. */
export function dateStyles(styles: Uint8Array | undefined): ReadonlySet<number> {
  const custom = new Map<number, boolean>();
  const dates = new Set<number>();
  let inCells = false;
  let index = 0;
  if (styles)
    walkXml(styles, 'the list of styles', {
      open(name, attribute) {
        if (name === 'numFmt') custom.set(Number(attribute('numFmtId')), isDateFormat(attribute('formatCode') ?? ''));
        if (name === 'cellXfs') inCells = true;
        if (name !== 'xf' || !inCells) return;
        const id = Number(attribute('numFmtId') ?? 0);
        if (custom.get(id) ?? isBuiltInDate(id)) dates.add(index);
        index++;
      },
      close(name) {
        if (name === 'cellXfs') inCells = false;
      },
    });
  return dates;
}

/** What is quoted, escaped or bracketed in a format is text, colour or condition. */
const isDateFormat = (code: string): boolean =>
  /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\[[^\]]*\]|General/gi, ''));

/** A cell's value as the text a person reads. `type` is ECMA-376 18.18.11: s, str, inlineStr, b, e, d, n. */
export function cellText(
  value: string,
  type: string,
  isDate: boolean,
  book: { readonly strings: readonly string[]; readonly from1904: boolean },
): string {
  if (type === 's') return unescaped(book.strings[Number(value)] ?? '');
  if (type === 'b') return value === '1' ? 'TRUE' : 'FALSE';
  if (type !== 'n') return unescaped(value);
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  return isDate ? (serialText(number, book.from1904) ?? value) : String(Number(number.toPrecision(15)));
}

/** "_x000D_" is how a workbook writes a character that XML may not hold. */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text;

const DAY_MS = 86_400_000;
/** 9999-12-31. */
const LAST_SERIAL = 2_958_465;

/**
 * A day number of Excel as "YYYY-MM-DD HH:mm:ss", without the clock where it is midnight, without the day where it is below
 * one; to the second. Undefined outside Excel's calendar. The day 29 February 1900 that Excel believes in is passed over.
 */
export function serialText(serial: number, from1904 = false): string | undefined {
  if (serial < 0 || serial > LAST_SERIAL) return undefined;
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const text = new Date(epoch + Math.round((serial * DAY_MS) / 1000) * 1000).toISOString();
  const [day, clock] = [text.slice(0, 10), text.slice(11, 19)];
  if (serial < 1) return clock;
  return clock === '00:00:00' ? day : `${day} ${clock}`;
}
