import type { GraphQLSchema } from 'graphql';

const NAMES: Readonly<Record<string, string>> = {
  anonymous: 'nobody known 匿名',
  peer: 'PEER 其他层级平台',
  other: 'reader elsewhere 其他部门',
  granted: 'granted 获授权',
  coarse: 'granted coarsely 粗化授权',
  reader: 'READER',
  personal: 'READER with PERSONAL',
  feeder: 'FEEDER',
  forecaster: 'FORECASTER',
  releaser: 'RELEASER',
  duty: 'DUTY_OFFICER',
  auditor: 'AUDITOR',
  administrator: 'ADMINISTRATOR of a department 部门管理员',
  staff: "READER of the hub's staff 平台值守",
  hub: 'admin key 平台管理密钥',
};
const SIGNS: Readonly<Record<string, string>> = { '+': '●', '0': '○', x: '×', '-': '·' };

const HEAD = `# Who gets what · 权限矩阵

Every field of the schema, asked as every kind of caller. This page is made of [access-matrix.tsv](access-matrix.tsv), and a test asks every one of these questions anew
([keys-and-grants.md](keys-and-grants.md) says how callers come by their rights).

● shown · ○ empty, or hidden from this caller · × refused · · not there for this caller (the same as if it did not exist)

●可见 ○空值或对其隐去 ×拒绝 ·对其不存在。本页由测试逐项实测生成。
`;

/** The page docs/access.md, made of the matrix: a table for each type, with the schema's own description of it. */
export function accessPage(matrix: string, schema: GraphQLSchema): string {
  const [head = '', ...rows] = matrix.trim().split('\n');
  const columns = (head.split('\t')[1] ?? '').split(' ');
  const types = new Map<string, string[]>();
  for (const row of rows) {
    const [coordinate = '', cells = ''] = row.split('\t');
    const [type = '', field = ''] = coordinate.split('.');
    const line = `| ${field} | ${[...cells].map((cell) => SIGNS[cell] ?? '?').join(' | ')} |`;
    types.set(type, [...(types.get(type) ?? []), line]);
  }
  const key = columns.map((name, i) => `${i + 1} ${NAMES[name] ?? name}`).join(' · ');
  const tables = [...types].map(([type, lines]) => {
    const described = schema.getType(type)?.description ?? '';
    const header = `| field | ${columns.map((_, i) => i + 1).join(' | ')} |\n|---|${columns.map(() => '---').join('|')}|`;
    return `## ${type}\n\n${described}\n\n${header}\n${lines.join('\n')}\n`;
  });
  return `${HEAD}\nColumns · 各列：${key}\n\n${tables.join('\n')}`;
}
