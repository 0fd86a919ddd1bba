import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { float64Column, makeTable } from '../../../core/data/table.js';
import { InvalidData } from '../../../core/errors.js';
import { featuresAsOf } from '../../../core/features/features-as-of.js';

const table = makeTable({ closeTimeMs: Float64Array.of(100, 200, 300), rsi: Float64Array.of(Number.NaN, 40, 50) });

test('a read as of a time holds what had closed by then, the row that closes at it included', () => {
  assert.equal(featuresAsOf(table, 99).rowCount, 0);
  assert.deepEqual([...float64Column(featuresAsOf(table, 200), 'rsi')], [Number.NaN, 40]);
  assert.equal(featuresAsOf(table, 1e9).rowCount, 3);
});

test('a read as of T returns nothing known after T, whatever is written for later', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 40 }), fc.nat(1000), (times, asOfMs) => {
      const closeTimeMs = Float64Array.from(times).sort();
      const read = featuresAsOf(makeTable({ closeTimeMs, x: closeTimeMs.map((timeMs) => 2 * timeMs) }), asOfMs);
      assert.deepEqual(
        [...float64Column(read, 'closeTimeMs')],
        [...closeTimeMs].filter((timeMs) => timeMs <= asOfMs),
      );
      assert.deepEqual(
        [...float64Column(read, 'x')],
        [...float64Column(read, 'closeTimeMs')].map((timeMs) => 2 * timeMs),
      );
    }),
  );
});

test('rows out of order are refused: the newest row would not be the last', () => {
  assert.throws(() => featuresAsOf(makeTable({ closeTimeMs: Float64Array.of(1, 3, 3) }), 5), InvalidData);
});
