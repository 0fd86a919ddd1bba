import assert from 'node:assert/strict';
import { test } from 'node:test';
import { returnWeights, timeDecayFactors } from '../../../core/labels/sample-weights.js';

const near = (found: Float64Array, expected: readonly number[]): void => {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => assert.ok(Object.is(found[i], value) || Math.abs(found[i]! - value) < 1e-12, `${i}: ${found[i]} against ${value}`));
};

test('weights by return of two overlapping labels, worked by hand', () => {
  const close = Float64Array.from([0, 1, 3, 2, 2], Math.exp);
  // Returns 1, 2, -1, 0. Label A holds bars 1 to 2, B bars 2 to 3; bar 2 is shared: A = 1 + 2 / 2, B = |2 / 2 - 1|.
  near(returnWeights(close, { firstBar: Int32Array.of(1, 2, 4), lastBar: Int32Array.of(2, 3, -1) }), [2, 0, Number.NaN]);
});

test('where no price moved every label weighs the same', () => {
  near(returnWeights(new Float64Array(5).fill(3), { firstBar: Int32Array.of(1, 2), lastBar: Int32Array.of(2, 3) }), [1, 1]);
});

test('time decay is a straight line over cumulated uniqueness, worked by hand', () => {
  const uniqueness = Float64Array.of(1, Number.NaN, 0.5, 0.5);
  near(timeDecayFactors(uniqueness, 1), [1, Number.NaN, 1, 1]);
  near(timeDecayFactors(uniqueness, 0), [0.5, Number.NaN, 0.75, 1]);
  near(timeDecayFactors(uniqueness, 0.5), [0.75, Number.NaN, 0.875, 1]);
  // The oldest half of the summed uniqueness weighs nothing.
  near(timeDecayFactors(uniqueness, -0.5), [0, Number.NaN, 0.5, 1]);
  assert.throws(() => timeDecayFactors(uniqueness, -1), RangeError);
});
