/** Sliding windows against their definitions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { barsSinceMaximum, rollingMaximum, rollingMinimum } from '../../../core/features/rolling-extreme.js';
import { rollingMoments, rollingScore } from '../../../core/features/rolling-moments.js';
import { rollingSum } from '../../../core/features/rolling-sum.js';

const series = fc.tuple(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }), fc.integer({ min: 2, max: 12 }));

function windows(values: readonly number[], window: number): (number[] | null)[] {
  return values.map((_, t) => (t < window - 1 ? null : values.slice(t - window + 1, t + 1)));
}

function near(actual: number, expected: number, scale: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-10 * Math.max(1, scale), `${actual} against ${expected}`);
}

test('rolling sums, extremes and moments equal those of each window taken alone', () => {
  fc.assert(
    fc.property(series, ([values, window]) => {
      const data = Float64Array.from(values);
      const [sum, maximum, minimum, age, moments] = [
        rollingSum(data, window),
        rollingMaximum(data, window),
        rollingMinimum(data, window),
        barsSinceMaximum(data, window),
        rollingMoments(data, window),
      ];
      windows(values, window).forEach((part, t) => {
        if (part === null) {
          assert.ok([sum, maximum, minimum, age, moments.mean, moments.variance].every((column) => Number.isNaN(column[t])));
          return;
        }
        const mean = part.reduce((a, b) => a + b, 0) / window;
        const size = Math.max(...part.map(Math.abs));
        near(sum[t]!, mean * window, size * window);
        assert.equal(maximum[t], Math.max(...part));
        assert.equal(minimum[t], Math.min(...part));
        assert.equal(age[t], window - 1 - part.lastIndexOf(Math.max(...part)));
        near(moments.mean[t]!, mean, size);
        near(moments.variance[t]!, part.reduce((a, b) => a + (b - mean) ** 2, 0) / (window - 1), size * size);
      });
    }),
    { numRuns: 200 },
  );
});

test('a window past a NaN or a huge value is what it would have been without it', () => {
  const values = Float64Array.of(1, Number.NaN, 1e300, 3, 4, 5, 6, 7);
  assert.deepEqual([...rollingSum(values, 3)].slice(5), [12, 15, 18]);
  assert.deepEqual([...rollingMoments(values, 3).variance].slice(5), [1, 1, 1]);
  assert.deepEqual([...rollingMaximum(values, 2)].slice(2), [Number.NaN, 1e300, 4, 5, 6, 7]);
});

test('a constant window far from zero has variance 0, score 0, skewness 0 and kurtosis 0 exactly', () => {
  const values = new Float64Array(50).fill(60_000.1);
  const moments = rollingMoments(values, 7);
  for (let t = 6; t < 50; t++) {
    assert.deepEqual([moments.variance[t], moments.skewness[t], moments.kurtosis[t], rollingScore(values, 7)[t]], [0, 0, 0, 0]);
  }
});

test('moments of 1, 2, 3, 4 and 10 by hand: mean 4, variance 12.5, g1 1.1384, g2 -0.2196', () => {
  const moments = rollingMoments(Float64Array.of(1, 2, 3, 4, 10), 5);
  assert.equal(moments.mean[4], 4);
  near(moments.variance[4]!, 12.5, 1);
  // Centred sums: M2 = 50, M3 = -27 - 8 - 1 + 216 = 180, M4 = 81 + 16 + 1 + 1296 = 1394.
  near(moments.skewness[4]!, (Math.sqrt(5) * 180) / 50 ** 1.5, 1);
  near(moments.kurtosis[4]!, (5 * 1394) / 2500 - 3, 1);
});
