import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { betSize } from '../../../core/risk/bet-size.js';
import { shrunkKelly } from '../../../core/risk/kelly.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('bet size gives the published values (M3.6.38)', () => {
  for (const [p, size] of [
    [0.55, 0.080056],
    [0.6, 0.161744],
    [0.75, 0.436297],
    [0.9, 0.817578],
  ] as const)
    close(betSize(p), size, 1e-6);
  assert.equal(betSize(0.5), 0);
  assert.equal(betSize(1), 1);
  assert.equal(betSize(0), -1);
});

test('bet size is odd around one half and grows with the probability', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 0.98, noNaN: true }), (p) => {
      close(betSize(p), -betSize(1 - p), 1e-12);
      assert.ok(betSize(p + 0.01) > betSize(p));
    }),
  );
});

test('Kelly without uncertainty is (bp - q) / b, and shrinks by one half at the published uncertainty (M3.6.39)', () => {
  close(shrunkKelly(0.55, 1, 0), 0.1, 1e-12);
  close(shrunkKelly(0.55, 1, 0.05), 0.05, 1e-12);
  close(shrunkKelly(0.6, 2, 0), 0.4, 1e-12);
});

test('Kelly risks nothing without an edge, and less the less sure the probability is', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.1, max: 5, noNaN: true }),
      fc.double({ min: 0.001, max: 0.3, noNaN: true }),
      (p, odds, sigma) => {
        const certain = shrunkKelly(p, odds, 0);
        const unsure = shrunkKelly(p, odds, sigma);
        assert.ok(unsure >= 0 && unsure <= certain && certain <= p + 1e-12);
        if ((odds + 1) * p <= 1) assert.equal(certain, 0);
      },
    ),
  );
  assert.throws(() => shrunkKelly(0.5, 0, 0), /odds above 0, found 0/);
});
