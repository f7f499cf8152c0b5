import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { entries, entry, LogWorld } from './support/log-world.js';

const WATCHED_MS = 2000;

describe('the log of a hub', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  /** The last statement of each connection that is not the test's own, with its start, as the server saw it. */
  async function activity(): Promise<unknown[]> {
    const { rows } = await world.db.read.query(
      `SELECT pid, query_start, state_change, query FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'fenghuo-listen' ORDER BY pid`,
    );
    return rows;
  }

  test('sends no statement while nobody subscribes, however much is appended, also after the last has left', async () => {
    const statements: string[] = [];
    const hub = await world.hub({ heartbeatMs: 50, onStatement: (sql) => statements.push(sql) });
    const live = await hub.subscribe(['warning', 'feed']);
    const latest = await hub.subscribeLatest('observation', { expand: (each) => [each], key: ({ key }) => key });
    const waiting = live.next();
    await world.append(entry('a'));
    await waiting;
    await live.return?.();
    await latest.return?.();
    expect(hub.subscribers).toBe(0);
    // A read that was under way may still wait for its connection, and end; nothing follows it.
    await wait(WATCHED_MS / 4);
    const before = statements.length;
    const listener = await activity();
    for (let i = 0; i < 10; i += 1) {
      await world.append(...entries(5));
      await wait(WATCHED_MS / 10);
    }
    expect(statements.slice(before)).toEqual([]);
    expect(await activity()).toEqual(listener);
    expect(listener.length).toBe(1);
  });

  test('sends the declared heartbeat, and nothing else, while somebody subscribes to a quiet log', async () => {
    const statements: string[] = [];
    const hub = await world.hub({ heartbeatMs: 200, onStatement: (sql) => statements.push(sql) });
    const live = await hub.subscribe('warning');
    const waiting = live.next();
    statements.length = 0;
    await wait(WATCHED_MS);
    expect(statements.length).toBeGreaterThan(2);
    expect(statements.length).toBeLessThanOrEqual(WATCHED_MS / 200 + 2);
    await live.return?.();
    await waiting;
  });
});
