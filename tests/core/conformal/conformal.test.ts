import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adaptiveConformal } from '../../../core/conformal/adaptive-conformal.js';
import {
  conformalQuantile,
  conformalThresholds,
  fitConformal,
  labelScores,
  labelSets,
  quantileScores,
  residualScores,
} from '../../../core/conformal/split-conformal.js';
import { outcomeOrder, outcomesAfter } from '../../../core/labels/outcome-order.js';
import { makeRandom } from '../../../core/stats/random.js';

const ALPHA = 0.1;

function absoluteNormals(seed: number, count: number, scale = 1): Float64Array {
  const random = makeRandom(seed);
  return Float64Array.from({ length: count }, () => Math.abs(scale * random.normal()));
}

const shareAbove = (scores: Float64Array, threshold: (i: number) => number): number =>
  scores.reduce((sum, score, i) => sum + Number(score > threshold(i)), 0) / scores.length;

test('by hand: of 9 scores at alpha 0.1 the largest, of 19 at 0.1 the 18th, of 8 at 0.1 nothing is ruled out', () => {
  const upTo = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => n - i);
  assert.deepEqual(
    [conformalQuantile(upTo(9), ALPHA), conformalQuantile(upTo(19), ALPHA), conformalQuantile(upTo(8), ALPHA)],
    [9, 18, Number.POSITIVE_INFINITY],
  );
  assert.throws(() => conformalQuantile(Float64Array.of(1, Number.NaN), ALPHA), { name: 'InvalidData', message: /NaN at 1/ });
  assert.throws(() => conformalQuantile(upTo(9), 1), RangeError);
});

test('exchangeable rows are covered at the nominal rate: between 1 - alpha and 1 - alpha + 1 / (n + 1), over 4000 calibrations', () => {
  const n = 30;
  const random = makeRandom(11);
  let covered = 0;
  const runs = 4000;
  for (let run = 0; run < runs; run++) {
    const scores = Float64Array.from({ length: n + 1 }, () => random.normal());
    covered += Number(scores[n]! <= conformalQuantile(scores.subarray(0, n), ALPHA));
  }
  // ceil(31 x 0.9) / 31 = 28 / 31 = 0.9032 exactly; four standard errors are 0.0187.
  assert.ok(Math.abs(covered / runs - 28 / 31) < 0.0187, `${covered / runs}`);
});

test('by regime each group is covered at its own rate where pooled thresholds leave the wild one short; a thin group is said to be pooled', () => {
  const calm = absoluteNormals(1, 3000);
  const wild = absoluteNormals(2, 1000, 3);
  const scores = Float64Array.of(...calm, ...wild, 50);
  const groups = Int32Array.from(scores, (_, i) => (i < 3000 ? 0 : i < 4000 ? 3 : 1));
  const rule = fitConformal({ scores, groups }, ALPHA);
  assert.deepEqual(rule.pooledGroups, [1]);
  assert.deepEqual(Array.from(conformalThresholds(rule, [0, 3, 1, 2])), [rule.byGroup.get(0), rule.byGroup.get(3), rule.pooled, rule.pooled]);
  const later = { calm: absoluteNormals(3, 4000), wild: absoluteNormals(4, 4000, 3) };
  for (const [name, group] of [
    ['calm', 0],
    ['wild', 3],
  ] as const) {
    const missed = shareAbove(later[name], () => rule.byGroup.get(group)!);
    assert.ok(Math.abs(missed - ALPHA) < 0.03, `${name} ${missed}`);
  }
  assert.ok(shareAbove(later.wild, () => rule.pooled) > 0.25);
});

test('under drift split conformal falls short and says nothing; adaptive conformal keeps its long-run rate within the stated bound', () => {
  const random = makeRandom(5);
  const rows = 6000;
  // Volatility rises fourfold half way and falls back for the last sixth.
  const scores = Float64Array.from({ length: rows }, (_, t) => Math.abs((t >= rows / 2 && t < (5 * rows) / 6 ? 4 : 1) * random.normal()));
  const fixed = conformalQuantile(scores.subarray(0, 1000), ALPHA);
  assert.ok(shareAbove(scores.subarray(rows / 2, (5 * rows) / 6), () => fixed) > 0.5);
  const rate = 0.02;
  const result = adaptiveConformal(scores, { alpha: ALPHA, rate, windowRows: 500, outcomes: outcomesAfter(scores.length, 1) });
  assert.ok(Math.abs(result.misses / result.rows - ALPHA) <= (1 - ALPHA + rate) / (rate * result.rows), `${result.misses / result.rows}`);
  assert.equal(result.rows, rows - 1);
});

test('the bound on misses holds for any series at all, and a threshold uses no score that was not known', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 60, maxLength: 300 }), fc.constantFrom(0.05, 0.3), (values, rate) => {
      const scores = Float64Array.from(values);
      const options = { alpha: 0.2, rate, windowRows: 25, outcomes: outcomesAfter(scores.length, 1) };
      const whole = adaptiveConformal(scores, options);
      assert.ok(Math.abs(whole.misses / whole.rows - 0.2) <= (0.8 + rate) / (rate * whole.rows) + 1e-12, `${whole.misses} of ${whole.rows}`);
      const delayed = { ...options, outcomes: outcomesAfter(scores.length, 7) };
      const changed = scores.map((score, t) => (t > 40 ? -score : score));
      const [a, b] = [scores, changed].map((series) => adaptiveConformal(series, delayed).thresholds.subarray(0, 48));
      assert.deepEqual(a, b);
    }),
    { numRuns: 60 },
  );
  const late = outcomesAfter(3, 3);
  assert.throws(() => adaptiveConformal(new Float64Array(3), { alpha: 0.1, rate: 0.1, windowRows: 5, outcomes: late }), { name: 'InsufficientData' });
  assert.throws(() => adaptiveConformal(new Float64Array(3), { alpha: 0.1, rate: 0, windowRows: 5, outcomes: late }), RangeError);
});

test('a known score that is no number is refused by its row, one of an outcome that is never known is passed over', () => {
  const scores = Float64Array.of(0.2, 0.5, Number.NaN, 0.4, 0.3);
  const options = { alpha: ALPHA, rate: 0.01, windowRows: 5 };
  assert.throws(() => adaptiveConformal(scores, { ...options, outcomes: outcomesAfter(5, 1) }), { name: 'InvalidData', message: /NaN in row 2/ });
  const { rows, thresholds } = adaptiveConformal(scores, {
    ...options,
    alpha: 0.5,
    outcomes: outcomeOrder(Float64Array.of(0, 1, 2, 3, 4), Float64Array.of(1, 2, Number.NaN, 4, 5)),
  });
  assert.equal(rows, 3);
  assert.ok(thresholds.subarray(1).every((threshold) => !Number.isNaN(threshold)));
});

test('by hand: scores of residuals, quantiles and labels, and the label sets they give', () => {
  assert.deepEqual(residualScores(Float64Array.of(3, 1), Float64Array.of(1, 2), Float64Array.of(2, 4)), Float64Array.of(1, 0.25));
  assert.deepEqual(quantileScores(Float64Array.of(5, 2, 1), Float64Array.of(1, 1, 2), Float64Array.of(3, 3, 3)), Float64Array.of(2, -1, 1));
  assert.deepEqual(labelScores(Float64Array.of(1, 0), Float64Array.of(0.75, 0.75)), Float64Array.of(0.25, 0.75));
  // At 0.6: p = 0.5 leaves both labels, 0.9 only one, and at a threshold of 0.2 a p of 0.5 leaves none.
  const sets = labelSets(Float64Array.of(0.5, 0.9, 0.5), Float64Array.of(0.6, 0.6, 0.2));
  assert.deepEqual([sets.zero, sets.one], [Uint8Array.of(1, 0, 0), Uint8Array.of(1, 1, 0)]);
});

test('a label whose score is the threshold itself is in the set, whatever the probability', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 }), (values) => {
      const p = Float64Array.from([0.1, ...values]);
      for (const label of [0, 1]) {
        const sets = labelSets(p, labelScores(new Float64Array(p.length).fill(label), p));
        assert.ok((label === 1 ? sets.one : sets.zero).every((held) => held === 1));
      }
    }),
  );
});

test('label sets of a calibrated model hold the true label at the nominal rate', () => {
  const random = makeRandom(8);
  const draw = (count: number) => {
    const p = Float64Array.from({ length: count }, () => random.uniform());
    return { p, y: p.map((value) => Number(random.uniform() < value)) };
  };
  const [calibration, later] = [draw(2000), draw(5000)];
  const rule = fitConformal({ scores: labelScores(calibration.y, calibration.p) }, ALPHA);
  const { zero, one } = labelSets(later.p, new Float64Array(5000).fill(rule.pooled));
  const held = later.y.reduce((sum, label, i) => sum + (label === 1 ? one[i]! : zero[i]!), 0) / 5000;
  assert.ok(Math.abs(held - (1 - ALPHA)) < 0.025, `${held}`);
});
