import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WarningWebhook } from '../demo/warning-webhook.js';
import { readConfig } from '../server/config.js';
import { connectors } from '../server/connectors.js';
import { packageRoot } from '../server/root.js';
import { ChannelWorld, snapshot } from './support/channel-world.js';
import { until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

const KEY = 'a key that both sides have';
const page = readFileSync(join(packageRoot(), 'docs', 'channels.md'), 'utf8');
const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

const folders = tempFolders();
const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  folders.clear();
});

/** The page's own receiver, in a process of its own, on a free port. */
async function example(): Promise<{ url: string; lines: string[] }> {
  const path = join(folders.make(), 'receiver.mjs');
  const text = blockOf('js').replace('.listen(8080)', '.listen(0, function () { console.log(this.address().port) })');
  expect(text).toContain('.listen(0');
  writeFileSync(path, text);
  const child = spawn(process.execPath, [path], { env: { FENGHUO_KEY: KEY }, stdio: ['ignore', 'pipe', 'inherit'] });
  ends.push(() => child.kill());
  const lines: string[] = [];
  const port = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (/^\d+$/.test(line)) resolve(line);
      else lines.push(line);
    });
  });
  return { url: `http://127.0.0.1:${port}/`, lines };
}

const signed = (body: string, seconds: number, key = KEY) => ({
  'x-fenghuo-timestamp': String(seconds),
  'x-fenghuo-signature': `v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`,
});
const body = JSON.stringify({ kind: 'ISSUED', exercise: false, warning: snapshot('A') });
const NOW = Math.floor(Date.now() / 1000);

const RECEIVERS = ['the page’s example', 'the demo’s school'] as const;
const open: Record<(typeof RECEIVERS)[number], { url: string; taken: () => number }> = {
  'the page’s example': { url: '', taken: () => 0 },
  'the demo’s school': { url: '', taken: () => 0 },
};
beforeAll(async () => {
  const { url, lines } = await example();
  open['the page’s example'] = { url, taken: () => lines.length };
  const school = new WarningWebhook(KEY, () => new Date());
  ends.push(() => school.stop());
  open['the demo’s school'] = { url: await school.start(), taken: () => school.taken.size };
});

describe.each(RECEIVERS)('a receiver as documented: %s', (name) => {
  const post = async (headers: Readonly<Record<string, string>>, text = body): Promise<number> =>
    (await fetch(open[name].url, { method: 'POST', headers: { 'x-fenghuo-delivery': 'one', ...headers }, body: text }))
      .status;

  test('takes what is signed, the same delivery once, and refuses forgeries and copies', async () => {
    expect(await post(signed(body, NOW, 'another key'))).toBe(401);
    expect(await post(signed(body, NOW), body.replace('ISSUED', 'CANCELLED'))).toBe(401);
    expect(await post(signed(body, NOW - 310))).toBe(401);
    expect(await post(signed(body, NOW + 310))).toBe(401);
    expect(await post({ ...signed(body, NOW), 'x-fenghuo-signature': 'v1=' })).toBe(401);
    expect(open[name].taken()).toBe(0);
    // Control: the right one, and the same again.
    expect(await post(signed(body, NOW))).toBe(200);
    expect(await post(signed(body, NOW))).toBe(200);
    await until(
      async () => open[name].taken(),
      (taken) => taken === 1,
    );
  });

  test('takes what the hub itself sends', async () => {
    const world = await ChannelWorld.open();
    try {
      await world.run('school', { kind: 'webhook', url: open[name].url, key: KEY });
      await world.tell('ISSUED', snapshot('A'));
      await until(
        () => world.ledger('school'),
        ([row]) => row?.state === 'DELIVERED',
      );
    } finally {
      await world.end();
    }
  });
});

test('the page’s settings are taken as they stand', () => {
  const path = join(folders.make(), 'hub.yaml');
  writeFileSync(path, `hub:\n  area: "654202"\n${blockOf('yaml')}`);
  const config = readConfig(path, connectors, { env: () => KEY, generated: () => KEY });
  expect(config.channels({}).map(({ name }) => name)).toEqual(['school']);
});
