/** Reliability bins, ECE and Murphy's decomposition against M3.4.20 and M3.4.21. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { brierScore } from '../../../core/metrics/classification.js';
import {
  binnedDecomposition,
  calibrationErrorFloor,
  expectedCalibrationError,
  murphyDecomposition,
  reliabilityBins,
} from '../../../core/metrics/reliability.js';
import { makeRandom } from '../../../core/stats/random.js';

const P = [0.05, 0.15, 0.15, 0.35, 0.35, 0.35, 0.65, 0.75, 0.85, 0.95];
const Y = [0, 0, 1, 0, 1, 0, 1, 1, 0, 1];
const close = (found: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(found - expected) <= tolerance, `expected ${expected}, found ${found}`);

test('murphyDecomposition of the ten forecasts of M3.4.20 is .115833 - .133333 + .25 = .2325', () => {
  const split = murphyDecomposition(Y, P);
  close(split.reliability, 0.115833, 1e-6);
  close(split.resolution, 0.133333, 1e-6);
  close(split.uncertainty, 0.25);
  close(split.reliability - split.resolution + split.uncertainty, 0.2325);
});

test('binnedDecomposition equals the exact one where each bin holds one distinct forecast', () => {
  const [exact, binned] = [murphyDecomposition(Y, P), binnedDecomposition(reliabilityBins(Y, P, { bins: 20, adaptive: false }))];
  for (const term of ['reliability', 'resolution', 'uncertainty'] as const) close(binned[term], exact[term]);
});

test('expectedCalibrationError of the same forecasts is .23 in ten bins and .21 in five (M3.4.21)', () => {
  close(expectedCalibrationError(Y, P, { bins: 10, adaptive: false }), 0.23);
  close(expectedCalibrationError(Y, P, { bins: 5, adaptive: false }), 0.21);
});

test('adaptive bins hold equal counts and keep equal forecasts together', () => {
  const counts = reliabilityBins(Y, P, { bins: 5, adaptive: true }).map((bin) => bin.count);
  assert.deepEqual(counts, [3, 3, 2, 2]);
});

test('a forecast on an edge of an equal-width bin belongs to the upper bin, and 1 to the last', () => {
  const bins = reliabilityBins([1, 1, 1], [0.3, 0.7, 1], { bins: 10, adaptive: false }).map((bin) => bin.bin);
  assert.deepEqual(bins, [3, 7, 9]);
});

test('reliability - resolution + uncertainty is the Brier score, and every row lies in one bin', () => {
  const rows = fc.array(fc.record({ y: fc.integer({ min: 0, max: 1 }), p: fc.integer({ min: 0, max: 20 }).map((k) => k / 20) }), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(rows, fc.boolean(), fc.integer({ min: 1, max: 12 }), (examples, adaptive, bins) => {
      const y = examples.map((e) => e.y);
      const p = examples.map((e) => e.p);
      const split = murphyDecomposition(y, p);
      close(split.reliability - split.resolution + split.uncertainty, brierScore(y, p), 1e-9);
      assert.equal(
        reliabilityBins(y, p, { bins, adaptive }).reduce((sum, bin) => sum + bin.count, 0),
        examples.length,
      );
    }),
  );
});

test('the floor of a perfectly calibrated forecaster falls with more rows and stays below a biased one', () => {
  const random = makeRandom(3);
  const forecasts = (n: number): number[] => Array.from({ length: n }, () => 0.2 + 0.6 * random.uniform());
  const options = { bins: 10, adaptive: false, simulations: 200, seed: 11 };
  const few = calibrationErrorFloor(forecasts(100), options);
  const p = forecasts(5000);
  const many = calibrationErrorFloor(p, options);
  assert.ok(few.mean > 3 * many.mean, `${few.mean} against ${many.mean}`);
  assert.ok(many.upper > many.mean);
  const biased = p.map((value) => (random.uniform() < value - 0.15 ? 1 : 0));
  assert.ok(expectedCalibrationError(biased, p, options) > many.upper);
  assert.deepEqual(calibrationErrorFloor(p, options), many);
});
