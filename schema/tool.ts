import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GraphQLSchema, parse, printSchema } from 'graphql';
import { changesSince, deprecations, type SchemaChange } from './changes.js';
import { buildSchema } from './index.js';
import { type Release, releaseFaults, releaseOf } from './release.js';
import { subgraphSdl } from './subgraph.js';

const USAGE = `npm run schema                 writes schema.graphql and subgraph.graphql from the code
npm run schema -- check        compares the code with schema/released.graphql; ends with 1 where something breaks
npm run schema -- release      makes the code's schema the released one, under the version of package.json
  与上次发布的模式比较：退出码 0 无破坏性变更，1 有，2 用法错误。
`;

const folder = dirname(fileURLToPath(import.meta.url));
const released = join(folder, 'released.graphql');
const today = new Date().toISOString().slice(0, 10);

/** The command line of docs/schema-changes.md; gives the exit code. */
async function main(command: string | undefined, ...rest: readonly string[]): Promise<number> {
  if (rest.length > 0) throw new Error(USAGE);
  const schema = buildSchema();
  const root = join(folder, '..');
  if (command === undefined) {
    writeFileSync(join(root, 'schema.graphql'), `${printSchema(schema)}\n`);
    writeFileSync(join(root, 'subgraph.graphql'), `${subgraphSdl(schema)}\n`);
    process.stdout.write('schema.graphql and subgraph.graphql are as the code says\n');
    return 0;
  }
  if (command === 'check') return check(schema);
  if (command !== 'release') throw new Error(USAGE);
  return release(schema, (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Release).version);
}

async function check(schema: GraphQLSchema): Promise<number> {
  if (!existsSync(released))
    throw new Error(
      'schema/released.graphql is missing: nothing to compare with. `git checkout schema/released.graphql`, or before the first release `npm run schema -- release` 缺少上次发布的模式',
    );
  const text = readFileSync(released, 'utf8');
  const { version, day } = releaseOf(text);
  const changes = await changesSince(text, schema, today);
  process.stdout.write(`compared with ${version}, released ${day}\n${changes.map(line).join('')}`);
  const count = (level: string): string => `${changes.filter((change) => change.level === level).length} ${level}`;
  process.stdout.write(`${['breaking', 'dangerous', 'retired', 'safe'].map(count).join(', ')}\n`);
  const unsaid = deprecations(parse(printSchema(schema))).filter(({ goesAfter }) => goesAfter === undefined);
  for (const { where, reason } of unsaid)
    process.stdout.write(
      `NO DATE    ${where} is deprecated without a day to go\n  its reason: ${reason}\n  do:  end the reason with "Goes after <YYYY-MM-DD>." (docs/schema-changes.md)\n`,
    );
  return unsaid.length > 0 || changes.some(({ level }) => level === 'breaking') ? 1 : 0;
}

function line({ level, where, what, why, todo }: SchemaChange): string {
  const name = (level === 'safe' ? level : level.toUpperCase()).padEnd(10);
  return `${name} ${where}: ${what}\n${why && level !== 'safe' ? `  why: ${why}\n` : ''}${todo && `  do:  ${todo}\n`}`;
}

async function release(schema: GraphQLSchema, version: string): Promise<number> {
  if (existsSync(released)) {
    const faults = await releaseFaults(readFileSync(released, 'utf8'), schema, { version, day: today });
    for (const fault of faults) process.stderr.write(`${fault}\n`);
    if (faults.length > 0) return 1;
  }
  writeFileSync(released, `# Fenghuo ${version}, released ${today}\n${printSchema(schema)}\n`);
  process.stdout.write(`schema/released.graphql is ${version}\n`);
  return 0;
}

main(...(process.argv.slice(2) as [string?])).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 2;
  },
);
