import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { entries, entry, LogWorld } from '../tests/support/log-world.js';
import { readEntries, readState } from './log.js';
import { dropOldEntries } from './retention.js';

const OLD = new Date('2020-01-01T00:00:00Z');
const LIMIT = new Date('2021-01-01T00:00:00Z');

describe('retention', () => {
  let world: LogWorld;
  beforeEach(async () => {
    world = await LogWorld.open();
  });
  afterEach(() => world.end());

  test('the log refuses to be changed or emptied behind its readers', async () => {
    await world.append(entry('a'));
    await expect(world.db.write.query("UPDATE log_entry SET key = 'b'")).rejects.toThrow('append-only');
    await expect(world.db.write.query('DELETE FROM log_entry')).rejects.toThrow('append-only');
  });

  test('a topic loses what is older, raises its own floor to the last dropped, and touches no other topic', async () => {
    await world.append(entry('w1', 'warning', OLD), entry('f1', 'feed', OLD), entry('w2', 'warning', OLD), entry('w3'));
    expect(await dropOldEntries(world.db, 'warning', LIMIT)).toBe(2);
    expect(await readState(world.db.read)).toMatchObject({ position: 4, floors: { warning: 3 } });
    const left = await readEntries(world.db.read, { after: 0, limit: 10 });
    expect(left.map(({ key }) => key)).toEqual(['f1', 'w3']);
    expect(await dropOldEntries(world.db, 'warning', LIMIT)).toBe(0);
  });

  test('much is dropped in transactions of bounded size, the floor rising with each', async () => {
    for (let i = 0; i < 6; i += 1) await world.append(...entries(2000, i * 2000).map((each) => ({ ...each, at: OLD })));
    const dropping = dropOldEntries(world.db, 'warning', LIMIT);
    const seen = new Set<string>();
    let done = false;
    void dropping.finally(() => {
      done = true;
    });
    while (!done) {
      const { rows } = await world.db.read.query<{ first: number | null; floor: number | null }>(
        'SELECT (SELECT min(position) FROM log_entry) AS first, (SELECT position FROM log_floor) AS floor',
      );
      seen.add(`${rows[0]?.first}/${rows[0]?.floor}`);
    }
    expect(await dropping).toBe(12_000);
    expect(['1/null', '5001/5000', '10001/10000', 'null/12000']).toEqual(expect.arrayContaining([...seen]));
  });
});
