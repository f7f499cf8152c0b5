import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { exchangePair, type Pair } from './support/exchange-pair.js';
import { until } from './support/running-hub.js';

let pair: Pair;
let city: pg.Pool;
let prefecture: pg.Pool;
beforeAll(async () => {
  pair = await exchangePair();
  city = new pg.Pool({ connectionString: pair.databases.city.url });
  prefecture = new pg.Pool({ connectionString: pair.databases.prefecture.url });
});
afterAll(async () => {
  await Promise.all([city.end(), prefecture.end()]);
  await pair.stop();
});

const rows = async <T>(db: pg.Pool, sql: string): Promise<T[]> => (await db.query(sql)).rows as T[];

describe('two hubs that are peers', () => {
  test('give each other a sign of life, and each keeps the other’s receipts up to ACTED', async () => {
    for (const db of [city, prefecture])
      await until(
        () => rows<{ state: string }>(db, `SELECT state FROM exchange_bundle WHERE direction = 'OUT' ORDER BY seq`),
        (found) => found.length > 0 && found.every(({ state }) => state === 'ACTED'),
      );
    const states = await rows<{ state: string }>(
      city,
      `SELECT state FROM exchange_receipt WHERE issuer = 'THEIRS' ORDER BY number`,
    );
    expect(states.slice(0, 4).map(({ state }) => state)).toEqual(['RECEIVED', 'VALIDATED', 'APPLIED', 'ACTED']);
  });
});
