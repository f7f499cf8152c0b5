import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { packageRoot } from '../server/root.js';
import { migratedDatabase } from './support/database.js';
import { ADMIN_KEY, type HubChild, spawnHub, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const folders = tempFolders();
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

interface Block {
  readonly language: string;
  readonly does: string;
  readonly text: string;
}

/** The guide's code blocks, in their order. */
const guide = readFileSync(join(packageRoot(), 'docs', 'add-a-feed.md'), 'utf8');
const blocks: readonly Block[] = [...guide.matchAll(/^```(\w+)(?: (.*))?\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', does = '', text = '']) => ({ language, does, text }),
);
/** The one thing in the files that a reader puts his own in place of. */
const ADDRESS = '10.20.30.40:8080';

/** The hub's folder as the reader has it: everything is there, and what he makes is his own. */
function hubFolder(): string {
  const folder = folders.make();
  for (const name of readdirSync(packageRoot()))
    if (!['site', 'data', 'dist', '.git'].includes(name)) symlinkSync(join(packageRoot(), name), join(folder, name));
  return folder;
}

/** The source: the guide's own sample, of this minute. */
async function skiResort(): Promise<{ address: string; asked: string[] }> {
  const sample = blocks.find(({ language }) => language === 'csv')?.text ?? '';
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const beijing = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
    response.end(sample.replaceAll('2026-01-05 08:00', beijing));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Does what a block of a file says, and nothing else. */
function edit(folder: string, { does, text }: Block): void {
  const path = (name: RegExp): string => join(folder, name.exec(does)?.[1] ?? '');
  if (does.startsWith('file=')) writeFileSync(path(/^file=(\S+)/), text);
  if (does.startsWith('append=')) appendFileSync(path(/^append=(\S+)/), text);
  const [, how, mark = '', file] = /^(line|after)=(\S+) file=(\S+)$/.exec(does) ?? [];
  if (file === undefined) return;
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  const at = lines.findIndex((line) => (how === 'line' ? line.trim().startsWith(mark) : line.includes(mark)));
  expect([does, at]).not.toEqual([does, -1]);
  lines.splice(how === 'line' ? at : at + 1, how === 'line' ? 1 : 0, text.trimEnd());
  writeFileSync(join(folder, file), lines.join('\n'));
}

function shell(folder: string, command: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((done, failed) => {
    execFile(
      'bash',
      ['-c', command],
      { cwd: folder, env: { PATH: process.env.PATH ?? '', HOME: folder, ...env } },
      (error, out, err) => (error && err !== '' ? failed(new Error(`${command}: ${err}`)) : done(out)),
    );
  });
}

test('a newcomer who follows docs/add-a-feed.md to the letter adds a thirteenth source', async () => {
  const database = await migratedDatabase();
  ends.push(() => database.drop());
  const folder = hubFolder();
  const { address, asked } = await skiResort();
  let hub: HubChild | undefined;
  let checked = 0;
  for (const [i, block] of blocks.entries()) {
    const own = { ...block, text: block.text.replaceAll(ADDRESS, address) };
    if (block.language !== 'sh') {
      if (block.does !== 'output') edit(folder, own);
      if (block.does.startsWith('after=HX02')) await reloadBySignal(hub);
      continue;
    }
    const run = () => shell(folder, own.text, { HUB_URL: hub?.url ?? '', HUB_ADMIN_KEY: ADMIN_KEY });
    const next = blocks[i + 1];
    if (next?.does !== 'output') {
      await run();
      // "The hub is started with HUB_CONFIG=site/hub.yaml": after the first command has made that file.
      if (!hub) {
        const running = await spawnHub({ DATABASE_URL: database.url, HUB_CONFIG: join(folder, 'site/hub.yaml') });
        ends.push(() => running.kill('SIGTERM'));
        hub = running;
      }
      continue;
    }
    const wanted = next.text.trim();
    expect((await until(run, (out) => out.trim() === wanted, 15_000).catch(run)).trim()).toBe(wanted);
    checked += 1;
  }
  expect(checked).toBe(6);
  expect(asked.every((url) => url === '/export.csv?key=the-key-of-the-ski-resort')).toBe(true);
  expect(hub?.lines.join('\n')).not.toContain('the-key-of-the-ski-resort');
}, 180_000);

/** "or kill -HUP": the hub says in a line what has changed. */
async function reloadBySignal(hub: HubChild | undefined): Promise<void> {
  hub?.child.kill('SIGHUP');
  await until(
    async () => hub?.lines.find((line) => line.startsWith('settings ')),
    (line) => line === 'settings  changed tourism/ski-weather',
  );
}
