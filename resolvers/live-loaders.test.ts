import { expect, test } from '@jest/globals';
import { ROOT } from '../model/access.js';
import type { LiveAnswer, LivePort } from '../model/live.js';
import { Sight } from '../model/sight.js';
import { liveLoaders as loadersFor } from './live-loaders.js';

const sight = new Sight(
  ROOT,
  () => [],
  () => new Date(),
);
const liveLoaders = (given: LivePort) => loadersFor(given, sight);

/** A port that answers at once, and what it was asked. */
function port() {
  const asked: [string, readonly string[], number][] = [];
  const ask: LivePort['ask'] = async (noun, codes, spentMs) => {
    asked.push([noun, codes, spentMs]);
    return codes.map((code): LiveAnswer => ({ feedId: 'x/y', reason: code, lastReceivedAt: null }));
  };
  return { asked, port: { ask } };
}

test('one operation asks a service once a level of nesting, and tells how long it has waited already', async () => {
  const { asked, port: given } = port();
  const live = liveLoaders(given);
  await Promise.all(['A', 'B', 'A'].map((code) => live('n').load(code)));
  await live('n').load('C');
  expect(asked.map(([noun, codes]) => [noun, codes])).toEqual([
    ['n', ['A', 'B']],
    ['n', ['C']],
  ]);
  expect(asked[0]?.[2]).toBe(0);
  expect(asked[1]?.[2]).toBeGreaterThan(0);
});

test('loaders made anew, as for each event of a subscription, ask anew and have all their time', async () => {
  const { asked, port: given } = port();
  await liveLoaders(given)('n').load('A');
  await liveLoaders(given)('n').load('A');
  expect(asked).toEqual([
    ['n', ['A'], 0],
    ['n', ['A'], 0],
  ]);
});

test('a noun that no feed answers for is answered by nothing', async () => {
  expect(await liveLoaders({ ask: () => undefined })('n').load('A')).toBeUndefined();
});
