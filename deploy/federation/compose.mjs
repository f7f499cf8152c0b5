// node compose.mjs <settings.json>: composes the parts named there into the supergraph that the gateway serves.
// 合成超图；不能合成时说明原因，退出码 1。
import { writeFile } from 'node:fs/promises';
import { compose, readSettings, sdlOf } from './composition.mjs';

const [path, ...rest] = process.argv.slice(2);
try {
  if (path === undefined || rest.length > 0)
    throw new Error(
      'npm run compose -- <settings.json>: subgraphs.json or counties.json, see README.md 请给出设置文件',
    );
  const { supergraph: file, parts, counties } = await readSettings(path);
  const texts = await Promise.all(
    parts.map(async (part) => ({ ...part, text: await sdlOf(part, process.env.GATEWAY_KEY) })),
  );
  const { supergraph, faults } = compose(texts, counties);
  if (faults.length > 0) {
    process.stderr.write(
      `these parts do not compose; the supergraph is left as it was:\n${faults.map((fault) => `- ${fault}\n`).join('')}`,
    );
    process.exitCode = 1;
  } else {
    await writeFile(file, supergraph);
    process.stdout.write(`${file}: ${parts.map(({ name }) => name).join(', ')}\n`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
