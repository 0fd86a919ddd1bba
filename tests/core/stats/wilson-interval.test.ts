import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wilsonInterval } from '../../../core/stats/wilson-interval.js';

const close = (actual: number, expected: number, tolerance = 1e-7): void =>
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual}, expected ${expected}`);

test("the intervals of 8 in 10 and 0 in 10 are R's prop.test(..., correct = FALSE): 0.4901625 to 0.9433178, and 0 to z^2 / (n + z^2)", () => {
  const some = wilsonInterval(0.8, 10);
  close(some.low, 0.4901625);
  close(some.high, 0.9433178);
  const none = wilsonInterval(0, 10);
  assert.equal(none.low, 0);
  close(none.high, 3.841458820694124 / 13.841458820694124, 1e-9);
});

test('the ends solve (share - p)^2 = z^2 p (1 - p) / n, which is what defines them, for any share and any effective number', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), fc.double({ min: 0.5, max: 1e5, noNaN: true }), (share, trials) => {
      const { low, high } = wilsonInterval(share, trials);
      assert.ok(low < share && share < high);
      for (const p of [low, high]) close((share - p) ** 2, (3.841458820694124 * p * (1 - p)) / trials, 1e-9);
    }),
  );
});

test('without a trial nothing is known; a share, a number or a confidence outside its range is refused', () => {
  assert.deepEqual(wilsonInterval(Number.NaN, 0), { share: Number.NaN, low: 0, high: 1 });
  assert.throws(() => wilsonInterval(1.1, 10), RangeError);
  assert.throws(() => wilsonInterval(0.5, -1), RangeError);
  assert.throws(() => wilsonInterval(0.5, 10, 1), RangeError);
});
