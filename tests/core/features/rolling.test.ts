/** Sliding windows against their definitions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boundedRecursion } from '../../../core/features/rolling/bounded-recursion.js';
import { exponentialAverage, exponentialAverageInPlace } from '../../../core/features/rolling/exponential-average.js';
import { rollingCorrelation, rollingCovariance } from '../../../core/features/rolling/rolling-correlation.js';
import { barsSinceMaximum, rollingMaximum, rollingMinimum } from '../../../core/features/rolling/rolling-extreme.js';
import { rollingMoments } from '../../../core/features/rolling/rolling-moments.js';
import { rollingRank } from '../../../core/features/rolling/rolling-rank.js';
import { rollingScore, rollingVariance } from '../../../core/features/rolling/rolling-variance.js';
import { rollingLine, rollingWeightedMean } from '../../../core/features/rolling/rolling-weighted-mean.js';
import { rollingSum } from '../../../core/features/rolling/rolling-sum.js';
import { makeRandom } from '../../../core/stats/random.js';

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

test('variances, weighted means, lines and ranks equal those of each window taken alone', () => {
  fc.assert(
    fc.property(series, ([values, window]) => {
      const data = Float64Array.from(values);
      const { mean, variance } = rollingVariance(data, window);
      const weighted = rollingWeightedMean(data, window);
      const { slope, end } = rollingLine(data, window);
      const rank = rollingRank(data, window);
      windows(values, window).forEach((part, t) => {
        if (part === null) {
          assert.ok([mean, variance, weighted, slope, end, rank].every((column) => Number.isNaN(column[t])));
          return;
        }
        const size = Math.max(...part.map(Math.abs));
        const own = part.reduce((a, b) => a + b, 0) / window;
        const centre = (window - 1) / 2;
        const rise = part.reduce((a, b, i) => a + (i - centre) * (b - own), 0) / part.reduce((a, _, i) => a + (i - centre) ** 2, 0);
        near(mean[t]!, own, size);
        near(variance[t]!, part.reduce((a, b) => a + (b - own) ** 2, 0) / (window - 1), size * size);
        near(weighted[t]!, part.reduce((a, b, i) => a + (i + 1) * b, 0) / ((window * (window + 1)) / 2), size);
        near(slope[t]!, rise, size);
        near(end[t]!, own + rise * centre, size * window);
        if (t < window) return;
        const before = values.slice(t - window, t);
        const below = before.filter((value) => value < values[t]!).length + before.filter((value) => value === values[t]!).length / 2;
        assert.equal(rank[t], below / window);
      });
    }),
    { numRuns: 200 },
  );
});

test('covariance and correlation equal those of each window, 1 and -1 for lines and 0 beside a constant', () => {
  const random = makeRandom(4);
  const a = Float64Array.from({ length: 60 }, () => 1e4 + random.normal());
  const b = a.map((value) => 3 - value * random.uniform());
  const { covariance, varianceB } = rollingCovariance(a, b, 9);
  for (let t = 8; t < 60; t++) {
    const [x, y] = [a.slice(t - 8, t + 1), b.slice(t - 8, t + 1)];
    const mean = (values: Float64Array): number => values.reduce((p, q) => p + q) / 9;
    near(covariance[t]!, x.reduce((sum, value, i) => sum + (value - mean(x)) * (y[i]! - mean(y)), 0) / 8, 1e4);
    near(varianceB[t]!, y.reduce((sum, value) => sum + (value - mean(y)) ** 2, 0) / 8, 1e8);
  }
  const mirrored = a.map((value) => 7 - 2 * value);
  for (let t = 8; t < 60; t++) {
    near(rollingCorrelation(a, a, 9)[t]!, 1, 1);
    near(rollingCorrelation(a, mirrored, 9)[t]!, -1, 1);
    assert.equal(rollingCorrelation(a, new Float64Array(60).fill(5.1), 9)[t], 0);
  }
});

test('variance and correlation lose no digits far from zero and none to a huge value that left the window', () => {
  const far = Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 4, 1e9 + 7, 1e9 + 11);
  near(rollingVariance(far, 3).variance[4]!, 37 / 3, 1);
  const after = Float64Array.of(1e300, Number.NaN, 5, 1, 2, 3, 4, 5);
  assert.deepEqual([...rollingVariance(after, 3).variance].slice(5), [1, 1, 1]);
  assert.deepEqual([...rollingCorrelation(after, after, 3)].slice(5), [1, 1, 1]);
});

test('an exponential average in place is the same average', () => {
  const values = Float64Array.of(Number.NaN, 1, 2, 3, Number.NaN, 5, 8);
  const expected = exponentialAverage(values, 0.5, 2);
  assert.deepEqual([...expected], [Number.NaN, Number.NaN, 1.5, 2.25, Number.NaN, 3.625, 5.8125]);
  assert.deepEqual(exponentialAverageInPlace(values, 0.5, 2), expected);
});

test('a bounded recursion gives at each bar what a run from its own beginning gives, whether or not runs ever agree', () => {
  const random = makeRandom(8);
  const high = Float64Array.from({ length: 300 }, () => random.uniform());
  const window = 7;
  // Forgets where high is above 0.8; with `never` it does not forget at all.
  for (const level of [0.8, 2]) {
    const step = (sum: number, t: number): number => (high[t]! > level ? 0 : sum + high[t]!);
    const found: number[] = [];
    boundedRecursion<{ sum: number }>(
      {
        create: () => ({ sum: 0 }),
        begin: (state, start) => {
          state.sum = 100 * start;
        },
        step: (state, t) => {
          state.sum = step(state.sum, t);
        },
        copy: (from, to) => {
          to.sum = from.sum;
        },
        isSame: (a, b) => a.sum === b.sum,
      },
      { high, first: 2, window },
      (t, { sum }) => {
        found[t] = sum;
      },
    );
    assert.equal(
      found.findIndex((value) => value !== undefined),
      2 + 2 * window - 1,
    );
    for (let t = 2 + 2 * window - 1; t < 300; t++) {
      const candidates = high.subarray(t - 2 * window + 1, t - window + 1);
      const start = t - 2 * window + 1 + candidates.lastIndexOf(Math.max(...candidates));
      let expected = 100 * start;
      for (let u = start + 1; u <= t; u++) expected = step(expected, u);
      assert.equal(found[t], expected, `bar ${t}`);
    }
  }
});
