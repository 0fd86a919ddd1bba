import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureCoverage } from '../../../core/conformal/coverage.js';
import { wilsonInterval } from '../../../core/stats/wilson-interval.js';

test('by hand: of four rows with an outcome and a threshold three held the label, one set holds both and one none', () => {
  const coverage = measureCoverage(
    {
      p: Float64Array.of(0.9, 0.5, 0.5, 0.2, 0.3, 0.3),
      y: Float64Array.of(1, 0, 1, 0, Number.NaN, 1),
      // Scores 0.1, 0.5, 0.5, 0.2; the fifth has no outcome, the sixth no threshold.
      thresholds: Float64Array.of(0.4, 0.6, 0.3, 0.2, 0.5, Number.NaN),
      uniqueness: Float64Array.of(0.5, 0.5, 0.25, 0.75, 1, 1),
    },
    0.1,
  );
  const { low, high } = wilsonInterval(0.75, 2);
  assert.deepEqual(coverage, { nominal: 0.9, rows: 4, effectiveSample: 2, covered: 0.75, low, high, both: 0.25, none: 0.25 });
});

test('without an outcome nothing is measured: no share, and the interval is all of [0, 1]', () => {
  const one = Float64Array.of(0.5);
  const coverage = measureCoverage({ p: one, y: Float64Array.of(Number.NaN), thresholds: one, uniqueness: one }, 0.2);
  assert.deepEqual(coverage, { nominal: 0.8, rows: 0, effectiveSample: 0, covered: null, low: 0, high: 1, both: null, none: null });
});
