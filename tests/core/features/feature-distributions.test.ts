import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distributionDistance, featureDistributions, stabilityIndex } from '../../../core/features/feature-distributions.js';
import { makeRandom } from '../../../core/stats/random.js';

const whole = (rows: number) => ({ name: 'whole', from: 0, to: rows });

test('the histogram of the reference holds a tenth in each of its deciles, of a window what lies in them', () => {
  const column = Float64Array.from({ length: 120 }, (_, i) => (i < 100 ? i + 1 : 95));
  column[110] = Number.NaN;
  const [train, late] = featureDistributions({ names: ['x'], columns: [column] }, { name: 'train', from: 0, to: 100 }, [
    { name: 'train', from: 0, to: 100 },
    { name: 'late', from: 100, to: 120 },
  ]);
  assert.deepEqual([...train!.counts], new Array(10).fill(10));
  assert.deepEqual(
    [...train!.edges].map((edge) => Number(edge.toFixed(6))),
    [10.9, 20.8, 30.7, 40.6, 50.5, 60.4, 70.3, 80.2, 90.1],
  );
  assert.deepEqual([train!.stability, train!.distance, train!.shifted], [0, 0, false]);
  assert.deepEqual([...late!.counts], [0, 0, 0, 0, 0, 0, 0, 0, 0, 19]);
  assert.deepEqual([late!.count, late!.missing, late!.mean, late!.deviation, late!.shifted], [19, 1, 95, 0, true]);
  assert.ok(Math.abs(late!.distance - 0.94) < 1e-12);
});

test('the stability index of 50/50 against 25/75 is 0.5 ln 3 x 0.5, but for the half counts', () => {
  // (0.25 - 0.5) ln(0.25 / 0.5) + (0.75 - 0.5) ln(0.75 / 0.5) = 0.25 ln 3 = 0.274653
  assert.ok(Math.abs(stabilityIndex(Int32Array.of(500_000, 500_000), Int32Array.of(250_000, 750_000)) - 0.25 * Math.log(3)) < 1e-5);
  assert.ok(stabilityIndex(Int32Array.of(50, 50), Int32Array.of(0, 100)) < 3, 'an empty bin counts, but not without end');
});

test('the distance of distributions is that of scipy 1.17 ks_2samp', () => {
  // ks_2samp([1, 2, 3, 4], [2.5, 3.5, 3.5, 5, 6]).statistic = 0.55; with ties ks_2samp([1, 1, 2, 3], [1, 2, 2, 4]).statistic = 0.25
  assert.ok(Math.abs(distributionDistance(Float64Array.of(1, 2, 3, 4), Float64Array.of(2.5, 3.5, 3.5, 5, 6)) - 0.55) < 1e-12);
  assert.equal(distributionDistance(Float64Array.of(1, 1, 2, 3), Float64Array.of(1, 2, 2, 4)), 0.25);
});

test('both measures are symmetric in what they call different, and zero for the same values', () => {
  const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [first, second] = [Float64Array.from(a).sort(), Float64Array.from(b).sort()];
      const distance = distributionDistance(first, second);
      assert.ok(distance >= 0 && distance <= 1);
      assert.ok(Math.abs(distance - distributionDistance(second, first)) < 1e-12);
      assert.equal(distributionDistance(first, first), 0);
    }),
  );
});

test('windows of one distribution are shifted no more than once in a thousand, a moved window always', () => {
  let shifted = 0;
  let moved = 0;
  const trials = 2000;
  for (let k = 0; k < trials; k++) {
    const random = makeRandom(k);
    const column = Float64Array.from({ length: 400 }, (_, row) => random.normal() + (row >= 350 ? 2 : 0));
    const features = { names: ['x'], columns: [column] };
    const [same, later] = featureDistributions(features, { name: 'train', from: 0, to: 200 }, [
      { name: 'same', from: 200, to: 350 },
      { name: 'later', from: 350, to: 400 },
    ]);
    if (same!.shifted) shifted++;
    if (later!.shifted) moved++;
  }
  // 0.001 and three standard errors of 2,000 trials.
  assert.ok(shifted / trials <= 0.001 + 3 * Math.sqrt(0.001 / trials), `${shifted} of ${trials} shifted`);
  assert.equal(moved, trials);
});

test('a constant feature has one bin and no shift; one that is unknown in train has no index', () => {
  const flat = new Float64Array(40).fill(2);
  const unknown = Float64Array.from({ length: 40 }, (_, row) => (row < 20 ? Number.NaN : row));
  const found = featureDistributions({ names: ['flat', 'unknown'], columns: [flat, unknown] }, { name: 'train', from: 0, to: 20 }, [
    { name: 'late', from: 20, to: 40 },
  ]);
  assert.deepEqual([[...found[0]!.counts], found[0]!.stability, found[0]!.shifted], [[20], 0, false]);
  assert.deepEqual([found[1]!.stability, found[1]!.distance, found[1]!.shifted], [Number.NaN, Number.NaN, false]);
});

test('every known value lies in one bin', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -3, max: 3 })), { minLength: 2, maxLength: 80 }), (values) => {
      const column = Float64Array.from(values);
      const reference = { name: 'train', from: 0, to: Math.ceil(values.length / 2) };
      const [found] = featureDistributions({ names: ['x'], columns: [column] }, reference, [whole(values.length)]);
      assert.equal(found!.counts.reduce((sum, count) => sum + count, 0) + found!.missing, values.length);
      assert.equal(found!.counts.length, found!.edges.length + 1);
    }),
  );
});
