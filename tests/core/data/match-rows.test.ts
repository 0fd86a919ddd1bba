/** Joins by an ascending key. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { matchRows } from '../../../core/data/match-rows.js';

test('each wanted key is found where it lies, in any order and more than once', () => {
  const keys = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(keys, fc.infiniteStream(fc.nat()), (unsorted, stream) => {
      const sorted = [...unsorted].sort((a, b) => a - b);
      const wanted = [...stream.take(20)].map((n) => sorted[n % sorted.length]!);
      assert.deepEqual(
        [...matchRows(sorted, wanted, 'keys')],
        wanted.map((key) => sorted.indexOf(key)),
      );
    }),
  );
});

test('a missing key is refused by label and key, below, between and above', () => {
  for (const key of [0, 4, 9])
    assert.throws(() => matchRows([1, 3, 5], [3, key], 'regimes'), {
      name: 'InvalidData',
      message: `regimes: expected a row with key ${key}, found none among 3`,
    });
});
