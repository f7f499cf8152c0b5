import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../model/errors.js';
import { ConfigError } from './config.js';
import { checkFeeds } from './feed-check.js';
import { reportJson, reportText } from './feed-report.js';

const USAGE = `npm run feed -- check <settings file> [--feed <department>/<feed>] [--sample <file>] [--json]
  Says what is wrong in a settings file, line by line, and shows what a feed would make of a sample. Nothing is stored.
  Ends with 0 where the file may be used (and a sample gives at least one record), else with 1.
  检查配置文件并用样例试算：逐行指出错误，显示映射出的记录和拒收原因，不保存任何数据。
`;

/** The command line of docs/add-a-feed.md. Paths are those of the folder that npm was called in. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { feed: { type: 'string' }, sample: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [command, file, ...rest] = positionals;
  if (command !== 'check' || file === undefined || rest.length > 0) throw new ConfigError(USAGE);
  const here = (path: string): string => resolve(process.env.INIT_CWD ?? '.', path);
  const report = await checkFeeds({
    file: here(file),
    env: (name) => process.env[name],
    feed: values.feed,
    sample: values.sample === undefined ? undefined : here(values.sample),
    now: new Date(),
  });
  process.stdout.write(values.json ? reportJson(report) : reportText(file, report));
  const { sample } = report;
  const useless = sample !== undefined && sample.records.length === 0;
  if (report.mistakes.length > 0 || useless) process.exitCode = 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
});
