/** Pooling adjacent violators against M3.4.22 and the definition of isotonic regression. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { applyIsotonic, fitIsotonic, poolAdjacentViolators } from '../../../core/calibration/isotonic.js';

const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('1, 3, 2, 4 becomes 1, 2.5, 2.5, 4 and 1, 0, 1, 0, 0, 1, 1 becomes .4 five times, then 1, 1 (M3.4.22)', () => {
  assert.deepEqual([...poolAdjacentViolators([1, 3, 2, 4])], [1, 2.5, 2.5, 4]);
  const pooled = poolAdjacentViolators([1, 0, 1, 0, 0, 1, 1]);
  [0.4, 0.4, 0.4, 0.4, 0.4, 1, 1].forEach((level, i) => close(pooled[i]!, level));
});

test('a pooled block is the weighted mean', () => {
  assert.deepEqual([...poolAdjacentViolators([1, 0], [3, 1])], [0.75, 0.75]);
});

test('the result rises, keeps the mean and equals the minimax formula of Robertson, Wright and Dykstra', () => {
  const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(values, (sample) => {
      const pooled = poolAdjacentViolators(sample);
      const mean = (from: number, to: number): number => sample.slice(from, to + 1).reduce((sum, v) => sum + v, 0) / (to - from + 1);
      for (let i = 0; i < sample.length; i++) {
        let best = Number.NEGATIVE_INFINITY;
        for (let from = 0; from <= i; from++) {
          let least = Number.POSITIVE_INFINITY;
          for (let to = i; to < sample.length; to++) least = Math.min(least, mean(from, to));
          best = Math.max(best, least);
        }
        close(pooled[i]!, best, 1e-9);
        if (i > 0) assert.ok(pooled[i]! >= pooled[i - 1]!);
      }
    }),
  );
});

test('the calibrator averages equal scores, stays within its bounds and is straight between knots', () => {
  const fit = fitIsotonic([0, 0, 1, 2, 2], [0, 1, 1, 1, 1]);
  const bound = 1 / 7;
  assert.deepEqual(fit, { x: [0, 1, 2], y: [0.5, 1 - bound, 1 - bound] });
  const [below, between, above] = applyIsotonic(fit, [-9, 0.5, 9]);
  assert.equal(below, 0.5);
  close(between!, (0.5 + 1 - bound) / 2);
  assert.equal(above, 1 - bound);
  assert.throws(() => fitIsotonic([], []), /at least one example/);
});

test('dropped knots change no output', () => {
  const rows = fc.array(fc.record({ s: fc.integer({ min: 0, max: 12 }), y: fc.integer({ min: 0, max: 1 }) }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rows, (examples) => {
      const scores = examples.map((e) => e.s);
      const found = applyIsotonic(
        fitIsotonic(
          scores,
          examples.map((e) => e.y),
        ),
        scores,
      );
      const distinct = [...new Set(scores)].sort((a, b) => a - b);
      const means = distinct.map((s) => examples.filter((e) => e.s === s).reduce((sum, e) => sum + e.y, 0) / examples.filter((e) => e.s === s).length);
      const levels = poolAdjacentViolators(
        means,
        distinct.map((s) => scores.filter((each) => each === s).length),
      );
      const bound = 1 / (scores.length + 2);
      scores.forEach((s, i) => close(found[i]!, Math.min(1 - bound, Math.max(bound, levels[distinct.indexOf(s)]!)), 1e-9));
    }),
  );
});
