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
const work = process.env.HUB_DATA_DIR ?? join(root, 'data', 'counties');
const COUNTIES = [
  { name: 'wusu', code: '654202', sender: '65420241600000', hazard: '暴雨' },
  { name: 'shawan', code: '654203', sender: '65420341600000', hazard: '雷雨大风' },
];
const PUSH_EVERY_MS = 10_000;
const AWAY_MS = 20_000;
/** A warning of the demo is brought up to date each minute, so that whoever follows sees something. */
const MINUTE_MS = 60_000;
const QUESTION = JSON.stringify({
  query:
    '{ wusu { ...c } shawan { ...c } } fragment c on CountyHub { feeds { id state } warnings { edges { node { id level headline divisions { name } } } } stations { edges { node { id name datastreams { latest { value } } } } } }',
});
const FOLLOW = JSON.stringify({
  query: 'subscription { wusuWarningChanged { cursor kind warning { identifier headline } } }',
});
/** The demo's counties know the same key. Real ones trust the same identity provider, and people bring its tokens. */
const key = randomBytes(24).toString('base64url');
const env = { PATH: process.env.PATH, HUB_ADMIN_KEY: key, PUSH_KEY: key, PORT: '0' };
const children = new Set();
const returns = new Set();
let stopping = false;

/** Starts a program of the demo. @param {string[]} args */
function start(cwd, args, more = {}) {
  const child = spawn(process.execPath, args, { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

function stop(code) {
  if (!stopping) process.exitCode = code;
  stopping = true;
  clearInterval(timer);
  for (const again of returns) clearTimeout(again);
  for (const child of children) child.kill('SIGTERM');
}

/** Ends the demo, and says for what. */
function fail(who, code, signal) {
  if (!stopping) process.stderr.write(`${who} ended with ${signal ?? code}: so does the demo\n`);
  stop(stopping ? 0 : (code ?? 1));
}

/** Resolves with the county's address, which it keeps: one that ends after that is away for a while, as counties are. */
const hub = (county) =>
  new Promise((resolve) => {
    const { port } = county.url ?? { port: '0' };
    const child = start(root, ['--import', 'tsx', 'server/main.ts'], {
      HUB_CONFIG: join(here, `${county.name}.yaml`),
      HUB_DATA_DIR: join(work, county.name),
      PORT: port,
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      process.stdout.write(`${county.name.padEnd(8)} ${line}\n`);
      const url = /^ready\s+(http:\S+)$/.exec(line)?.[1];
      if (url) resolve(Object.assign(county, { url: new URL(url), pid: child.pid }));
    });
    child.once('exit', (code, signal) => {
      if (stopping || !county.url) return fail(county.name, code, signal);
      process.stdout.write(
        `${county.name.padEnd(8)} is away for ${AWAY_MS / 1000} s: ask again, and see that the other answers 已停机，请再查一次\n`,
      );
      returns.add(setTimeout(() => hub(county), AWAY_MS));
    });
  });

async function push(county) {
  const { code, sender, hazard, url } = county;
  const at = new Date().toISOString();
  const level = 2 + Math.sin(Date.now() / 60_000);
  const post = (feed, body) =>
    fetch(new URL(`/feeds/${feed}`, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PUSH_EVERY_MS),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
  const minute = at.slice(0, 16);
  const id = `${sender}_${minute.replace(/\D/g, '')}00`;
  const { last = id } = county;
  const expires = new Date(Date.now() + 10 * MINUTE_MS).toISOString();
  const update = last === id ? {} : { type: 'UPDATE', references: [last] };
  const headline = `（演练）${hazard}黄色预警信号`;
  const warning = { id, level: 'yellow', hazard, headline, sent: `${minute}:00Z`, expires, division: `${code}000000` };
  if (county.pushed !== id && (await post('weather/desk', { ...warning, ...update })))
    Object.assign(county, { last: id, pushed: id });
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
  const gateway = ['node_modules/@graphql-hive/gateway/dist/bin.js', 'supergraph', '-c', 'gateway.config.mjs'];
  start(folder, gateway, { FEDERATION: settings, PORT: port }).once('exit', (...how) => fail('the gateway', ...how));
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/readiness`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!stopping && !(await ready())) await new Promise((resolve) => setTimeout(resolve, 200));
  const ask = `http://127.0.0.1:${port}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${key}' -d`;
  if (!stopping)
    process.stdout.write(`gateway  http://127.0.0.1:${port}/graphql
Both counties in one question 一次查询两县市:
curl -s ${ask} '${QUESTION}'
What changes, live 实时订阅:
curl -sN -H 'accept: text/event-stream' ${ask} '${FOLLOW}'
Let one county be away for a while, and ask again 停掉一个县市，再查一次:
kill ${counties[1]?.pid}
`);
}
