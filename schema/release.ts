import { type GraphQLSchema, parse, printSchema } from 'graphql';
import { changesSince, deprecations } from './changes.js';

/** What the first line of schema/released.graphql says. */
export interface Release {
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly day: string;
}

/** From its release, what is deprecated stays at least so long: a department's budget and leave fit into half a year. */
export const KEPT_DAYS = 180;

const DAY_MS = 86_400_000;
const FIRST_LINE = /^# Fenghuo (\d+\.\d+\.\d+), released (\d{4}-\d{2}-\d{2})\n/;

/** Throws where the text does not begin as `npm run schema -- release` writes it. */
export function releaseOf(text: string): Release {
  const [, version, day] = FIRST_LINE.exec(text) ?? [];
  if (version === undefined || day === undefined)
    throw new Error('schema/released.graphql does not begin with "# Fenghuo <version>, released <day>"');
  return { version, day };
}

/** Why a schema may not be released, a sentence each; none: it may. A step of the leading number lets it break what was. */
export async function releaseFaults(released: string, schema: GraphQLSchema, next: Release): Promise<string[]> {
  const { version } = releaseOf(released);
  if (compare(next.version, version) <= 0)
    return [`package.json still says ${next.version}, and ${version} was released: raise the version first`];
  const changes = await changesSince(released, schema, next.day);
  const breaking = leads(next.version, version) ? [] : changes.filter(({ level }) => level === 'breaking');
  const known = new Set(deprecations(parse(released)).map(({ where }) => where));
  const earliest = new Date(Date.parse(next.day) + KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
  const hasty = deprecations(parse(printSchema(schema))).filter(
    ({ where, goesAfter }) => !known.has(where) && (goesAfter ?? '') < earliest,
  );
  return [
    ...breaking.map(({ where, what, todo }) => `${where} breaks: ${what}. ${todo}`),
    ...hasty.map(({ where, goesAfter }) =>
      goesAfter === undefined
        ? `${where} is deprecated without a day to go: end its reason with "Goes after ${earliest}."`
        : `${where} goes after ${goesAfter}: it must stay ${KEPT_DAYS} days, until ${earliest} at least`,
    ),
  ];
}

const numbers = (version: string): number[] => version.split('.').map(Number);

function compare(a: string, b: string): number {
  const [one, two] = [numbers(a), numbers(b)];
  return one.map((part, i) => part - (two[i] ?? 0)).find((step) => step !== 0) ?? 0;
}

/** Whether the leading number grew: the first, or the second while the first is 0. */
function leads(next: string, last: string): boolean {
  const [a = 0, b = 0] = numbers(next);
  const [c = 0, d = 0] = numbers(last);
  return a > c || (a === 0 && c === 0 && b > d);
}
