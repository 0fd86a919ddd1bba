import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitDissimilarityIndex, loadDissimilarityIndex } from '../../../core/models/dissimilarity-index.js';
import { fitIsolationForest } from '../../../core/models/isolation-forest.js';
import { fitNoveltyDetector, loadNoveltyDetector } from '../../../core/models/novelty-detector.js';
import { makeRandom } from '../../../core/stats/random.js';

const OPTIONS = { seed: 7, apartRows: 3 };

function normals(seed: number, rowCount: number, shift = 0) {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: rowCount * 2 }, (_, i) => (i === 11 ? Number.NaN : shift + random.normal()));
  return { features: { rowCount, columnCount: 2, values }, featureNames: ['a', 'b'], rows: Int32Array.from({ length: rowCount }, (_, row) => row) };
}

test('a detector read back from its bytes scores the same to the bit, and the same rows give the same bytes', () => {
  const detector = fitNoveltyDetector(normals(1, 600), OPTIONS);
  const bytes = detector.save();
  const loaded = loadNoveltyDetector(bytes);
  const { features, rows } = normals(2, 50);
  assert.deepEqual(loaded.score(features, rows), detector.score(features, rows));
  assert.deepEqual(
    [loaded.featureNames, loaded.dissimilarityThreshold, loaded.anomalyThreshold],
    [['a', 'b'], detector.dissimilarityThreshold, detector.anomalyThreshold],
  );
  assert.deepEqual(fitNoveltyDetector(normals(1, 600), OPTIONS).save(), bytes);
  assert.throws(() => loadNoveltyDetector(fitIsolationForest(normals(1, 60), { seed: 1 }).save()), { name: 'InvalidData', message: /found isolation-forest/ });
  const index = fitDissimilarityIndex(normals(1, 100));
  assert.deepEqual(loadDissimilarityIndex(index.save()).index(features, rows), index.index(features, rows));
});

test('rows of the same kind are mostly ordinary in both ways, rows six deviations off in neither', () => {
  const detector = fitNoveltyDetector(normals(1, 600), OPTIONS);
  const shares = (shift: number): number[] => {
    const { features, rows } = normals(3, 300, shift);
    const { dissimilarity, anomaly } = detector.score(features, rows);
    return [dissimilarity.filter((v) => v > detector.dissimilarityThreshold).length / 300, anomaly.filter((v) => v > detector.anomalyThreshold).length / 300];
  };
  assert.ok(
    shares(0).every((share) => share < 0.12),
    String(shares(0)),
  );
  assert.ok(
    shares(6).every((share) => share > 0.95),
    String(shares(6)),
  );
});

test('rows that were not fitted on do not move it', () => {
  const data = normals(1, 600);
  const early = { ...data, rows: data.rows.subarray(0, 300) };
  const changed = { ...early, features: { ...data.features, values: data.features.values.map((value, i) => (i >= 600 ? 99 : value)) } };
  assert.deepEqual(fitNoveltyDetector(changed, OPTIONS).save(), fitNoveltyDetector(early, OPTIONS).save());
});
