import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { connectors } from './connectors.js';
import { packageRoot } from './root.js';
import { formsOf, templateBook } from './template-book.js';

/** `npm run templates`: writes templates/<department>/<feed>.xlsx for every feed whose tables people fill in. */
for (const connector of connectors) {
  const { id, title } = connector;
  const forms = formsOf(connector);
  if (forms.length === 0) continue;
  const path = join(packageRoot(), 'templates', `${id}.xlsx`);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, await templateBook(forms));
  process.stdout.write(`templates/${id}.xlsx  ${title.zh}\n`);
}
