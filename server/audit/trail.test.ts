import { expect, test } from '@jest/globals';
import { ROOT } from '../../model/access.js';
import { Sight } from '../../model/sight.js';
import { openDatabase } from '../../prisma/database.js';
import { migratedDatabase } from '../../tests/support/database.js';
import { passingKey } from './key.js';
import { Recorder } from './recorder.js';
import { Trail } from './trail.js';

test('an answer with data of more feeds than a row names says so in it', async () => {
  const database = await migratedDatabase();
  const db = openDatabase({ url: database.url });
  const faults: unknown[] = [];
  const now = (): Date => new Date();
  const recorder = new Recorder({ db, key: passingKey, now, onFault: (reason) => void faults.push(reason) });
  const sight = new Sight(ROOT, () => [], now);
  const viewer = { ...ROOT, sight, seesExercises: false, signal: new AbortController().signal };
  for (const most of [300, 301]) {
    const trail = new Trail(recorder, viewer, null, now);
    for (let n = 0; n < most; n += 1) trail.shown({ feedId: `water/feed-${n}` });
    trail.record('OK');
  }
  await recorder.stop();
  const { rows } = await db.read.query<{ feeds: string[]; outcome: string | null }>(
    'SELECT feeds, outcome FROM audit_entry ORDER BY position',
  );
  await db.close();
  await database.drop();
  expect(faults).toEqual([]);
  expect(rows.map(({ feeds, outcome }) => [feeds.length, outcome])).toEqual([
    [300, null],
    [300, 'more-feeds'],
  ]);
});
