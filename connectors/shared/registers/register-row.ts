import { canonicalDivision } from '../../../model/division.js';
import { type Crs, type Position, toPosition } from '../../../model/position.js';
import type { RegisterRecord } from '../../../model/record.js';
import type { RegisterFields, RegisterNoun } from '../../../model/register.js';
import { checkFields } from '../../../model/register-check.js';
import type { HubView } from '../../hub-view.js';
import { CellFault, type CellProblem } from '../tables/cells.js';
import { cellFault, shown } from './register-cells.js';
import { fieldKey } from './register-columns.js';

/** What a row is understood by. */
export interface RowContext {
  readonly zone: string;
  readonly crs: Crs;
  /** The department's own names of divisions: name → code. */
  readonly divisionNames: Readonly<Record<string, string>>;
  readonly view: HubView;
}

/** A cell's problem and the header of its column, '' for the row as a whole. */
export interface RowProblem {
  readonly column: string;
  readonly problem: CellProblem;
}

type Cells = Readonly<Record<string, unknown>>;

/** An entry out of a row's cells: `has` says which columns the table has; what it does not have is not spoken of. */
export function entryOf(
  noun: RegisterNoun,
  cells: Cells,
  has: (key: string) => boolean,
  raw: string,
  context: RowContext,
): { readonly record: RegisterRecord } | { readonly problems: readonly RowProblem[] } {
  const problems: RowProblem[] = [];
  const attempt = <T>(column: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof CellFault)) throw error;
      problems.push({ column, problem: error.problem });
      return undefined;
    }
  };
  const spoken = noun.fields.flatMap(({ name }) => {
    const key = fieldKey(name);
    return has(key) ? [[name, cells[key] ?? null] as const] : [];
  });
  const checked = checkFields(noun, Object.fromEntries(spoken), context.zone);
  const retired = cells.retired === true;
  for (const fault of checked.faults ?? [])
    if (!retired || fault.reason !== 'missing-field') problems.push(inWords(noun, fault));
  const position = attempt('经度', () => positionOf(cells, context.crs));
  const division = attempt('所在区划', () => divisionOf(cells.division, context));
  if (problems.length > 0) return { problems };
  const record: RegisterRecord = {
    kind: 'register',
    noun: noun.noun,
    code: String(cells.code),
    name: String(cells.name),
    ...(position ? { position } : {}),
    ...(division === undefined ? {} : { divisionCode: division }),
    fields: checked.fields ?? ({} as RegisterFields),
    ...(retired ? { retired } : {}),
    status: 'ACTUAL',
    raw,
  };
  return { record };
}

type Fault = NonNullable<ReturnType<typeof checkFields>['faults']>[number];

function inWords(noun: RegisterNoun, { field, reason, detail }: Fault): RowProblem {
  const described = noun.fields.find(({ name }) => name === field);
  const floor = noun.fields.find(({ name }) => name === described?.atLeast)?.zh;
  const [zh, adviceZh] =
    reason === 'out-of-range' && floor
      ? [`早于或小于“${floor}”`, `请核对本列与“${floor}”`]
      : reason === 'missing-field'
        ? ['未填写', '请填写']
        : [`此项不被接受（${detail}）`, '请改正'];
  const adviceEn = floor ? `compare it with ${floor}` : 'correct it';
  return { column: described?.zh ?? field, problem: { reason, en: detail, zh, adviceEn, adviceZh } };
}

/** China and some way around it: two numbers in the wrong columns fall outside. */
const [WEST, SOUTH, EAST, NORTH] = [70, 0, 140, 56];

function positionOf({ lon, lat }: Cells, crs: Crs): Position | undefined {
  if ((lon ?? null) === null && (lat ?? null) === null) return undefined;
  if (typeof lon !== 'number' || typeof lat !== 'number')
    throw cellFault(
      'bad-position',
      ['only one of longitude and latitude is filled in', '经度、纬度只填了一个'],
      ['fill in both, or neither', '请两项都填，或都不填'],
    );
  const position = lon >= WEST && lon <= EAST && lat >= SOUTH && lat <= NORTH ? toPosition(lon, lat, crs) : undefined;
  if (position) return position;
  throw cellFault(
    'bad-position',
    [`longitude ${lon}, latitude ${lat} is no place in or near China`, `经度 ${lon}、纬度 ${lat} 不在中国及周边`],
    ['see whether the two are exchanged, or the decimal point is missing', '请检查经纬度是否填反，或小数点遗漏'],
  );
}

function divisionOf(given: unknown, { divisionNames, view }: RowContext): string | undefined {
  if (typeof given !== 'string' || given === '') return undefined;
  const own = divisionNames[given] ?? given;
  const code = canonicalDivision(own);
  if (code !== undefined) return code;
  const found = view.divisionsNamed(own);
  if (found.length === 1) return found[0];
  if (found.length === 0)
    throw cellFault(
      'unknown-code',
      [`no division is called ${shown(own)}`, `没有名为 ${shown(own)} 的区划`],
      ['write its full name or its code', '请填区划全称或代码'],
    );
  throw cellFault(
    'unknown-code',
    [
      `${found.length} divisions are called ${shown(own)}: ${found.slice(0, 8).join(', ')}`,
      `名为 ${shown(own)} 的区划有 ${found.length} 个：${found.slice(0, 8).join('、')}`,
    ],
    ['write the township before it, or one of the codes', '请在前面加上乡镇街道名称，或填代码'],
  );
}
