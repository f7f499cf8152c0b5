import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MultiPolygon } from 'geojson';
import { divisionPrefix } from '../../model/division.js';
import type { Queryable } from '../database.js';

interface DivisionsFile {
  readonly source: string;
  readonly counties: readonly string[];
  readonly townships: readonly string[];
  readonly villages: readonly string[];
}
interface BoundariesFile {
  readonly source: string;
  readonly boundaries: readonly { readonly code: string; readonly boundary: MultiPolygon }[];
}
interface Row {
  readonly code: string;
  readonly nameZh: string;
  readonly level: string;
  readonly validTo?: string;
}

const ENGLISH: Readonly<Record<string, string>> = {
  '650000': 'Xinjiang Uygur Autonomous Region',
  '654200': 'Tacheng Prefecture',
  '654201': 'Tacheng',
  '654202': 'Wusu',
  '654203': 'Shawan',
  '654221': 'Emin',
  '654224': 'Toli',
  '654225': 'Yumin',
  '654226': 'Hoboksar Mongol Autonomous County',
};

/** When today's code began, where it replaced another; the rest counts from the founding of the code table. */
const VALID_FROM: Readonly<Record<string, string>> = { '654203': '2021-01-20' };
const FIRST_TABLE = '1980-12-31';

const ALIASES = [{ alias: '654223', code: '654203', validTo: '2021-01-19', note: '沙湾县, before it became 沙湾市' }];

/** Divisions that are no more, with the first day on which they were not. */
const PAST = [{ code: '654223', nameZh: '沙湾县', level: 'county', validTo: '2021-01-20' }];

/** Writes the divisions of the prefecture (counties, Wusu's townships and villages) and its boundaries; repeating it changes nothing. */
export async function seedDivisions(client: Queryable, folder: string): Promise<void> {
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), 'utf8')) as T;
  const divisions = read<DivisionsFile>('divisions-654200.json');
  const { boundaries, source } = read<BoundariesFile>('boundaries-654200.json');
  const outlines = new Map(boundaries.map(({ code, boundary }) => [code, boundary]));
  const rows = [
    { code: '650000', nameZh: '新疆维吾尔自治区', level: 'province' },
    { code: '654200', nameZh: '塔城地区', level: 'prefecture' },
    ...parse(divisions.counties, 'county'),
    ...PAST,
    ...parse(divisions.townships, 'township'),
    ...parse(divisions.villages, 'village'),
  ];
  await client.query(UPSERT, [
    rows.map((row) => row.code),
    rows.map((row) => row.nameZh),
    rows.map((row) => ENGLISH[row.code] ?? null),
    rows.map((row) => parentOf(row)),
    rows.map((row) => row.level),
    rows.map((row) => VALID_FROM[row.code] ?? FIRST_TABLE),
    rows.map((row) => (outlines.has(row.code) ? JSON.stringify(outlines.get(row.code)) : null)),
    rows.map((row) => (outlines.has(row.code) ? `${divisions.source}; boundary: ${source}` : divisions.source)),
    rows.map((row) => row.validTo ?? null),
  ]);
  await client.query(
    `INSERT INTO division_alias (alias, code, valid_to, note) SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::text[])
     ON CONFLICT (alias, code) DO NOTHING`,
    [
      ALIASES.map((a) => a.alias),
      ALIASES.map((a) => a.code),
      ALIASES.map((a) => a.validTo),
      ALIASES.map((a) => a.note),
    ],
  );
}

const parse = (lines: readonly string[], level: string): Row[] =>
  lines.map((line) => ({ code: line.slice(0, line.indexOf(' ')), nameZh: line.slice(line.indexOf(' ') + 1), level }));

/** One level up: by the code's own digits. */
function parentOf({ code, level }: Row): string | null {
  if (level === 'province') return null;
  if (level === 'prefecture') return `${code.slice(0, 2)}0000`;
  if (level === 'county') return `${code.slice(0, 4)}00`;
  return divisionPrefix(code).slice(0, -3);
}

const UPSERT = `
INSERT INTO division (code, name_zh, name_en, parent_code, level, valid_from, boundary, source, valid_to)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::jsonb[], $8::text[], $9::date[])
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, parent_code = excluded.parent_code,
  level = excluded.level, valid_from = excluded.valid_from, boundary = excluded.boundary, source = excluded.source,
  valid_to = excluded.valid_to
WHERE (division.name_zh, division.name_en, division.boundary, division.source)
  IS DISTINCT FROM (excluded.name_zh, excluded.name_en, excluded.boundary, excluded.source)`;
