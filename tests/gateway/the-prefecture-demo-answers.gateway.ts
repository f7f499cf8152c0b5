import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from '@jest/globals';
import { freePort } from '../../server/database/free-port.js';
import { packageRoot } from '../../server/root.js';
import { tempFolders } from '../support/temp-folder.js';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

test('`npm run prefecture` starts two counties and a gateway over both, which answers the question it prints, also while one is away, and ends with its signal', async () => {
  const folders = tempFolders();
  ends.push(folders.clear);
  const child = spawn(process.execPath, ['deploy/federation/demo/run.mjs'], {
    cwd: packageRoot(),
    env: { PATH: process.env.PATH, PORT: String(await freePort()), HUB_DATA_DIR: folders.make() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  ends.push(() => child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const printed = async (wanted: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const { value, done } = await lines.next();
      const found = wanted.exec(value ?? '');
      if (found) return found;
      if (done) throw new Error(`the demo ended without ${wanted}`);
    }
  };
  const [, url = '', key, body] = await printed(/^curl -s (\S+) .*authorization: Bearer (\S+)' -d '(.*)'$/);
  const ask = async (): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    return response.json();
  };
  const county = (code: string, name: string, station: string) => ({
    feeds: [`${code}:water/gauges`, `${code}:weather/desk`].map((id) => ({ id, state: 'LIVE' })),
    warnings: { edges: [{ node: { id: expect.stringMatching(code), level: 'YELLOW', divisions: [{ name }] } }] },
    stations: { edges: [{ node: { name: station, datastreams: [{ latest: { value: expect.any(Number) } }] } }] },
  });
  const [wusu, shawan] = [county('654202', '乌苏市', '四棵树河水文站'), county('654203', '沙湾市', '金沟河水文站')];
  expect(await ask()).toMatchObject({ data: { wusu, shawan } });
  const [, pid] = await printed(/^kill (\d+)$/);
  process.kill(Number(pid), 'SIGTERM');
  await printed(/^shawan +is away/);
  expect(await ask()).toMatchObject({ data: { wusu, shawan: null } });
  await printed(/^shawan +ready/);
  expect(await ask()).toMatchObject({ data: { wusu, shawan: { warnings: shawan?.warnings } } });
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
}, 240_000);
