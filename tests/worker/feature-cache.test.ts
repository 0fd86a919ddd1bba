import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFeatureCache } from '../../worker/feature-cache.js';

test('the feature cache computes a name of a data set once and counts what it gives back', () => {
  const cache = makeFeatureCache();
  let computed = 0;
  const ask = (identity: string, name: string): number => cache.memo(identity)(name, () => ++computed);
  assert.equal(ask('bars a', 'basic'), 1);
  assert.equal(ask('bars a', 'basic'), 1);
  assert.equal(ask('bars b', 'basic'), 2);
  assert.equal(ask('bars a', 'all'), 3);
  assert.equal(cache.hits, 1);
});

test('the feature cache forgets the entry that was not used for longest', () => {
  const cache = makeFeatureCache();
  let computed = 0;
  const ask = (name: string): number => cache.memo('bars')(name, () => ++computed);
  for (const name of ['a', 'b', 'c', 'd']) ask(name);
  ask('a');
  ask('e');
  assert.equal(ask('a'), 1);
  assert.equal(ask('b'), 6);
});
