import { canonicalDivision } from '../../../model/division.js';
import type { RejectReason } from '../../../model/record.js';
import type { RegisterCode, RegisterField, RegisterValue } from '../../../model/register.js';
import { readValue } from '../../../model/register-value.js';
import { CellFault } from '../tables/cells.js';
import { plainText } from '../tables/text.js';

/** [English, 中文]. */
type Words = readonly [string, string];

/** What is wrong with a cell, and what to write instead. */
export const cellFault = (reason: RejectReason, what: Words, advice: Words): CellFault =>
  new CellFault({ reason, en: what[0], zh: what[1], adviceEn: advice[0], adviceZh: advice[1] });

export const shown = (text: string): string => JSON.stringify(text.slice(0, 60));

const MAX_CODE = 64;

/** A code as it stands in the cell, leading zeros and all; full-width letters as others. */
export function codeCell(cell: string): string {
  const text = plainText(cell);
  if (/^\d(\.\d+)?e\+?\d+$/i.test(text) || /^[1-9]\d{14}0+$/.test(text))
    throw cellFault(
      'malformed',
      [
        `${shown(text)} is a code that Excel took for a number, which loses its last digits`,
        `${shown(text)} 被 Excel 当作数字，末尾几位已丢失`,
      ],
      ['make the column text (format “文本”) and write the code anew', '请把该列设为“文本”格式后重新填写编号'],
    );
  if (text.length <= MAX_CODE && !/\p{Cc}/u.test(text)) return text;
  throw cellFault(
    'malformed',
    [`a code of ${text.length} characters`, `编号共 ${text.length} 字`],
    [`at most ${MAX_CODE} characters on one line`, `最多 ${MAX_CODE} 字，且为一行`],
  );
}

const MAX_NAME = 200;

/** A name on one line, otherwise as written. */
export function nameCell(cell: string): string {
  const text = cell.replaceAll(/\s+/g, ' ').trim();
  if (text.length <= MAX_NAME && !/\p{Cc}/u.test(text)) return text;
  throw cellFault(
    'malformed',
    [`a name of ${text.length} characters`, `名称共 ${text.length} 字`],
    [`at most ${MAX_NAME} characters`, `最多 ${MAX_NAME} 字`],
  );
}

/** Text, a telephone number or several texts, as the field's own check takes them. A wrong number is never repeated. */
export function textCell(field: RegisterField): (cell: string) => string | readonly string[] {
  return (cell) => {
    const read = readValue(field, cell, 'UTC');
    if ('value' in read && read.value !== null) return read.value as string | readonly string[];
    if (field.type === 'text' && field.phone)
      throw cellFault(
        'malformed',
        ['is no telephone number', '不是电话号码'],
        ['digits, "-" and blanks; several with "、" between', '只填数字、“-”和空格，多个号码用“、”隔开'],
      );
    const [reason, detail] = 'fault' in read ? read.fault : (['malformed', 'holds nothing'] as const);
    throw cellFault(
      reason,
      [detail, reason === 'too-large' ? '内容过长' : '含有不可用的字符'],
      ['shorten it, or write it on one line', '请缩短内容，或改写为一行'],
    );
  };
}

/** A list of parts, as the field's own check takes it. */
export function partsCell(field: RegisterField & { type: 'parts' }): (cell: string) => RegisterValue {
  const form = field.parts.map(({ zh }) => zh).join('|');
  return (cell) => {
    const read = readValue(field, cell, 'UTC');
    if ('value' in read && read.value !== null) return read.value;
    const [reason, detail] = 'fault' in read ? read.fault : (['malformed', 'holds nothing'] as const);
    throw cellFault(
      reason,
      [detail, `内容有误（${detail}）`],
      [`write ${field.example}, several with ";" between`, `按“${form}”填写，缺项留空，多项用“；”隔开`],
    );
  };
}

/** A code, its Chinese or English name, or both in one cell ("106 临时住宿"). */
export function choiceCell(values: readonly RegisterCode[]): (cell: string) => string {
  const known = new Map<string, string>();
  for (const { code, zh, en } of values) for (const name of [en, zh, code, `${code} ${zh}`]) known.set(key(name), code);
  return (cell) => {
    const found = known.get(key(cell));
    if (found !== undefined) return found;
    const labels = values.slice(0, 30).map(({ zh }) => zh);
    const some = `${labels.join('、')}${values.length > 30 ? '……' : ''}`;
    throw cellFault(
      'unknown-code',
      [`${shown(cell)} is none of the known words`, `${shown(cell)} 不在可选项内`],
      [`write one of ${some}`, `请从中选填：${some}`],
    );
  };
}

const key = (text: string): string =>
  plainText(text)
    .toLowerCase()
    .replaceAll(/[\s:：.、_-]/g, '');

/** A division as written: a code of 6, 9 or 12 digits, or a name that is looked up later. */
export function divisionCell(cell: string): string {
  const text = plainText(cell);
  if (!/^\d+$/.test(text) || canonicalDivision(text) !== undefined) return text;
  throw cellFault(
    'unknown-code',
    [`${shown(text)} is no division code`, `${shown(text)} 不是区划代码`],
    ['write 6, 9 or 12 digits, or the name of the division', '请填 6、9 或 12 位代码，或填区划名称'],
  );
}

/** Compatibility forms are taken apart before: ″ is two ′. */
const DEGREES = /^(\d{1,3})[°度](?:(\d{1,2}(?:\.\d+)?)['′分](?:(\d{1,2}(?:\.\d+)?)(?:"|''|′′|秒))?)?[EN]?$/i;

/** Degrees as a decimal number, or as degrees, minutes and seconds: 84.68, 84°40′48″. */
export function degreesCell(cell: string): number {
  const text = plainText(cell)
    .replaceAll(/\s/g, '')
    .replace(/^(东经|北纬|[EN])/i, '');
  const parts = DEGREES.exec(text);
  const [degrees = 0, minutes = 0, seconds = 0] = parts?.slice(1).map((part) => Number(part ?? 0)) ?? [];
  const value = parts
    ? degrees + minutes / 60 + seconds / 3600
    : Number(/^\d{1,3}(\.\d+)?°?$/.test(text) ? text.replace('°', '') : 'x');
  if (Number.isFinite(value) && minutes < 60 && seconds < 60) return Math.round(value * 1e8) / 1e8;
  throw cellFault(
    'bad-position',
    [`${shown(cell)} is no longitude or latitude`, `${shown(cell)} 不是经纬度`],
    ['write degrees such as 84.6812 or 84°40′52″', '请填度数，例如 84.6812 或 84°40′52″'],
  );
}

const RETIRED = new Set([
  '是',
  '停用',
  '已停用',
  '不再使用',
  '撤销',
  '已撤销',
  '注销',
  '报废',
  '拆除',
  '已拆除',
  '废止',
  '作废',
  '离任',
  'yes',
  'y',
  'true',
  '1',
  '√',
  'retired',
]);
const IN_USE = new Set([
  '否',
  '在用',
  '使用',
  '正常',
  '有效',
  '启用',
  '现行',
  '在岗',
  'no',
  'n',
  'false',
  '0',
  'active',
]);

/** Whether an entry is out of use. */
export function retiredCell(cell: string): boolean {
  const text = plainText(cell).toLowerCase();
  if (RETIRED.has(text)) return true;
  if (IN_USE.has(text)) return false;
  throw cellFault(
    'unknown-code',
    [`${shown(cell)} does not say whether it is out of use`, `${shown(cell)} 看不出是否停用`],
    ['write 是 (out of use) or 否', '停用请填“是”，在用请填“否”或留空'],
  );
}
