import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connectors } from './connectors.js';
import { packageRoot } from './root.js';
import { templateBook } from './template-book.js';

/** `npm run templates`: writes templates/<department>/<feed>.xlsx for every feed whose tables people fill in. */
for (const { id, table, title } of connectors) {
  if (!table) continue;
  const path = join(packageRoot(), 'templates', `${id}.xlsx`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await templateBook(table));
  process.stdout.write(`templates/${id}.xlsx  ${title.zh}\n`);
}
