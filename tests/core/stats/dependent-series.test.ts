import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { autocovariances, neweyWest } from '../../../core/stats/autocovariance.js';
import { circularBlockBootstrap, stationaryBootstrap } from '../../../core/stats/block-bootstrap.js';
import { chooseBlockLength } from '../../../core/stats/block-length.js';
import { moments, variance } from '../../../core/stats/moments.js';
import { quantile } from '../../../core/stats/quantile.js';
import { makeRandom } from '../../../core/stats/random.js';

const close = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

/** The minimal standard generator of Park and Miller from seed 1, centred, and an AR(1) of 0.6 over it. */
function makeSeries(count: number): { noise: Float64Array; smooth: Float64Array } {
  const noise = new Float64Array(count);
  const smooth = new Float64Array(count);
  let x = 1;
  let last = 0;
  for (let i = 0; i < count; i++) {
    x = (x * 16807) % 2147483647;
    noise[i] = x / 2147483647 - 0.5;
    last = 0.6 * last + noise[i]!;
    smooth[i] = last;
  }
  return { noise, smooth };
}

const { noise, smooth } = makeSeries(500);

test('the Politis-White block lengths are those of arch 7 (optimal_block_length) on the same series', () => {
  close(chooseBlockLength(smooth).stationary, 10.537905, 1e-6);
  close(chooseBlockLength(smooth).circular, 12.06289, 1e-5);
  close(chooseBlockLength(smooth.map((value) => value * value)).stationary, 5.563815, 1e-6);
  close(chooseBlockLength(smooth.map((value) => value * value)).circular, 6.368978, 1e-6);
});

test('the block length is 1 for independent noise, a constant and a short series', () => {
  assert.deepEqual(chooseBlockLength(noise), { stationary: 1, circular: 1 });
  assert.deepEqual(chooseBlockLength(new Float64Array(100).fill(3)), { stationary: 1, circular: 1 });
  assert.deepEqual(chooseBlockLength(Float64Array.of(1, 2, 3)), { stationary: 1, circular: 1 });
});

test('Newey-West equals statsmodels (S_hac_simple / n) on the same series, and the variance at lag 0', () => {
  close(neweyWest(smooth, 4), 0.32386835279449766, 1e-12);
  close(neweyWest(smooth, 10), 0.4027365349100572, 1e-12);
  close(neweyWest(smooth, 0), variance(smooth, 0), 1e-14);
  close(autocovariances(Float64Array.of(1, 2, 3, 4), 1)[1]!, 0.3125, 1e-15);
});

test('moments and quantiles equal numpy and scipy on the same series', () => {
  const found = moments(smooth);
  close(found.mean, -0.008733634829680653, 1e-15);
  close(found.variance, 0.12476165229157378, 1e-14);
  close(found.skewness, -0.025851404300480964, 1e-13);
  close(found.kurtosis, 2.4601241704170747, 1e-12);
  close(quantile(smooth, 0.05), -0.60165028, 1e-8);
  close(quantile(smooth, 0.333), -0.16019293, 1e-8);
  close(quantile(smooth, 0.9), 0.46847149, 1e-8);
  assert.equal(quantile([3, 1, 2, 4], 0.5), 2.5);
  assert.ok(Number.isNaN(quantile([], 0.5)));
  assert.throws(() => quantile([1], 2), /found 2/);
});

test('the stationary bootstrap has blocks of the mean length asked for, and every index about equally often', () => {
  const out = new Int32Array(200_000);
  stationaryBootstrap(out, 50, 8, makeRandom(5));
  const counts = new Array<number>(50).fill(0);
  let breaks = 0;
  out.forEach((index, i) => {
    counts[index]!++;
    if (i > 0 && index !== (out[i - 1]! + 1) % 50) breaks++;
  });
  // A restart lands on the next index once in 50, so it is seen in 49 of 50 cases.
  close(out.length / (breaks * (50 / 49)), 8, 0.15);
  assert.ok(Math.min(...counts) > 3500 && Math.max(...counts) < 4500, `${Math.min(...counts)} to ${Math.max(...counts)}`);
});

test('the circular block bootstrap is whole blocks of consecutive indices, wrapped around the end', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer(), (n, block, seed) => {
      const out = new Int32Array(60);
      circularBlockBootstrap(out, n, block, makeRandom(seed));
      out.forEach((index, i) => {
        assert.ok(index >= 0 && index < n);
        if (i % block !== 0) assert.equal(index, (out[i - 1]! + 1) % n);
      });
    }),
  );
  assert.throws(() => stationaryBootstrap(new Int32Array(1), 0, 1, makeRandom(1)), /found 0/);
  assert.throws(() => circularBlockBootstrap(new Int32Array(1), 5, 0.5, makeRandom(1)), /found 0.5/);
});
