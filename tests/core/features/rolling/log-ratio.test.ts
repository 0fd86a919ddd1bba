/** Logarithms of ratios against Math.log, and where they know more than it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { logRatio } from '../../../../core/features/rolling/log-ratio.js';

const price = fc.double({ min: 1e-6, max: 1e6, noNaN: true });

test('the log of a ratio is that of Math.log to the rounding of the quotient, near 1 and far from it', () => {
  fc.assert(
    fc.property(price, fc.double({ min: -0.2, max: 0.2, noNaN: true }), price, (a, move, far) => {
      for (const b of [a * Math.exp(move), a * (1 + move / 1e6), far]) {
        const expected = Math.log(a / b);
        assert.ok(Math.abs(logRatio(a, b) - expected) <= 3e-16 * Math.max(1, Math.abs(expected)), `${logRatio(a, b)} against ${expected} of ${a} and ${b}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('it agrees on both sides of the edge of the series, where (a - b) / (a + b) is 1 / 64', () => {
  for (const part of [1 / 64, 1 / 64 - 1e-12, 1 / 64 + 1e-12]) {
    // ln(65 / 63) by log1p, which rounds no quotient near 1.
    const expected = Math.log1p(part) - Math.log1p(-part);
    assert.ok(Math.abs(logRatio(1 + part, 1 - part) - expected) <= 2e-16, `${logRatio(1 + part, 1 - part)} against ${expected}`);
  }
});

test('a step of one part in 10^12 keeps all its digits, of which the quotient loses most', () => {
  // The sum is exact, so the logarithm is step - step^2 / 2 + ...
  const step = 2 ** -28 / 3000;
  const expected = step - (step * step) / 2;
  assert.ok(Math.abs(logRatio(3000 + 2 ** -28, 3000) / expected - 1) < 1e-15);
  assert.ok(Math.abs(Math.log((3000 + 2 ** -28) / 3000) / expected - 1) > 1e-6);
});

test('equal prices give 0, swapped ones the negative, missing and zero ones what Math.log gives', () => {
  assert.equal(logRatio(1234.5, 1234.5), 0);
  fc.assert(
    fc.property(price, fc.double({ min: 0.98, max: 1.02, noNaN: true }), (a, ratio) => {
      assert.equal(logRatio(a, a * ratio) + logRatio(a * ratio, a), 0);
    }),
  );
  assert.ok(Number.isNaN(logRatio(Number.NaN, 1)));
  assert.ok(Number.isNaN(logRatio(1, Number.NaN)));
  assert.ok(Number.isNaN(logRatio(0, 0)));
  assert.equal(logRatio(0, 5), Number.NEGATIVE_INFINITY);
  assert.equal(logRatio(5, 0), Number.POSITIVE_INFINITY);
});
