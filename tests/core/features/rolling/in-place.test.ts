/** Windows written over their values, by block and at a lag against the plain ones; shapes against each window taken alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lagged } from '../../../../core/features/rolling/lagged.js';
import { covarianceBlocks, rollingAutocorrelation, rollingCorrelation, rollingCovariance } from '../../../../core/features/rolling/rolling-correlation.js';
import { barsSinceMaximum, barsSinceMinimum, rollingMaximum } from '../../../../core/features/rolling/rolling-extreme.js';
import { rollingMoments, rollingShapeInPlace } from '../../../../core/features/rolling/rolling-moments.js';
import { rollingMean, rollingMeanInPlace, rollingSum, rollingSumInPlace } from '../../../../core/features/rolling/rolling-sum.js';
import {
  rollingDeviation,
  rollingDeviationInPlace,
  rollingScore,
  rollingScoreInPlace,
  rollingVariance,
  rollingVarianceInPlace,
  varianceBlocks,
} from '../../../../core/features/rolling/rolling-variance.js';
import { lineBlocks, rollingLine } from '../../../../core/features/rolling/rolling-weighted-mean.js';
import { makeRandom } from '../../../../core/stats/random.js';

/** Values with gaps now and then, and windows shorter and longer than the series. */
const series = fc.tuple(
  fc.array(fc.oneof({ weight: 12, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), {
    minLength: 1,
    maxLength: 80,
  }),
  fc.integer({ min: 2, max: 30 }),
);

test('what is written over its values equals to the bit what is written beside them', () => {
  const pairs: readonly (readonly [(values: Float64Array, window: number) => Float64Array, (values: Float64Array, window: number) => Float64Array])[] = [
    [rollingSum, rollingSumInPlace],
    [rollingMean, rollingMeanInPlace],
    [rollingDeviation, rollingDeviationInPlace],
    [rollingScore, rollingScoreInPlace],
    [(values, window) => rollingVariance(values, window).variance, rollingVarianceInPlace],
    [(values, window) => rollingMoments(values, window).skewness, (values, window) => rollingShapeInPlace(values, window, 'skewness')],
    [(values, window) => rollingMoments(values, window).kurtosis, (values, window) => rollingShapeInPlace(values, window, 'kurtosis')],
  ];
  fc.assert(
    fc.property(series, ([values, window]) => {
      for (const [beside, over] of pairs) {
        const data = Float64Array.from(values);
        const expected = beside(data, window);
        assert.deepEqual(data, Float64Array.from(values));
        assert.equal(over(data, window), data);
        assert.deepEqual(data, expected);
      }
    }),
    { numRuns: 200 },
  );
});

test('blocks hold what the columns hold, whatever becomes of the values of a block once it was taken', () => {
  fc.assert(
    fc.property(series, ([values, window]) => {
      const data = Float64Array.from(values);
      const other = Float64Array.from(values, (value, t) => value * Math.cos(t));
      const expected = { ...rollingVariance(data, window), ...rollingLine(data, window), ...rollingCovariance(data, other, window) };
      const [a, b, c] = [data.slice(), data.slice(), data.slice()];
      const blocks = [varianceBlocks(a, window), lineBlocks(b, window), covarianceBlocks(c, other, window)] as const;
      for (let start = 0, end = 0; start < data.length; start = end) {
        for (const { take } of blocks) end = take(start);
        for (const column of [a, b, c]) column.fill(1e9, start, end);
        for (let t = Math.max(start, window - 1); t < end; t++) {
          const k = t - start;
          assert.equal(blocks[0].mean[k], expected.mean[t]);
          assert.equal(blocks[1].slope[k], expected.slope[t]);
          assert.equal(blocks[1].end[k], expected.end[t]);
          assert.equal(blocks[2].covariance[k], expected.covariance[t]);
          assert.equal(blocks[2].varianceB[k], expected.varianceB[t]);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('correlation with the past equals correlation with the shifted series but for rounding, with its NaN', () => {
  const random = makeRandom(21);
  const values = Float64Array.from({ length: 300 }, () => 50 + random.normal());
  values[200] = Number.NaN;
  for (const [lag, window] of [
    [1, 20],
    [3, 64],
    [7, 2],
  ] as const) {
    const found = rollingAutocorrelation(values, lag, window);
    rollingCorrelation(values, lagged(values, lag), window).forEach((expected, t) => {
      assert.equal(Number.isNaN(found[t]), Number.isNaN(expected), `bar ${t}`);
      if (!Number.isNaN(expected)) assert.ok(Math.abs(found[t]! - expected) < 1e-9, `${found[t]} against ${expected} at ${t}`);
    });
    assert.equal(
      found.findIndex((value) => !Number.isNaN(value)),
      window + lag - 1,
    );
  }
  assert.deepEqual(rollingAutocorrelation(Float64Array.of(1, 2), 5, 2), Float64Array.of(Number.NaN, Number.NaN));
});

test('skewness and kurtosis equal those of each window by their centred sums, on returns and far from zero', () => {
  const random = makeRandom(22);
  const window = 32;
  for (const [level, size] of [
    [0, 0.001],
    [60_000, 5],
  ] as const) {
    const values = Float64Array.from({ length: 2000 }, (_, t) => level + size * random.normal() * (t % 97 === 0 ? 30 : 1));
    const { skewness, kurtosis } = rollingMoments(values, window);
    for (let t = window - 1; t < values.length; t++) {
      const part = values.subarray(t - window + 1, t + 1);
      const mean = part.reduce((a, b) => a + (b - values[t]!), 0) / window + values[t]!;
      const [m2, m3, m4] = [2, 3, 4].map((power) => part.reduce((sum, value) => sum + (value - mean) ** power, 0) / window) as [number, number, number];
      assert.ok(Math.abs(skewness[t]! - m3 / m2 ** 1.5) < 1e-9, `skewness ${skewness[t]} at ${t}`);
      assert.ok(Math.abs(kurtosis[t]! - (m4 / m2 ** 2 - 3)) < 1e-9, `kurtosis ${kurtosis[t]} at ${t}`);
    }
  }
});

test('the age of an extreme is missing as long as a NaN is in the window, and right after it', () => {
  const values = Float64Array.of(5, Number.NaN, 3, 9, 1, 2, 2, 0);
  assert.deepEqual([...barsSinceMaximum(values, 3)], [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1, 2, 0, 1]);
  assert.deepEqual([...barsSinceMinimum(values, 3)], [Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0, 1, 2, 0]);
  fc.assert(
    fc.property(series, ([numbers, window]) => {
      const data = Float64Array.from(numbers);
      const [age, top] = [barsSinceMaximum(data, window), rollingMaximum(data, window)];
      for (let t = 0; t < data.length; t++) {
        assert.equal(Number.isNaN(age[t]), Number.isNaN(top[t]));
        if (!Number.isNaN(age[t])) assert.equal(age[t], t - data.subarray(0, t + 1).lastIndexOf(top[t]!));
      }
    }),
    { numRuns: 200 },
  );
});
