/** Scores of probability forecasts against hand-worked values, M3.4.20 and brute force. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { areaUnderCurve, brierScore, logLoss } from '../../../core/metrics/classification.js';

const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);
const rows = fc.array(
  fc.record({ y: fc.integer({ min: 0, max: 1 }), p: fc.integer({ min: 0, max: 20 }).map((k) => k / 20), w: fc.integer({ min: 1, max: 5 }) }),
  { minLength: 2, maxLength: 40 },
);

test('brierScore and logLoss of the four forecasts of M3.4.20 are .0375 and .197634882', () => {
  close(brierScore([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 0.0375);
  close(logLoss([0, 1, 1, 0], [0.1, 0.9, 0.8, 0.3]), 0.197634882, 1e-9);
});

test('logLoss of one half is the logarithm of two, and a certain mistake is finite', () => {
  close(logLoss([1, 0, 1], [0.5, 0.5, 0.5]), Math.LN2);
  close(logLoss([1], [0]), -Math.log(1e-15), 1e-9);
});

test('a weight counts as that many copies of the row', () => {
  fc.assert(
    fc.property(rows, (examples) => {
      const copies = examples.flatMap((example) => Array.from({ length: example.w }, () => example));
      for (const score of [logLoss, brierScore, areaUnderCurve]) {
        const weighted = score(
          examples.map((e) => e.y),
          examples.map((e) => e.p),
          examples.map((e) => e.w),
        );
        const repeated = score(
          copies.map((e) => e.y),
          copies.map((e) => e.p),
        );
        if (Number.isNaN(repeated)) assert.ok(Number.isNaN(weighted));
        else close(weighted, repeated, 1e-9);
      }
    }),
  );
});

test('areaUnderCurve is the share of ordered pairs, a tie counting one half, as counted pair by pair', () => {
  close(areaUnderCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75); // scikit-learn's documented example of roc_auc_score
  close(areaUnderCurve([0, 1, 1, 0], [0.5, 0.5, 0.5, 0.5]), 0.5);
  fc.assert(
    fc.property(rows, (examples) => {
      let pairs = 0;
      let total = 0;
      for (const positive of examples.filter((e) => e.y === 1)) {
        for (const negative of examples.filter((e) => e.y === 0)) {
          total++;
          pairs += positive.p > negative.p ? 1 : positive.p === negative.p ? 0.5 : 0;
        }
      }
      const found = areaUnderCurve(
        examples.map((e) => e.y),
        examples.map((e) => e.p),
      );
      if (total === 0) assert.ok(Number.isNaN(found));
      else close(found, pairs / total);
    }),
  );
});

test('scores of no rows are NaN and differing lengths are refused with both counts', () => {
  assert.ok(Number.isNaN(logLoss([], [])));
  assert.ok(Number.isNaN(areaUnderCurve([1, 1], [0.2, 0.4])));
  assert.throws(() => brierScore([1], [0.5, 0.5]), /expected 1 probabilities as there are outcomes, found 2/);
});
