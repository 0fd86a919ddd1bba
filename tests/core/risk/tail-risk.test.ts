import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tailRisk } from '../../../core/risk/tail-risk.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('of the losses 1 to 101 the 95 % value at risk is 96 and the mean beyond it 98.5', () => {
  const found = tailRisk(
    Float64Array.from({ length: 101 }, (_, i) => -(i + 1)),
    0.95,
  );
  close(found.valueAtRisk, 96, 1e-9);
  assert.equal(found.tailCount, 6);
  close(found.expectedShortfall, 98.5, 1e-12);
});

test('on normal returns both figures are within their stated errors of the closed forms', () => {
  const random = makeRandom(17);
  const found = tailRisk(
    Float64Array.from({ length: 20_000 }, () => random.normal()),
    0.95,
  );
  assert.ok(found.valueAtRiskLow <= 1.6448536 && found.valueAtRiskHigh >= 1.6448536, JSON.stringify(found));
  // Expected shortfall of a standard normal: density(z) / (1 - level).
  close(found.expectedShortfall, 2.0627128, 4 * found.expectedShortfallError);
});

test('the shortfall is at least the value at risk, and the interval holds it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.double({ min: 0.5, max: 0.99, noNaN: true }),
      (returns, level) => {
        const found = tailRisk(Float64Array.from(returns), level);
        assert.ok(found.expectedShortfall >= found.valueAtRisk - 1e-15);
        assert.ok(found.valueAtRiskLow <= found.valueAtRisk && found.valueAtRisk <= found.valueAtRiskHigh);
      },
    ),
  );
  assert.throws(() => tailRisk(new Float64Array(0), 0.95), RangeError);
  assert.throws(() => tailRisk(Float64Array.of(1, Number.NaN), 0.95), RangeError);
});
