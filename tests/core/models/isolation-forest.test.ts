import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expectedDepth, fitIsolationForest, loadIsolationForest } from '../../../core/models/isolation-forest.js';
import { makeRandom } from '../../../core/stats/random.js';

function cloud(seed: number, rowCount: number) {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: rowCount * 3 }, () => random.normal());
  return { features: { rowCount, columnCount: 3, values }, featureNames: ['a', 'b', 'c'], rows: Int32Array.from({ length: rowCount }, (_, row) => row) };
}

test('the expected depth of 2 rows is 1, of 3 is 5/3, of 256 about 10.24 (equation 1 of Liu, Ting and Zhou)', () => {
  assert.deepEqual([expectedDepth(0), expectedDepth(1), expectedDepth(2)], [0, 0, 1]);
  assert.ok(Math.abs(expectedDepth(3) - 5 / 3) < 1e-15);
  assert.ok(Math.abs(expectedDepth(256) - (2 * (Math.log(255) + 0.5772156649) - 510 / 256)) < 0.005);
});

test('by hand: two distinct rows part at the root, so both have depth 1 and score 1/2; equal rows too', () => {
  for (const second of [1, 0]) {
    const features = { rowCount: 2, columnCount: 1, values: Float64Array.of(0, second) };
    const forest = fitIsolationForest({ features, featureNames: ['x'], rows: Int32Array.of(0, 1) }, { seed: 3, trees: 7 });
    assert.deepEqual(forest.score(features, Int32Array.of(0, 1)), Float64Array.of(0.5, 0.5));
  }
});

test('the same rows and seed give the same bytes, another seed others; a forest read back scores the same bits', () => {
  const data = cloud(1, 500);
  const [one, again, other] = [5, 5, 6].map((seed) => fitIsolationForest(data, { seed, trees: 20 }));
  assert.deepEqual(one!.save(), again!.save());
  assert.notDeepEqual(one!.save(), other!.save());
  const copy = loadIsolationForest(one!.save());
  assert.deepEqual(copy.score(data.features, data.rows), one!.score(data.features, data.rows));
  assert.throws(() => loadIsolationForest(Buffer.from('{"schema":"ares.model","family":"linear","featureNames":[]}')), { name: 'InvalidData' });
});

test('scores lie in (0, 1), a far row has the highest, and shifting and scaling a column changes no order of cuts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const data = cloud(seed, 200);
      data.features.values.set([9, -9, 9], 60);
      const scores = fitIsolationForest(data, { seed, trees: 50 }).score(data.features, data.rows);
      assert.ok(scores.every((score) => score > 0 && score < 1));
      assert.equal(scores.indexOf(Math.max(...scores)), 20);
      // Powers of two keep every bit of a cut's place.
      const scaled = { ...data, features: { ...data.features, values: data.features.values.map((value) => 4 * value) } };
      assert.deepEqual(fitIsolationForest(scaled, { seed, trees: 50 }).score(scaled.features, data.rows), scores);
    }),
    { numRuns: 15 },
  );
});

test('a missing value scores as the column mean of the fit rows; rows outside the fit do not matter', () => {
  const data = cloud(4, 300);
  const part = { ...data, rows: data.rows.subarray(0, 200) };
  const forest = fitIsolationForest(part, { seed: 1 });
  const mean = part.rows.reduce((sum, row) => sum + data.features.values[row * 3 + 1]!, 0) / 200;
  const probe = { rowCount: 2, columnCount: 3, values: Float64Array.of(0.1, Number.NaN, 1, 0.1, mean, 1) };
  const [missing, filled] = forest.score(probe, Int32Array.of(0, 1));
  assert.equal(missing, filled);
  const moved = { ...data.features, values: data.features.values.map((value, i) => (i >= 600 ? 1e3 * value : value)) };
  assert.deepEqual(fitIsolationForest({ ...part, features: moved }, { seed: 1 }).save(), forest.save());
});

test('one row, other columns and a cancelled fit are refused', () => {
  const data = cloud(5, 50);
  assert.throws(() => fitIsolationForest({ ...data, rows: Int32Array.of(0) }, { seed: 1 }), { name: 'InsufficientData', message: /found 1/ });
  assert.throws(() => fitIsolationForest(data, { seed: 1 }).score({ rowCount: 1, columnCount: 2, values: new Float64Array(2) }, Int32Array.of(0)), RangeError);
  assert.throws(() => fitIsolationForest(data, { seed: 1, signal: AbortSignal.abort(new Error('stop')) }), { message: 'stop' });
});
