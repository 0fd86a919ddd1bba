import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitDissimilarityIndex, flagDissimilar } from '../../../core/models/dissimilarity-index.js';
import { makeRandom } from '../../../core/stats/random.js';

function normals(seed: number, rowCount: number, shift = 0) {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: rowCount * 2 }, () => shift + random.normal());
  return { features: { rowCount, columnCount: 2, values }, featureNames: ['a', 'b'], rows: Int32Array.from({ length: rowCount }, (_, row) => row) };
}

test('by hand: four rows at -3, -1, 1, 3', () => {
  // Deviation sqrt(5); pair distances 2, 4, 6, 2, 4, 2 over sqrt(5): mean 20 / 6 / sqrt(5). A row at 5 lies 2 from its neighbour: 0.6; at 1: 0.
  const features = { rowCount: 4, columnCount: 1, values: Float64Array.of(-3, -1, 1, 3) };
  const fitted = fitDissimilarityIndex({ features, featureNames: ['x'], rows: Int32Array.of(0, 1, 2, 3) });
  const probe = { rowCount: 3, columnCount: 1, values: Float64Array.of(5, 1, 13) };
  const index = fitted.index(probe, Int32Array.of(0, 1, 2));
  [0.6, 0, 3].forEach((value, i) => assert.ok(Math.abs(index[i]! - value) < 1e-12, `${index[i]}`));
  assert.ok(Math.abs(fitted.meanDistance - 20 / 6 / Math.sqrt(5)) < 1e-12);
  // Every train row lies 2 from the next: 0.6 is the threshold, reached and not exceeded.
  assert.ok(Math.abs(fitted.threshold - 0.6) < 1e-12);
  assert.deepEqual(flagDissimilar(index, fitted.threshold + 1e-12), Uint8Array.of(0, 0, 1));
  // Two neighbours of 5: at distance 2 and 4.
  const two = fitDissimilarityIndex({ features, featureNames: ['x'], rows: Int32Array.of(0, 1, 2, 3) }, { neighbours: 2 });
  assert.ok(Math.abs(two.index(probe, Int32Array.of(0))[0]! - 0.9) < 1e-12);
});

test('few rows of the same kind are flagged, nearly all of another kind', () => {
  const fitted = fitDissimilarityIndex(normals(1, 1500));
  const share = (data: ReturnType<typeof normals>): number => {
    const flags = flagDissimilar(fitted.index(data.features, data.rows), fitted.threshold);
    return flags.reduce((sum, flag) => sum + flag, 0) / flags.length;
  };
  const [same, other] = [share(normals(2, 500)), share(normals(3, 500, 4))];
  assert.ok(same < 0.12 && other > 0.95, `${same}, ${other}`);
});

test('a column of importance 0 does not count, rows close in time are no neighbours', () => {
  const data = normals(4, 300);
  const fitted = fitDissimilarityIndex(data, { importance: [1, 0] });
  const probe = { rowCount: 2, columnCount: 2, values: Float64Array.of(0.2, 0, 0.2, 1e6) };
  const [a, b] = fitted.index(probe, Int32Array.of(0, 1));
  assert.equal(a, b);
  // A slow walk: each row's nearest is its neighbour in time, so apart from those the threshold is higher.
  const random = makeRandom(5);
  const walk = new Float64Array(600);
  for (let i = 0; i < walk.length; i++) walk[i] = (walk[i - 2] ?? 0) + random.normal();
  const walked = { ...data, features: { ...data.features, values: walk } };
  assert.ok(fitDissimilarityIndex(walked, { apartRows: 20 }).threshold > 1.5 * fitDissimilarityIndex(walked).threshold);
});

test('too few rows, equal rows and rows all close in time are refused', () => {
  const data = normals(6, 10);
  assert.throws(() => fitDissimilarityIndex({ ...data, rows: Int32Array.of(0, 1) }), { name: 'InsufficientData' });
  assert.throws(() => fitDissimilarityIndex({ ...data, features: { ...data.features, values: new Float64Array(20) } }), { name: 'InsufficientData' });
  assert.throws(() => fitDissimilarityIndex(data, { apartRows: 10 }), { name: 'InsufficientData' });
});
