// npm run prefecture: two counties' hubs with their own databases, feeds and divisions, and the prefecture's gateway over both, until Ctrl-C.
// 演示：两个县市平台与地区网关，合成一张图。
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, '..');
const root = join(folder, '..', '..');
const work = process.env.HUB_DATA_DIR ?? join(root, 'data', 'prefecture');
const COUNTIES = [
  { name: 'wusu', code: '654202', sender: '65420241600000', hazard: '暴雨' },
  { name: 'shawan', code: '654203', sender: '65420341600000', hazard: '雷雨大风' },
];
const PUSH_EVERY_MS = 10_000;
const QUESTION = JSON.stringify({
  query:
    '{ wusu { ...c } shawan { ...c } } fragment c on CountyHub { feeds { id state } warnings { edges { node { id level headline divisions { name } } } } stations { edges { node { id name datastreams { latest { value } } } } } }',
});
/** The demo's counties know the same key. Real ones trust the same identity provider, and people bring its tokens. */
const key = randomBytes(24).toString('base64url');
const env = { PATH: process.env.PATH, HUB_ADMIN_KEY: key, PUSH_KEY: key, PORT: '0' };
const children = [];
let stopping = false;

/** Starts a program of the demo; when it ends, the demo does. @param {string[]} args */
function start(cwd, args, more = {}) {
  const child = spawn(process.execPath, args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  child.once('exit', (code) => stop(stopping ? 0 : (code ?? 1)));
  return createInterface({ input: child.stdout });
}

function stop(code) {
  if (!stopping) process.exitCode = code;
  stopping = true;
  clearInterval(timer);
  for (const child of children) child.kill('SIGTERM');
}

/** Resolves with the hub's address. */
const hub = (county) =>
  new Promise((resolve) =>
    start(root, ['--import', 'tsx', 'server/main.ts'], {
      HUB_CONFIG: join(here, `${county.name}.yaml`),
      HUB_DATA_DIR: join(work, county.name),
    }).on('line', (line) => {
      process.stdout.write(`${county.name.padEnd(8)} ${line}\n`);
      const url = /^ready\s+(http:\S+)$/.exec(line)?.[1];
      if (url) resolve({ ...county, url });
    }),
  );

async function push({ name, code, sender, hazard, url }) {
  const at = new Date().toISOString();
  const hour = at.slice(0, 13);
  const level = 2 + Math.sin(Date.now() / 60_000);
  const post = (feed, body) =>
    fetch(new URL(`/feeds/${feed}`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PUSH_EVERY_MS),
    }).catch((error) => process.stderr.write(`${name}: ${error.message}\n`));
  const id = `${sender}_${hour.replace(/\D/g, '')}0000`;
  const headline = `（演练）${hazard}黄色预警信号`;
  const warning = { id, level: 'yellow', hazard, headline, sent: `${hour}:00:00Z`, division: `${code}000000` };
  await post('weather/desk', warning);
  await post('water/gauges', { station: 'G1', at, level: Math.round(level * 100) / 100 });
}

let timer;
process.once('SIGINT', () => stop(0));
process.once('SIGTERM', () => stop(0));
mkdirSync(work, { recursive: true });
const counties = await Promise.all(COUNTIES.map(hub));
await Promise.all(counties.map(push));
timer = setInterval(() => void Promise.all(counties.map(push)), PUSH_EVERY_MS);
const settings = join(work, 'counties.json');
writeFileSync(
  settings,
  JSON.stringify({
    sdl: join(root, 'schema.graphql'),
    counties: counties.map(({ name, code, url }) => ({ name, code, url })),
  }),
);
if (spawnSync(process.execPath, ['compose.mjs', settings], { cwd: folder, stdio: 'inherit' }).status !== 0) stop(1);
const port = process.env.PORT ?? '4100';
if (!stopping) {
  start(folder, ['node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph', '-c', 'gateway.config.mjs'], {
    FEDERATION: settings,
    PORT: port,
  });
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/readiness`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!stopping && !(await ready())) await new Promise((resolve) => setTimeout(resolve, 200));
  process.stdout.write(`gateway  http://127.0.0.1:${port}/graphql
Both counties in one question 一次查询两县市:
curl -s http://127.0.0.1:${port}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${key}' -d '${QUESTION}'
`);
}
