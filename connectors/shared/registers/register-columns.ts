import type { RegisterField, RegisterNoun } from '../../../model/register.js';
import { zoneMinutes } from '../../../model/time.js';
import { timeOf } from '../tables/cells.js';
import { type Column, type Columns, needed, optional } from '../tables/columns.js';
import { plainText } from '../tables/text.js';
import {
  choiceCell,
  codeCell,
  degreesCell,
  divisionCell,
  nameCell,
  partsCell,
  retiredCell,
  textCell,
} from './register-cells.js';

/** What is in brackets at the end of a column's name, its unit: "库房面积(平方米)". */
const UNIT = /[(（]([^)）]+)[)）]$/;
/** Other ways to write the units that registers use, by what the column's name has in brackets. */
const SAME_UNIT: Readonly<Record<string, readonly string[]>> = {
  平方米: ['m2', '㎡', '平米', '平方'],
  米: ['m', 'M'],
  公顷: ['ha', 'hm2'],
  分钟: ['min', '分'],
  万元: ['万'],
  万立方米: ['万m3', '万方', '万立方'],
};
const ENDINGS = ['编号', '编码', '代码'];

/** The key of a noun's own field among a table's columns. */
export const fieldKey = (name: string): string => `field:${name}`;

/**
 * The columns of a register's table, all from its description: code, name, place, fields, whether out of use. The same for the
 * reader, the template and the demo.
 */
export function registerColumns(noun: RegisterNoun): Columns {
  const place = noun.place === 'none' ? {} : { division: DIVISION, ...(noun.place === 'point' ? POINT : {}) };
  return {
    code: needed.parsed(noun.code.zh, codeCell, {
      ...told(noun.code.example),
      aliases: [...codeNames(noun.code.zh), ...ENDINGS],
      note: '同一编号只填一行；该列请设为文本格式，保留前导零',
    }),
    name: needed.parsed(noun.name.zh, nameCell, { ...told(noun.name.example), aliases: ['名称'] }),
    ...place,
    ...Object.fromEntries(noun.fields.map((field) => [fieldKey(field.name), fieldColumn(field)])),
    retired: optional.parsed('停用', retiredCell, {
      example: '否',
      note: '不再使用的填“是”，记录保留；在用的填“否”或留空',
      aliases: [
        '是否停用',
        '是否在册停用',
        ...(noun.fields.some(({ zh }) => zh.endsWith('状态')) ? [] : ['状态', '在用状态']),
      ],
    }),
  };
}

const told = (example: string, note = '') => ({ example, note });

const DIVISION = optional.parsed('所在区划', divisionCell, {
  example: '八十四户乡',
  note: '填区划名称或 6、9、12 位代码；重名时请连同上级名称',
  aliases: ['区划代码', '行政区划', '行政区划代码', '所属区划', '所在乡镇', '乡镇街道', '所在乡镇街道', '所在地区划'],
});
const POINT = {
  lon: optional.parsed('经度', degreesCell, {
    ...told('84.6812', '度，坐标系按数据源约定'),
    aliases: ['东经', 'lon', 'lng'],
  }),
  lat: optional.parsed('纬度', degreesCell, { ...told('44.4301', '度，坐标系按数据源约定'), aliases: ['北纬', 'lat'] }),
};

/** "储备库编号" is also written "储备库编码" and "储备库代码". */
function codeNames(header: string): string[] {
  const ending = ENDINGS.find((each) => header.endsWith(each));
  return ending ? ENDINGS.map((each) => header.slice(0, -ending.length) + each) : [];
}

function fieldColumn(field: RegisterField): Column {
  const make = field.required ? needed : optional;
  const aliases = [field.name, ...(field.aliases ?? []), ...codeNames(field.zh)];
  const plain = { ...told(field.example, noteOf(field)), aliases };
  switch (field.type) {
    case 'number':
    case 'integer':
      return numberColumn(field, plain);
    case 'boolean':
      return make.boolean(field.zh, plain);
    case 'one-of':
      return {
        ...make.parsed(field.zh, choiceCell(field.values), plain),
        type: 'one-of',
        choices: field.values.map(({ zh }) => zh),
      };
    case 'date':
      return { ...make.date(field.zh, plain), parse: (cell, { zone }) => dayOf(cell, zone) };
    case 'date-time':
      return { ...make.dateTime(field.zh, plain), parse: (cell, { zone }) => timeOf(cell, zone).at.toISOString() };
    case 'reference':
      return make.parsed(field.zh, codeCell, plain);
    case 'parts':
      return make.parsed(field.zh, partsCell(field), plain);
    default:
      return make.parsed(field.zh, textCell(field), plain);
  }
}

function noteOf(field: RegisterField): string {
  if (field.type === 'parts') return `${field.parts.map(({ zh }) => zh).join('|')}，缺项留空，多项用“；”隔开`;
  if (field.type === 'texts') return '多项用“、”隔开';
  if (field.type === 'text' && field.phone) return field.personal ? '本人手机号码，仅授权人员可见' : '单位电话';
  return '';
}

/** A unit in the cell counts only where it is the column's own; any other is refused by the reader of numbers. */
function numberColumn(
  field: RegisterField & { type: 'number' | 'integer' },
  plain: { example: string; note: string; aliases: string[] },
): Column {
  const unit = UNIT.exec(field.zh)?.[1];
  const { min, max } = field;
  const bounds = {
    ...(unit ? { unit } : {}),
    ...(min !== undefined ? { min } : {}),
    ...(max !== undefined ? { max } : {}),
  };
  const column = (field.required ? needed : optional)[field.type](field.zh, { ...plain, ...bounds });
  const others = unit ? (SAME_UNIT[unit] ?? []).map((each) => plainText(each).toLowerCase()) : [];
  return {
    ...column,
    parse: (cell, context) => {
      const text = plainText(cell);
      const other = others.find((each) => new RegExp(`\\d\\s*${each}$`, 'i').test(text));
      return column.parse(other && unit ? text.slice(0, -other.length) + unit : cell, context);
    },
  };
}

/** "2026-03-05", the day in the feed's zone. */
function dayOf(cell: string, zone: string): string {
  const { at } = timeOf(cell, zone);
  return new Date(at.getTime() + (zoneMinutes(zone) ?? 0) * 60_000).toISOString().slice(0, 10);
}
