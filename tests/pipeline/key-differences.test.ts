import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeKeyDifference, keyDifferences } from '../../pipeline/key-differences.js';

const PARTS = { step: 's', code: 'c1', natives: { lib: '1' }, seed: 7, parameters: { costs: { takerFeeBps: 5 }, families: ['a', 'b'] } };

test('equal parts have no difference, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.jsonValue()), (parts) => {
      assert.deepEqual(keyDifferences(parts, Object.fromEntries(Object.entries(parts).reverse())), []);
    }),
  );
});

test('a changed parameter is named down to its own key, with both values', () => {
  const changed = { ...PARTS, parameters: { ...PARTS.parameters, costs: { takerFeeBps: 6 } } };
  const found = keyDifferences(PARTS, changed);
  assert.deepEqual(found, [{ path: 'parameters.costs.takerFeeBps', recorded: 5, found: 6 }]);
  assert.equal(describeKeyDifference(found[0]!), 'parameters.costs.takerFeeBps: recorded 5, now 6');
});

test('code, natives and seed are named; a part that one side lacks says none', () => {
  const changed = { step: 's', code: 'c2', natives: {}, seed: 8, parameters: PARTS.parameters };
  assert.deepEqual(keyDifferences(PARTS, changed).map(describeKeyDifference), [
    'code: recorded "c1", now "c2"',
    'natives.lib: recorded "1", now none',
    'seed: recorded 7, now 8',
  ]);
});

test('lists are compared as wholes', () => {
  const changed = { ...PARTS, parameters: { ...PARTS.parameters, families: ['a'] } };
  assert.deepEqual(
    keyDifferences(PARTS, changed).map(({ path }) => path),
    ['parameters.families'],
  );
});
