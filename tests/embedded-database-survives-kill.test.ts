import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { atBest } from './support/at-best.js';
import { rounds } from './support/long-run.js';
import { ask, reader, spawnHub, subscribers, until } from './support/running-hub.js';
import { subscribe } from './support/subscriber.js';
import { tempFolders } from './support/temp-folder.js';
import { identifierOf, officeFeed, WarningOffice } from './support/warning-office.js';

const ends: (() => Promise<unknown>)[] = [];
const folders = tempFolders();
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

interface Change {
  warningChanged: { cursor: string; warning: { identifier: string } };
}
const CHANGES = 'subscription { warningChanged { cursor warning { identifier } } }';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      if (!/^\d+$/.test(name)) return [];
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
    } catch {
      return [];
    }
  });
}

/** The processes whose command line names a folder, and their children: PostgreSQL's backends do not name it. */
function processesIn(folder: string): number[] {
  const all = processes();
  const own = new Set(all.filter(({ command }) => command.includes(folder)).map(({ pid }) => pid));
  return all.filter(({ pid, parent }) => own.has(pid) || own.has(parent)).map(({ pid }) => pid);
}

describe('a hub on its embedded database', () => {
  test('goes on when PostgreSQL is killed with -9: answers cleanly meanwhile, and subscribers miss nothing', async () => {
    const office = new WarningOffice();
    const page = await office.start();
    ends.push(() => office.stop());
    const folder = folders.make();
    const hub = await spawnHub({ HUB_DATA_DIR: folder }, officeFeed(page));
    ends.push(() => hub.kill('SIGTERM'));
    const live = subscribe<Change>(hub.url, CHANGES, {}, reader);
    ends.push(() => live.close());
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    const seen: string[] = [];
    const kills = rounds(1, 3);
    for (let round = 1; round <= kills; round += 1) {
      office.issue({ identifier: identifierOf(2 * round), sentAt: new Date(Date.now() - 60_000) });
      seen.push((await live.next(20_000)).warningChanged.warning.identifier);
      for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
      office.issue({ identifier: identifierOf(2 * round + 1), sentAt: new Date(Date.now() - 60_000) });
      const startedAt = Date.now();
      const answer = await ask(hub.url, '{ warnings { edges { node { identifier } } } }').catch(
        (error: { extensions?: { code?: string } }) => error.extensions?.code,
      );
      expect(Date.now() - startedAt).toBeLessThan(5000);
      expect(answer === 'SOURCE_UNAVAILABLE' || typeof answer === 'object').toBe(true);
      seen.push((await live.next(20_000)).warningChanged.warning.identifier);
    }
    expect(seen).toEqual(Array.from({ length: 2 * kills }, (_, n) => identifierOf(n + 2)));
    expect(live.pending()).toEqual([]);
  });

  test('answers within five seconds while PostgreSQL is frozen, and recovers by itself', async () => {
    const office = new WarningOffice();
    const page = await office.start();
    ends.push(() => office.stop());
    const folder = folders.make();
    const hub = await spawnHub({ HUB_DATA_DIR: folder }, officeFeed(page));
    ends.push(() => hub.kill('SIGTERM'));
    const live = subscribe<Change>(hub.url, CHANGES, {}, reader);
    ends.push(() => live.close());
    await until(
      () => subscribers(hub.url),
      (count) => count === 1,
    );
    const frozen = processesIn(folder);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      office.issue({ identifier: identifierOf(1), sentAt: new Date(Date.now() - 60_000) });
      const startedAt = Date.now();
      const answers = await Promise.all(
        Array.from({ length: 30 }, () =>
          ask(hub.url, '{ warnings { edges { cursor } } feeds { id } }').catch(
            (error: { extensions?: { code?: string } }) => error.extensions?.code,
          ),
        ),
      );
      expect(Date.now() - startedAt).toBeLessThan(5500);
      expect(new Set(answers)).toEqual(new Set(['SOURCE_UNAVAILABLE']));
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
    }
    expect((await live.next(20_000)).warningChanged.warning.identifier).toBe(identifierOf(1));
  });

  test('killed with -9 itself, is ready again within ten seconds on the same folder, with everything there', async () => {
    const office = new WarningOffice();
    const page = await office.start();
    ends.push(() => office.stop());
    office.issue({ identifier: identifierOf(1), sentAt: new Date(Date.now() - 60_000) });
    const folder = folders.make();
    const first = await spawnHub({ HUB_DATA_DIR: folder }, officeFeed(page));
    const count = async (url: string): Promise<number> =>
      (await ask<{ warnings: { edges: unknown[] } }>(url, '{ warnings { edges { cursor } } }')).warnings.edges.length;
    await until(
      () => count(first.url),
      (n) => n === 1,
    );
    await office.stop();
    let hub = first;
    const took = await atBest(10_000, async () => {
      await hub.kill('SIGKILL');
      const startedAt = Date.now();
      hub = await spawnHub({ HUB_DATA_DIR: folder }, officeFeed(page));
      expect(await count(hub.url)).toBe(1);
      return Date.now() - startedAt;
    });
    ends.push(() => hub.kill('SIGTERM'));
    expect(took).toBeLessThan(10_000);
  }, 120_000);
});

describe('npm start’s demo', () => {
  test('stops on Ctrl-C within five seconds, with all its processes', async () => {
    const folder = folders.make();
    const took = await atBest(5000, async () => {
      const hub = await spawnHub({ HUB_DATA_DIR: folder, HUB_DEMO_SPEED: '20' });
      expect(processesIn(folder).length).toBeGreaterThan(0);
      const { code, milliseconds } = await hub.kill('SIGINT');
      expect(code).toBe(0);
      expect(processesIn(folder)).toEqual([]);
      return milliseconds;
    });
    expect(took).toBeLessThan(5000);
  }, 120_000);

  test('tells a mistake in its settings with file, line and reason, and starts nothing', () => {
    const folder = folders.make();
    const path = `${folder}/hub.yaml`;
    execFileSync('sh', [
      '-c',
      `printf 'hub:\\n  area: "654202"\\nfeeds:\\n  weather/warnings:\\n    zone: Mars\\n' > ${path}`,
    ]);
    const run = (): string =>
      execFileSync(process.execPath, ['dist/tests-run/server/main.js'], {
        encoding: 'utf8',
        stdio: 'pipe',
        env: { PATH: process.env.PATH ?? '', HUB_CONFIG: path, HUB_DATA_DIR: `${folder}/data` },
      });
    expect(run).toThrow(/hub\.yaml:[45]: feeds\.weather\/warnings\.\w+: .+/);
  });
});
