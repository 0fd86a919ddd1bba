import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normalCdf, normalQuantile } from '../../../core/stats/normal.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('normalCdf agrees with tabulated values to 1e-15 (Abramowitz and Stegun, table 26.1)', () => {
  close(normalCdf(0), 0.5, 0);
  close(normalCdf(1), 0.841344746068543, 1e-15);
  close(normalCdf(1.96), 0.97500210485178, 1e-15);
  close(normalCdf(3), 0.99865010196837, 1e-15);
  close(normalCdf(-5) / 2.866515718791939e-7, 1, 1e-12);
  close(normalCdf(-10) / 7.619853024160527e-24, 1, 1e-12);
});

test('normalQuantile agrees with tabulated values', () => {
  close(normalQuantile(0.975), 1.959963984540054, 1e-14);
  close(normalQuantile(0.95), 1.644853626951472, 1e-14);
  close(normalQuantile(0.01), -2.326347874040841, 1e-14);
  assert.equal(normalQuantile(0.5), 0);
});

test('normalQuantile is the inverse of normalCdf', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-10, max: 1 - 1e-10, noNaN: true }), (p) => {
      close(normalCdf(normalQuantile(p)), p, 1e-14);
    }),
  );
});

test('normalCdf is symmetric, and the ends and NaN have stated answers', () => {
  fc.assert(fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => close(normalCdf(x) + normalCdf(-x), 1, 4e-16)));
  assert.equal(normalQuantile(0), Number.NEGATIVE_INFINITY);
  assert.equal(normalQuantile(1), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(normalQuantile(1.5)));
  assert.ok(Number.isNaN(normalCdf(Number.NaN)));
});
