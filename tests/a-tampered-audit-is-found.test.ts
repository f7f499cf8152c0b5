import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ROOT } from '../model/access.js';
import type { AuditDraft } from '../model/audit.js';
import { type Database, openDatabase } from '../prisma/database.js';
import { dropAuditDays } from '../prisma/store/drop-audit.js';
import { exportAudit } from '../server/audit/export.js';
import { passingKey } from '../server/audit/key.js';
import { Ledger } from '../server/audit/ledger.js';
import { packageRoot } from '../server/root.js';
import { verifyAudit } from '../tools/verify-audit.mjs';
import { migratedDatabase, type TestDatabase } from './support/database.js';
import { tempFolders } from './support/temp-folder.js';

/** More of them with AUDIT_TRIALS=10000. */
const TRIALS = Number(process.env.AUDIT_TRIALS ?? 2000);
const DAYS = 5;
const PER_DAY = 12;
const FIRST_DAY = Date.parse('2026-06-01T04:00:00Z');
const DAY_MS = 86_400_000;

const folders = tempFolders();
const key = passingKey();
const clock = { now: new Date(FIRST_DAY) };
let database: TestDatabase;
let db: Database;
let lines: string[];
let text: string;
/** A small one, for what is tried thousands of times. */
let small: string;

const draft = (n: number, at: Date): AuditDraft => ({
  ...{ at, kind: 'QUERY', principal: ROOT, operation: `第${n}次 "q"`, document: null, rootFields: ['stations'] },
  ...{
    variables: { stations: { first: n, text: '雨\u2028\n"' } },
    grants: [],
    feeds: ['water/telemetry'],
    result: 'OK',
  },
  ...{ outcome: null, rowCount: n, times: 1, requestId: `r-${n}`, address: '::1', milliseconds: 3 },
});

async function write(days: number, perDay = PER_DAY): Promise<void> {
  const ledger = new Ledger(
    () => key,
    () => clock.now,
  );
  for (let day = 0; day < days; day += 1) {
    const drafts = Array.from({ length: perDay }, (_, n) => draft(n, clock.now));
    await db.transaction((client) => ledger.append(client, drafts.slice(0, 2)));
    await db.transaction((client) => ledger.append(client, drafts.slice(2)));
    clock.now = new Date(clock.now.getTime() + DAY_MS);
  }
}

async function exported(): Promise<string> {
  let whole = '';
  for await (const part of exportAudit(db.read, key, clock.now)) whole += part;
  return whole;
}

const verify = (content: string | Buffer) => verifyAudit([Buffer.from(content)], [key.pem]);

beforeAll(async () => {
  database = await migratedDatabase();
  db = openDatabase({ url: database.url });
  await write(2, 3);
  small = await exported();
  await db.close();
  await database.drop();
  clock.now = new Date(FIRST_DAY);
  database = await migratedDatabase();
  db = openDatabase({ url: database.url });
  await write(DAYS);
  text = await exported();
  lines = text.trimEnd().split('\n');
});
afterAll(async () => {
  await db.close();
  await database.drop();
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

const joined = (parts: readonly string[]): string => `${parts.join('\n')}\n`;
const isRow = (line: string): boolean => line.startsWith('{"hash":');

describe('an exported audit', () => {
  test('that nobody touched is found unchanged, in pieces of whatever size', async () => {
    const rows = DAYS * PER_DAY;
    expect(await verify(text)).toEqual({ rows, days: DAYS - 1, position: rows });
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 97) }, (_, n) => bytes.subarray(n * 97, n * 97 + 97));
    expect(await verifyAudit(pieces, [key.pem])).toEqual({ rows, days: DAYS - 1, position: rows });
  });

  test('every change of a single byte is found', async () => {
    const next = random(7);
    const bytes = Buffer.from(small);
    expect(await verify(bytes)).toEqual({ rows: 6, days: 1, position: 6 });
    const missed: number[] = [];
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const at = next(bytes.length);
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ (1 + next(255));
      if ((await verify(changed)).fault === undefined) missed.push(at);
    }
    expect(missed).toEqual([]);
  }, 240_000);

  test('every line that is removed, repeated or moved is found, and every end that is cut off', async () => {
    const next = random(11);
    const unseen: string[] = [];
    const check = async (what: string, changed: string): Promise<void> => {
      if ((await verify(changed)).fault === undefined) unseen.push(what);
    };
    for (let i = 0; i < lines.length; i += 1) {
      await check(`without ${i}`, joined(lines.toSpliced(i, 1)));
      await check(`twice ${i}`, joined(lines.toSpliced(i, 0, lines[i] as string)));
      await check(`up to ${i}`, joined(lines.slice(0, i)));
      const to = next(lines.length);
      if (lines[i] !== lines[to]) {
        const swapped = lines.with(i, lines[to] as string).with(to, lines[i] as string);
        await check(`swapped ${i} ${to}`, joined(swapped));
      }
    }
    for (let n = 0; n < 200; n += 1) {
      const at = next(text.length - 1);
      await check(`cut at ${at}`, text.slice(0, at));
    }
    await check('without the last line feed', text.slice(0, -1));
    await check('a blank line', text.replace('\n', '\n\n'));
    expect(unseen).toEqual([]);
  });

  test('a whole day, with or without its head, is missed; heads that are exchanged are found', async () => {
    const heads = lines.flatMap((line, i) => (line.includes('"day":{') ? [i] : []));
    const [one = 0, two = 0, three = 0] = heads;
    expect((await verify(joined(lines.toSpliced(one + 1, two - one)))).fault).toMatch(/row 13 is missing/);
    expect((await verify(joined(lines.toSpliced(one + 1, two - one - 1)))).fault).toMatch(
      /rows of 2026-06-02.*missing/,
    );
    const swapped = lines.with(one, lines[three] as string).with(three, lines[one] as string);
    expect((await verify(joined(swapped))).fault).toMatch(/^line 14: a day is missing before 2026-06-03/);
    expect((await verify(joined([lines[0] as string, ...lines.slice(one + 1)]))).fault).toMatch(/row 1 is missing/);
  });

  test('the first bad row is named', async () => {
    const at = lines.findIndex((line) => line.includes('"position":20,'));
    const changed = joined(lines.with(at, (lines[at] as string).replace('"times":1', '"times":2')));
    expect((await verify(changed)).fault).toBe(
      `line ${at + 1}: row 20 was changed: its hash is not that of its content`,
    );
  });

  test('a row with its own hash made anew is found by the chain; without the chain nothing of it is: the control', async () => {
    const forged = (line: string): string => {
      const entry = line.slice('{"hash":"","entry":'.length + 64, -1).replace('"result":"OK"', '"result":"NO"');
      return `{"hash":"${createHash('sha256').update(entry).digest('hex')}","entry":${entry}}`;
    };
    const unchained = (content: string): boolean =>
      content
        .split('\n')
        .filter(isRow)
        .every((line) => {
          const entry = line.slice('{"hash":"","entry":'.length + 64, -1);
          return line.slice(9, 73) === createHash('sha256').update(entry).digest('hex');
        });
    let found = 0;
    let foundWithoutChain = 0;
    const rows = lines.flatMap((line, i) => (isRow(line) ? [i] : []));
    for (const i of rows) {
      const changed = joined(lines.with(i, forged(lines[i] as string)));
      if ((await verify(changed)).fault !== undefined) found += 1;
      if (!unchained(changed)) foundWithoutChain += 1;
    }
    expect([found, foundWithoutChain]).toEqual([rows.length, 0]);
  });

  test('signed with another key it is refused, whatever keys it names itself', async () => {
    const { fault } = await verifyAudit([Buffer.from(text)], [passingKey().pem]);
    expect(fault).toMatch(/signed with the key [0-9a-f]{16}, which was not given/);
  });

  test('the verifier is a program of its own: the file, the public key, and nothing else', () => {
    const folder = folders.make();
    writeFileSync(join(folder, 'audit.ndjson'), text);
    writeFileSync(join(folder, 'audit.pub'), key.pem);
    writeFileSync(join(folder, 'bad.ndjson'), text.replace('"r-3"', '"r-4"'));
    const program = join(packageRoot(), 'tools', 'verify-audit.mjs');
    const run = (file: string): string =>
      execFileSync(process.execPath, [program, file, '--key', 'audit.pub'], { cwd: folder, encoding: 'utf8', env: {} });
    expect(run('audit.ndjson')).toBe(`unchanged: ${DAYS * PER_DAY} rows, ${DAYS - 1} days that are over\n`);
    expect(() => run('bad.ndjson')).toThrow(expect.objectContaining({ status: 1 }));
  });
});

describe('in the database', () => {
  test('nothing can be changed, removed or emptied', async () => {
    for (const sql of [
      'UPDATE audit_entry SET times = 2',
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
      'DELETE FROM audit_day',
      `UPDATE audit_day SET key = 'x'`,
      'UPDATE audit_head SET position = 1',
      'DELETE FROM audit_head',
    ])
      await expect(db.write.query(sql)).rejects.toThrow(/append-only|only goes on/);
    const client = await db.write.connect();
    await client.query(`SELECT set_config('fenghuo.retention', 'on', false)`);
    await expect(client.query('DELETE FROM audit_entry')).rejects.toThrow('append-only');
    client.release(true);
    expect(await exported()).toContain('"position":1,');
  });

  test('what someone who switches the guards off changes, removes or cuts off is found', async () => {
    const client = await db.write.connect();
    const tampered = async (...sql: string[]): Promise<string | undefined> => {
      await client.query('BEGIN');
      await client.query(`SET LOCAL session_replication_role = 'replica'`);
      for (const each of sql) await client.query(each);
      let whole = '';
      for await (const part of exportAudit(client, key, clock.now)) whole += part;
      await client.query('ROLLBACK');
      return (await verify(whole)).fault;
    };
    expect(await tampered()).toBeUndefined();
    expect(await tampered(`UPDATE audit_entry SET principal = 'x' WHERE position = 30`)).toMatch(/row 30 was changed/);
    expect(await tampered('DELETE FROM audit_entry WHERE position = 30')).toMatch(/row 30 is missing/);
    expect(await tampered('DELETE FROM audit_entry WHERE position > 58')).toMatch(/rows 59 to 60 are missing/);
    expect(await tampered(`DELETE FROM audit_day WHERE day = '2026-06-02'`)).toMatch(/head of 2026-06-02 is missing/);
    expect(
      await tampered('DELETE FROM audit_entry WHERE position <= 12', 'UPDATE audit_floor SET position = 12'),
    ).toMatch(/rows of 2026-06-01, from 1 on, are missing/);
    // The last rows with the head that tells of them: only what was noted outside the database knows.
    const [noted] = (
      await client.query<{ hash: string }>(`SELECT encode(hash, 'hex') AS hash FROM audit_entry WHERE position = 60`)
    ).rows;
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = 'replica'`);
    await client.query('DELETE FROM audit_entry WHERE position > 58');
    await client.query(
      'UPDATE audit_head SET position = 58, hash = (SELECT hash FROM audit_entry WHERE position = 58)',
    );
    let rolledBack = '';
    for await (const part of exportAudit(client, key, clock.now)) rolledBack += part;
    await client.query('ROLLBACK');
    client.release();
    const holds = new Map([[60, noted?.hash as string]]);
    expect((await verify(rolledBack)).fault).toBeUndefined();
    expect((await verifyAudit([Buffer.from(rolledBack)], [key.pem], holds)).fault).toMatch(/rows 59 to 60 are missing/);
    expect((await verifyAudit([Buffer.from(text)], [key.pem], holds)).fault).toBeUndefined();
  });

  test('retention drops whole days, none younger than 180 days, and what is left still verifies', async () => {
    clock.now = new Date(FIRST_DAY + 200 * DAY_MS);
    await write(1);
    expect(await dropAuditDays(db, '2026-06-03')).toBe(3 * PER_DAY);
    expect(await dropAuditDays(db, '2026-06-03')).toBe(0);
    const whole = await exported();
    expect(whole).not.toContain('"position":36,');
    expect(await verify(whole)).toEqual({ rows: 3 * PER_DAY, days: DAYS, position: 6 * PER_DAY });
    // Whoever asks for more than the law allows gets what it allows.
    clock.now = new Date(FIRST_DAY + 300 * DAY_MS);
    await write(1);
    expect(await dropAuditDays(db, '2026-12-18')).toBe(2 * PER_DAY);
    expect(await verify(await exported())).toMatchObject({ rows: 2 * PER_DAY, days: DAYS + 1 });
  });
});
