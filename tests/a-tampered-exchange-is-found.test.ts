import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { publicPartOf, readOwnKey } from '../exchange/keys.js';
import { sign } from '../exchange/signing.js';
import { openDatabase } from '../prisma/database.js';
import { dropOldExchange } from '../prisma/store/drop-exchange.js';
import { packageRoot } from '../server/root.js';
import { sm2Fits, verifyExchange } from '../tools/verify-exchange.mjs';
import { CITY, makeKey, PREFECTURE, peerYaml, sideSettings } from './support/exchange-pair.js';
import { onDatabase } from './support/exchange-platform.js';
import { makeSides, type PlatformSide, type Sides, settled } from './support/exchange-platform-sides.js';
import { until } from './support/running-hub.js';
import { tempFolders } from './support/temp-folder.js';

/** More of them with EXCHANGE_TRIALS=10000. */
const TRIALS = Number(process.env.EXCHANGE_TRIALS ?? 150);
const DAY_MS = 86_400_000;

const folders = tempFolders();
const clock = { ahead: 0 };
const now = (): Date => new Date(Date.now() + clock.ahead);
let sides: Sides;
let city: PlatformSide;
let text: string;
let lines: string[];

beforeAll(async () => {
  sides = await makeSides({ now });
  city = sides.city;
  // The signs of life of the second start tell how far the first has come.
  for (const round of [1, 2]) {
    await Promise.all([city.start(), sides.prefecture.start()]);
    await Promise.all([city.tell(3), sides.prefecture.tell(3)]);
    for (const side of [city, sides.prefecture])
      await until(
        () => side.rows(`SELECT seq FROM exchange_bundle WHERE direction = 'OUT' AND kind = 'heartbeat'`),
        (found) => found.length === round,
      );
    await settled(sides);
    await Promise.all([city.stop(), sides.prefecture.stop()]);
    clock.ahead += 2 * 3_600_000;
  }
  text = await city.exported();
  lines = text.trimEnd().split('\n');
}, 30_000);
afterAll(async () => {
  await sides.stop();
  folders.clear();
});

/** A generator of its own: the same trials each time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const verify = (content: string | Buffer): Promise<{ records: number; faults: string[] }> =>
  verifyExchange([Buffer.from(content)], city.publicKeys);

/** The file as a hub exports it whose database holds these records: its end is signed, whatever they are. */
async function signedAnew(changed: readonly string[]): Promise<string> {
  const body = `${changed.join('\n')}\n`;
  const end = { lines: changed.length, sha256: createHash('sha256').update(body).digest('hex') };
  const signature = await sign(JSON.stringify(end), 'fenghuo-export+jws', sides.keys.city);
  return `${body}${JSON.stringify({ signature, end })}\n`;
}

describe('an exported exchange', () => {
  test('that nobody touched is found unchanged, in pieces of whatever size', async () => {
    const records = lines.length - 3;
    expect(await verify(text)).toEqual({ records, faults: [] });
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, n) => bytes.subarray(n * 97, n * 97 + 97));
    expect(await verifyExchange(pieces, city.publicKeys)).toEqual({ records, faults: [] });
    expect(records).toBeGreaterThanOrEqual(30);
  });

  test('every change of a single byte is found', async () => {
    const next = random(7);
    const bytes = Buffer.from(text);
    const missed: number[] = [];
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const at = next(bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 + next(255));
      if ((await verify(changed)).faults.length === 0) missed.push(at);
    }
    expect(missed).toEqual([]);
  }, 600_000);

  test('every change of a single character of what the database holds is found, though the export is signed anew', async () => {
    const next = random(11);
    const missed: string[] = [];
    for (let trial = 0; trial < TRIALS; ) {
      const i = 2 + next(lines.length - 3);
      const line = lines[i] as string;
      const at = next(line.length);
      const changed = `${line.slice(0, at)}${String.fromCharCode(33 + next(90))}${line.slice(at + 1)}`;
      // What is no JSON never comes out of a database.
      if (changed === line || !isJson(changed)) continue;
      trial += 1;
      const { faults } = await verify(await signedAnew(lines.with(i, changed).slice(0, -1)));
      if (faults.length === 0) missed.push(`${i} at ${at}: ${line.slice(at - 20, at + 20)} -> ${changed[at]}`);
    }
    expect(missed).toEqual([]);
  }, 600_000);

  test('every record that is removed, repeated or moved is found, and every end that is cut off', async () => {
    const missed: string[] = [];
    for (let i = 2; i < lines.length - 1; i += 1) {
      const kept = lines.slice(0, -1);
      for (const [what, changed] of [
        ['without', kept.toSpliced(i, 1)],
        ['twice', kept.toSpliced(i, 0, kept[i] as string)],
        ['up to', kept.slice(0, i)],
        ...(kept[i + 1]
          ? [['swapped', kept.with(i, kept[i + 1] as string).with(i + 1, kept[i] as string)] as const]
          : []),
      ] as const) {
        const isBorder = what === 'swapped' && kindOf(kept[i]) !== kindOf(kept[i + 1]);
        if (!isBorder && (await verify(await signedAnew(changed))).faults.length === 0) missed.push(`${what} ${i}`);
      }
    }
    for (let n = 1; n < 60; n += 1)
      if ((await verify(text.slice(0, -n * 7))).faults.length === 0) missed.push(`cut ${n}`);
    expect(missed).toEqual([]);
  }, 60_000);

  test('without the other side’s key, or with another one, nothing of it is believed', async () => {
    const [own, its] = city.publicKeys as [NamedKey, NamedKey];
    const without = await verifyExchange([Buffer.from(text)], [own]);
    expect(without.faults.join()).toMatch(/its receipts: receipt 1 is signed with the key "prefecture-1".*not given/);
    const another = { ...own, orgCode: its.orgCode, division: its.division, kid: its.kid };
    const wrong = await verifyExchange([Buffer.from(text)], [own, another]);
    expect(wrong.faults.join()).toMatch(/bundles from it: bundle 1 was changed, or not signed by its key/);
  });

  test('the verifier is a program of its own: the file, the public keys, and nothing else', () => {
    const folder = folders.make();
    writeFileSync(join(folder, 'exchange.ndjson'), text);
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(city.publicKeys));
    writeFileSync(join(folder, 'bad.ndjson'), text.replace('prefecture-2', 'prefecture-9'));
    const program = join(packageRoot(), 'tools', 'verify-exchange.mjs');
    const run = (file: string): string =>
      execFileSync(process.execPath, [program, file, '--keys', 'keys.json'], {
        cwd: folder,
        encoding: 'utf8',
        env: {},
      });
    expect(run('exchange.ndjson')).toBe(`unchanged: ${lines.length - 3} bundles and receipts\n`);
    expect(() => run('bad.ndjson')).toThrow(expect.objectContaining({ status: 1 }));
  });

  test('SM2 is verified as the example of GB/T 32918.5 annex A has it', () => {
    const point =
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13';
    const signature = Buffer.from(
      'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
      'hex',
    );
    expect(sm2Fits('message digest', signature, point)).toBe(true);
    expect(sm2Fits('message digesT', signature, point)).toBe(false);
  });
});

describe('npm run exchange', () => {
  /** As npm runs it; its exit code and what it said. */
  async function exchange(env: Record<string, string>, ...args: string[]): Promise<{ code: number; said: string }> {
    const child = spawn(process.execPath, ['dist/tests-run/server/exchange-tool.js', ...args], {
      cwd: packageRoot(),
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  /** A settings file of the city that pins this key of the prefecture. */
  function settings(folder: string, pinned: ReturnType<typeof makeKey>): Record<string, string> {
    const path = join(folder, `${randomUUID()}.yaml`);
    const keys = [sides.keys.city];
    const peers = { prefecture: peerYaml(PREFECTURE, 'PREFECTURE', [pinned], {}) };
    const { env, text: yaml } = sideSettings({ party: CITY, tier: 'CITY', keys, peers });
    writeFileSync(path, yaml);
    const secret = { EXCHANGE_KEY_0: env('EXCHANGE_KEY_0') ?? '' };
    return { HUB_CONFIG: path, HUB_DATA_DIR: folder, DATABASE_URL: city.options.database.url, ...secret };
  }

  test.each([
    [['verify'], { HUB_DATA_DIR: 'empty' }, /demo\.yaml has no exchange: name the hub's settings file in HUB_CONFIG/],
    [[], {}, /^npm run exchange -- new-key <name>/],
    [['export'], {}, /^npm run exchange -- new-key <name>/],
    [['keys', 'keys.json'], {}, /^npm run exchange -- new-key <name>/],
  ])('%j is answered with what to do', async (args, env, reason) => {
    expect(await exchange(env, ...args)).toEqual({ code: 2, said: expect.stringMatching(reason) });
  });

  test('where no hub ever was nothing is verified, nothing made; and no key is written over', async () => {
    const folder = folders.make();
    const { DATABASE_URL: _, ...env } = settings(folder, sides.keys.prefecture);
    expect(await exchange(env, 'verify')).toEqual({
      code: 2,
      said: expect.stringMatching(/^no hub has a database in/),
    });
    expect(existsSync(join(folder, 'postgres', 'data'))).toBe(false);
    await exchange(env, 'new-key', 'city-3');
    expect(await exchange(env, 'new-key', 'city-3')).toEqual({
      code: 2,
      said: expect.stringMatching(/never written over/),
    });
  });

  test('cannot tell without the file or without keys: that is 2, and never "unchanged"', () => {
    const folder = folders.make();
    const [file, keys] = [join(folder, 'exchange.ndjson'), join(folder, 'keys.json')];
    writeFileSync(file, text);
    const verify = (...args: string[]) => {
      const verifier = [join(packageRoot(), 'tools', 'verify-exchange.mjs'), ...args];
      const { status: code, stdout, stderr } = spawnSync(process.execPath, verifier, { encoding: 'utf8' });
      return { code, said: stdout + stderr };
    };
    for (const [content, reason] of [
      ['[]', /one public key or more/],
      ['{}', /one public key or more/],
      ['\n> fenghuo@0.1.0 exchange\n[]', /holds no public keys .* is not valid JSON.*npm run --silent/s],
      ['[{ "kid": "x" }]', /an orgCode, a division and a kid/],
      [JSON.stringify([{ ...city.publicKeys[0], publicKey: 'x' }]), /holds no public keys/],
    ] as const) {
      writeFileSync(keys, content);
      expect(verify(file, '--keys', keys)).toEqual({ code: 2, said: expect.stringMatching(reason) });
    }
    writeFileSync(keys, JSON.stringify(city.publicKeys));
    expect(verify(file, '--keys', keys)).toMatchObject({ code: 0 });
    expect(verify(`${file}.not`, '--keys', keys)).toEqual({ code: 2, said: expect.stringMatching(/ENOENT/) });
  });

  test('verifies the database by the keys of the settings, and makes keys that they can name', async () => {
    const folder = folders.make();
    const [whole, wrong, made] = await Promise.all([
      exchange(settings(folder, sides.keys.prefecture), 'verify'),
      exchange(settings(folder, makeKey('prefecture-1')), 'verify'),
      exchange({ HUB_DATA_DIR: folder }, 'new-key', 'city-2', '--algorithm', 'sm2'),
    ]);
    expect(whole).toEqual({ code: 0, said: expect.stringMatching(/^unchanged: \d+ bundles and receipts/) });
    expect(wrong).toEqual({
      code: 1,
      said: expect.stringMatching(/^NOT AS WRITTEN: prefecture, its receipts: receipt 1 was changed/m),
    });
    const path = join(folder, 'keys', 'exchange-city-2.key');
    expect(made.code).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const key = readOwnKey('city-2', readFileSync(path, 'utf8'), { from: null, until: null });
    expect(made.said).toContain(publicPartOf(key));
    expect(made.said).not.toContain(readFileSync(path, 'utf8').trim());
  }, 60_000);
});

type NamedKey = PlatformSide['publicKeys'][number];

const kindOf = (line: string | undefined): string | undefined => line?.slice(0, 18);

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

describe('in the database', () => {
  test('nothing of what was signed can be changed, removed or emptied, but for a signature of ours made anew', async () => {
    for (const sql of [
      `UPDATE exchange_bundle SET body = body || ' '`,
      'UPDATE exchange_bundle SET created_at = now()',
      `UPDATE exchange_bundle SET signature = 'x' WHERE direction = 'IN'`,
      'UPDATE exchange_receipt SET number = number + 100',
      `UPDATE exchange_receipt SET signature = 'x' WHERE issuer = 'THEIRS'`,
      'DELETE FROM exchange_bundle',
      'DELETE FROM exchange_receipt',
      'TRUNCATE exchange_bundle CASCADE',
      'TRUNCATE exchange_receipt',
    ])
      await expect(city.rows(sql)).rejects.toThrow(/kept/);
    expect(await city.verify()).toMatchObject({ faults: [] });
  });

  test('what someone who switches the guards off changes, removes or cuts off is found, and the first bad record named', async () => {
    for (const [sql, found] of await tamperings())
      await onDatabase(city.options.database.url, async (client) => {
        await tamper(client, sql);
        expect({ sql, faults: (await city.verify(client)).faults.join() }).toEqual({
          sql,
          faults: expect.stringMatching(found),
        });
        await client.query('ROLLBACK');
      });
  });

  test('an end that is cut off with everything here that tells of it is found by what the other side said last', async () => {
    const [said] = await city.rows<{ number: number }>(
      `SELECT (body::jsonb #>> '{items,0,payload,taken,number}')::int AS number FROM exchange_bundle
       WHERE direction = 'IN' AND kind = 'heartbeat' ORDER BY seq DESC LIMIT 1`,
    );
    const from = said?.number ?? 0;
    expect(from).toBeGreaterThan(1);
    await onDatabase(city.options.database.url, async (client) => {
      await tamper(client, [
        `DELETE FROM exchange_receipt WHERE issuer = 'THEIRS' AND number >= (SELECT min(number) FROM exchange_receipt WHERE issuer = 'THEIRS' AND seq >= ${from})`,
        `DELETE FROM exchange_bundle WHERE direction = 'OUT' AND seq >= ${from}`,
        `UPDATE exchange_peer SET (sent_seq, sent_hash) = (SELECT seq, hash FROM exchange_bundle WHERE direction = 'OUT' ORDER BY seq DESC LIMIT 1),
           (heard_number, heard_hash) = (SELECT number, hash FROM exchange_receipt WHERE issuer = 'THEIRS' ORDER BY number DESC LIMIT 1)`,
      ]);
      const found = (await city.verify(client)).faults;
      await client.query('ROLLBACK');
      expect(found.join()).toMatch(
        /bundles to it: its heartbeat of .* says that there are bundles up to \d+: \d+ to \d+ are missing/,
      );
    });
  });

  test('retention drops the beginnings of chains, none of what is open or young, and what is left still verifies', async () => {
    const db = openDatabase({ url: city.options.database.url });
    // A few at once, as a hub drops many thousands.
    const drop = async (limit: Date): Promise<void> => {
      while (await db.transaction((client) => dropOldExchange(client, limit, 3)));
    };
    try {
      const counted = (): Promise<unknown[]> =>
        city.rows('SELECT direction, count(*) FROM exchange_bundle GROUP BY 1 ORDER BY 1');
      const whole = await counted();
      await drop(new Date(Date.now() - DAY_MS));
      expect(await counted()).toEqual(whole);
      clock.ahead += 200 * DAY_MS;
      await Promise.all([city.start(), sides.prefecture.start()]);
      await Promise.all([city.tell(), sides.prefecture.tell()]);
      await settled(sides);
      await drop(new Date(now().getTime() - 180 * DAY_MS));
      const [first] = await city.rows<{ out: number; in: number; receipts: number }>(
        `SELECT min(seq) FILTER (WHERE direction = 'OUT') AS out, min(seq) FILTER (WHERE direction = 'IN') AS in,
           (SELECT min(number) FROM exchange_receipt WHERE issuer = 'OURS') AS receipts FROM exchange_bundle`,
      );
      expect(first?.out).toBeGreaterThan(1);
      expect(first?.in).toBeGreaterThan(1);
      expect(first?.receipts).toBeGreaterThan(1);
      await until(
        () => city.verify(),
        ({ faults }) => faults.length === 0,
      );
      // A beginning that is too young to have been dropped was removed by somebody.
      await onDatabase(city.options.database.url, async (client) => {
        await tamper(client, [`DELETE FROM exchange_bundle WHERE direction = 'OUT' AND seq <= ${first?.out}`]);
        expect((await city.verify(client)).faults.join()).toMatch(/bundles 1 to \d+ are missing: they were too young/);
        await client.query('ROLLBACK');
      });
    } finally {
      await db.close();
    }
  });
});

async function tamper(client: pg.Client, sql: readonly string[]): Promise<void> {
  await client.query('BEGIN');
  for (const table of ['exchange_bundle', 'exchange_receipt'])
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${table}_kept`);
  for (const each of sql) await client.query(each);
}

async function tamperings(): Promise<(readonly [string[], RegExp])[]> {
  const [{ out = 0, ours = 0 } = {}] = await city.rows<{ out: number; ours: number }>(
    `SELECT (SELECT max(seq) FROM exchange_bundle WHERE direction = 'OUT') AS out, max(number) AS ours
     FROM exchange_receipt WHERE issuer = 'OURS'`,
  );
  const forged = `replace(body, '"text":"prefecture-1"', '"text":"prefecture-7"')`;
  const cut = `DELETE FROM exchange_bundle WHERE direction = 'OUT' AND seq = ${out}`;
  return [
    [[`UPDATE exchange_bundle SET body = ${forged} WHERE direction = 'IN'`], /bundle \d+ was changed: its hash/],
    [
      [
        `UPDATE exchange_bundle SET body = ${forged}, hash = encode(sha256(${forged}::bytea), 'hex') WHERE direction = 'IN' AND body LIKE '%"prefecture-1"%'`,
      ],
      /bundle \d+ was changed, or not signed/,
    ],
    [
      [`UPDATE exchange_bundle SET state = 'APPLIED' WHERE direction = 'OUT' AND seq = 2`],
      /bundle 2 is said to be APPLIED.*it is ACTED/,
    ],
    [
      [`UPDATE exchange_bundle SET kind = 'warning' WHERE direction = 'IN' AND seq = 2`],
      /bundle 2: what is written beside/,
    ],
    [
      [`UPDATE exchange_item SET item_id = 'other' WHERE direction = 'IN' AND seq = 2`],
      /bundle 2: what is written beside/,
    ],
    [
      [`UPDATE exchange_item SET fault = '{"code":"A","path":"","note":""}' WHERE direction = 'OUT' AND seq = 2`],
      /bundle 2: what is written of item 0/,
    ],
    [[`DELETE FROM exchange_item WHERE direction = 'OUT' AND seq = 2`], /bundle 2: what is written beside/],
    [[`DELETE FROM exchange_bundle WHERE direction = 'OUT' AND seq = 2`], /bundle 2 is missing here: 3 stands/],
    [[cut], new RegExp(`bundles to it: bundles ${out} to ${out} are missing`)],
    [
      [
        cut,
        `UPDATE exchange_peer SET sent_seq = sent_seq - 1, sent_hash = (SELECT hash FROM exchange_bundle WHERE direction = 'OUT' AND seq = ${out - 1})`,
      ],
      new RegExp(`its receipts: receipt \\d+ is about bundle ${out}, which is not here`),
    ],
    [
      [`DELETE FROM exchange_receipt WHERE issuer = 'OURS' AND number = ${ours}`],
      new RegExp(`our receipts: receipts ${ours} to ${ours} are missing`),
    ],
    [
      [`DELETE FROM exchange_receipt WHERE issuer = 'THEIRS' AND number = 3`],
      /its receipts: receipt 3 is missing here: 4 stands/,
    ],
    [
      [
        `UPDATE exchange_receipt SET number = number + 1000 WHERE number IN (2, 3) AND issuer = 'OURS'`,
        `UPDATE exchange_receipt SET number = 1005 - number WHERE number > 1000`,
      ],
      /our receipts: receipt 3 is missing|our receipts: receipt 2 is missing/,
    ],
    [[`UPDATE exchange_peer SET told_hash = repeat('1', 64)`], /our receipts: the end that is noted/],
  ];
}
