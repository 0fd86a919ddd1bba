import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fractionalDifference, fractionalWeights } from '../../../core/features/market/fractional-difference.js';

function equal(actual: Float64Array, expected: readonly number[]): void {
  expected.forEach((value, k) => assert.ok(Math.abs(actual[k]! - value) < 1e-12, `weight ${k}: ${actual[k]} against ${value}`));
}

test('weights of d 0.5 and 0.4 are the known ones (M3.2.15)', () => {
  equal(fractionalWeights(0.5, 0.02), [1, -0.5, -0.125, -0.0625, -0.0390625, -0.02734375]);
  equal(fractionalWeights(0.4, 0.02), [1, -0.4, -0.12, -0.064, -0.0416, -0.029952]);
});

test('d 0.4 cut at 1e-5 keeps 1,458 weights (M3.2.15)', () => {
  assert.equal(fractionalWeights(0.4, 1e-5).length, 1458);
});

test('d 1 is the first difference and d 0 the series itself', () => {
  const values = Float64Array.of(3, 5, 4, 9);
  assert.deepEqual([...fractionalDifference(values, fractionalWeights(1, 1e-5))], [Number.NaN, 2, -1, 5]);
  assert.deepEqual([...fractionalDifference(values, fractionalWeights(0, 1e-5))], [3, 5, 4, 9]);
});

test('a negative d and a cut of 0 are refused', () => {
  assert.throws(() => fractionalWeights(-0.1, 1e-3), RangeError);
  assert.throws(() => fractionalWeights(0.4, 0), RangeError);
});
