import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiSquareTail, logGamma } from '../../../core/stats/chi-square.js';

const near = (found: number, expected: number): void => assert.ok(Math.abs(found / expected - 1) < 1e-10, `${found} against ${expected}`);

test('tails are those of scipy 1.17.1', () => {
  for (const [x, degrees, expected] of [
    [1e-3, 1, 0.9747728793699604],
    [3.84145882069412, 1, 0.05000000000000028],
    [10, 4, 0.04042768199451279],
    [200, 12, 3.261456366720447e-36],
    [5, 30, 0.9999999308468613],
    [1000, 3, 1.7994208765314067e-216],
    [0.5, 0.5, 0.25632205526853896],
  ] as const)
    near(chiSquareTail(x, degrees), expected);
});

test('with two degrees of freedom the tail is e^(-x/2), at and below 0 it is 1, and NaN stays NaN', () => {
  for (const x of [0.01, 1, 3, 30, 300]) near(chiSquareTail(x, 2), Math.exp(-x / 2));
  assert.deepEqual([chiSquareTail(0, 3), chiSquareTail(-1, 3), chiSquareTail(Number.NaN, 3)], [1, 1, Number.NaN]);
});

test('the logarithm of the gamma function at a half, between, and far out is that of scipy', () => {
  near(logGamma(0.5), 0.5723649429247);
  near(logGamma(7.3), 7.147892523022249);
  near(logGamma(1000), 5905.220423209181);
  near(logGamma(6), Math.log(120));
});
