import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { connect, WarningChangedDocument, type WarningChangedSubscription } from '../client/src/node.js';
import { packageRoot } from '../server/root.js';
import { buildClient, CLIENT_BUNDLE, CLIENT_DIST } from './support/client-package.js';
import { ADMIN_KEY, subscribers, until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';
import { WarningHub } from './support/warning-hub.js';

const EXAMPLES = join(packageRoot(), 'client', 'examples');
/** As README.md says: all of the package, its operations among it. */
const MOST_GZIP_BYTES = 9 * 1024;

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const PYTHON = ['python3', '/usr/bin/python3'].find((python) => works(python, '-c', 'import websockets'));
const CURL = works('curl', '--version') ? 'sh' : undefined;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

let hub: WarningHub;
let pages: Server;
let origin: string;
const folders = tempFolders();
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  buildClient();
  pages = createServer(({ url = '/' }, response) => {
    const file = { '/page.html': join(EXAMPLES, 'page.html'), '/fenghuo-client.min.js': CLIENT_BUNDLE }[url];
    if (!file) return void response.writeHead(404).end();
    response.setHeader('content-type', url.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  hub = await WarningHub.open(`  cors: { origins: ["${origin}"] }`);
}, 120_000);
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
  await hub.close();
  pages.closeAllConnections();
  await new Promise((resolve) => pages.close(resolve));
});

/** Waits until a warning that is issued reaches so many. */
const standing = (count: number): Promise<number> =>
  until(
    () => subscribers(hub.url),
    (now) => now === count,
  );

/** An example at work. `seen` tells what was in force at its start, then the changes, in the order they came. */
interface Example {
  start(): Promise<void>;
  seen(): Promise<string[]>;
  /** The cursor that it has kept. */
  cursor(): Promise<string | null>;
  /** Ends it in the middle of whatever it does; its cursor stays. */
  kill(): Promise<void>;
}

const IDENTIFIER = /\d{14}_\d{14}/g;

/** A program of another department, which prints warnings. */
function program(command: string, file: string): Example {
  const [home, lines]: [string, string[]] = [folders.make(), []];
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      child = spawn(command, [join(EXAMPLES, file)], {
        env: {
          PATH: process.env.PATH,
          FENGHUO_URL: `${hub.url}/graphql`,
          FENGHUO_KEY: ADMIN_KEY,
          FENGHUO_CURSOR: join(home, 'cursor'),
        },
        stdio: ['ignore', 'pipe', 'ignore'],
        // curl.sh has children of its own.
        detached: true,
      });
      if (child.stdout) createInterface(child.stdout).on('line', (line) => lines.push(line));
    },
    seen: async () => lines.flatMap((line) => line.match(IDENTIFIER) ?? []),
    cursor: async () => readFileSync(join(home, 'cursor'), 'utf8').trim(),
    kill: async () => {
      if (!child?.pid || child.exitCode !== null) return;
      const exited = once(child, 'exit');
      process.kill(-child.pid, 'SIGKILL');
      await exited;
      child = undefined;
    },
  };
}

/** The page in a real browser, on an origin that the hub's settings name. */
function page(executablePath: string): Example {
  const before: string[] = [];
  let browser: Browser | undefined;
  let context: BrowserContext | undefined;
  let open: Page | undefined;
  const listed = async (): Promise<string[]> =>
    (await open?.$$eval('#warnings li', (items) => items.map((item) => item.getAttribute('data-identifier') ?? ''))) ??
    [];
  ends.push(() => browser?.close());
  return {
    start: async () => {
      browser ??= await chromium.launch({ executablePath, args: FLAGS });
      context ??= await browser.newContext();
      open = await context.newPage();
      await open.goto(`${origin}/page.html#hub=${encodeURIComponent(`${hub.url}/graphql`)}&key=${ADMIN_KEY}`);
    },
    seen: async () => [...before, ...(await listed())],
    cursor: async () => (await open?.evaluate('localStorage.getItem("fenghuo-warnings")')) as string | null,
    kill: async () => {
      before.push(...(await listed()));
      await open?.close();
      open = undefined;
    },
  };
}

const examples: readonly (readonly [name: string, make: (() => Example) | undefined, without: string])[] = [
  ['node-service.mjs', () => program(process.execPath, 'node-service.mjs'), ''],
  ['follow.py', PYTHON ? () => program(PYTHON, 'follow.py') : undefined, 'no python3 with the package websockets'],
  ['curl.sh', CURL ? () => program(CURL, 'curl.sh') : undefined, 'no curl'],
  ['page.html in Chromium', CHROMIUM ? () => page(CHROMIUM) : undefined, 'no chromium'],
];

describe('across a hub that stops and comes back, and an end of its own, each change comes once and in order, behind what is in force:', () => {
  const came = new Map<string, string[]>();
  beforeAll(async () => {
    const running = examples.flatMap(([name, make]) => (make ? [[name, make()] as const] : []));
    for (const [, example] of running) ends.push(() => example.kill());
    const reference = connect({ url: `${hub.url}/graphql`, token: ADMIN_KEY });
    ends.push(() => reference.close());
    let last: WarningChangedSubscription['warningChanged'] | undefined;
    void reference.subscribe(WarningChangedDocument).each(({ warningChanged }) => {
      last = warningChanged;
    });
    await standing(1);
    /** Until all have told of everything, and have kept where they are. */
    const all = async (): Promise<void> => {
      const issued = hub.issued;
      const end = await until(
        async () => last,
        (now) => now?.warning.identifier === issued.at(-1),
      );
      for (const [name, example] of running) {
        came.set(name, await until(example.seen, (now) => issued.every((each) => now.includes(each))));
        await until(example.cursor, (cursor) => cursor === end?.cursor);
      }
    };
    await hub.issue(2);
    await Promise.all(running.map(([, example]) => example.start()));
    await standing(running.length + 1);
    await hub.issue(2);
    await all();
    await hub.stop();
    await hub.issue(3);
    await hub.start();
    await hub.issue(2);
    await all();
    await standing(running.length + 1);
    await Promise.all(running.map(([, example]) => example.kill()));
    await hub.issue(2);
    await Promise.all(running.map(([, example]) => example.start()));
    await hub.issue(1);
    await all();
  }, 120_000);

  for (const [name, make, without] of examples) {
    if (!make) console.warn(`skipped: ${name}, there is ${without} on this machine`);
    (make ? test : test.skip)(name, () => {
      const seen = came.get(name) ?? [];
      // What is in force comes newest first.
      expect(seen.slice(0, 2).sort()).toEqual(hub.issued.slice(0, 2));
      expect(seen.slice(2)).toEqual(hub.issued.slice(2));
    });
  }
});

test('the bundle for browsers is as small as it says, and holds nothing of Node', () => {
  const bundle = readFileSync(CLIENT_BUNDLE);
  expect(gzipSync(bundle, { level: 9 }).length).toBeLessThan(MOST_GZIP_BYTES);
  expect(String(bundle)).not.toMatch(/["']node:|\brequire\(|\bprocess\./);
  expect(readdirSync(CLIENT_DIST)).toEqual(expect.arrayContaining(['node.js', 'node.d.ts', 'index.js', 'index.d.ts']));
});
