import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { modelFamilies } from '../../activities/model-families.js';
import { makeGradientBoosting } from '../../adapters/gradient-boosting/index.js';
import { nativeLibraryPath, tensorflowAddonPath } from '../../adapters/local-paths.js';
import { openTensorBackend } from '../../adapters/tensor-backend/index.js';
import { areaUnderCurve } from '../../core/metrics/classification.js';
import { modelHeader } from '../../core/models/model-bytes.js';
import type { FitData, Matrix } from '../../core/models/model.js';
import { makeRandom } from '../../core/stats/random.js';
import type { StepPorts } from '../../pipeline/ports.js';

const ready = existsSync(nativeLibraryPath('lightgbm')) && existsSync(tensorflowAddonPath());
const skip = ready ? false : 'native libraries are not set up: npm start';
const ports = { gradientBoosting: makeGradientBoosting(), tensorBackend: () => openTensorBackend() } as StepPorts;
const families = Object.values(await modelFamilies(ports));
/** Small enough for a test, where the family knows the parameter. */
const QUICK = { rounds: 30, epochs: 6, window: 4, width: 8, batch: 64, learningRate: 0.01 };
const NAMES = ['signal', 'noise', 'sparse', 'constant'];

function noisySign(rowCount: number, seed: number): FitData {
  const random = makeRandom(seed);
  const values = new Float64Array(rowCount * 4);
  for (let row = 0; row < rowCount; row++) {
    values.set([random.normal(), random.normal(), random.uniform() < 0.3 ? Number.NaN : random.normal(), 5], row * 4);
  }
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => (values[row * 4]! + 0.7 * random.normal() > 0 ? 1 : 0));
  return { features: { rowCount, columnCount: 4, values }, featureNames: NAMES, rows, y, weights: Float64Array.from(rows, () => 0.2 + random.uniform()) };
}

const options = (seed: number, threads = 1) => ({ seed, threads, parameters: QUICK });

test('the families are lightgbm, lightgbm-tuned, linear and attention, each under its own id', async () => {
  assert.deepEqual(Object.keys(await modelFamilies(ports)).sort(), ['attention', 'lightgbm', 'lightgbm-tuned', 'linear']);
  for (const [id, family] of Object.entries(await modelFamilies(ports))) assert.equal(family.id, id);
});

for (const family of families) {
  test(`${family.id}: probabilities of unseen rows lie in [0, 1] and rank a noisy sign with AUC above 0.75`, { skip }, async () => {
    const model = await family.fit(noisySign(800, 1), options(1));
    const later = noisySign(400, 2);
    const p = model.predictProba(later.features, later.rows);
    assert.ok(p.every((value) => value >= 0 && value <= 1));
    const auc = areaUnderCurve(later.y, p);
    assert.ok(auc > 0.75, `AUC ${auc}`);
    model.dispose();
  });

  test(`${family.id}: the same data and seed give the same bytes at 1, 2 and 4 threads`, { skip }, async () => {
    const saved: Uint8Array[] = [];
    for (const threads of [1, 2, 4, 1]) {
      const model = await family.fit(noisySign(300, 3), options(9, threads));
      saved.push(model.save());
      model.dispose();
    }
    for (const bytes of saved.slice(1)) assert.deepEqual(bytes, saved[0]);
  });

  test(`${family.id}: a model read back predicts the same bits, saves the same bytes and names its columns`, { skip }, async () => {
    const data = noisySign(300, 4);
    const model = await family.fit(data, options(2));
    const copy = family.load(model.save());
    assert.deepEqual(copy.predictProba(data.features, data.rows), model.predictProba(data.features, data.rows));
    assert.deepEqual(copy.save(), model.save());
    assert.deepEqual([copy.family, copy.featureNames], [family.id, NAMES]);
    assert.deepEqual(modelHeader(model.save()), { schema: 'ares.model', family: family.id, featureNames: NAMES });
    model.dispose();
    copy.dispose();
  });

  test(`${family.id}: rows after an example change no bit of its probability, rows outside the fit no bit of the model`, { skip }, async () => {
    const data = noisySign(400, 5);
    const cut = 250;
    const part = { ...data, rows: data.rows.subarray(0, cut), y: data.y.subarray(0, cut), weights: data.weights.subarray(0, cut) };
    const garbage: Matrix = { ...data.features, values: data.features.values.map((value, i) => (i >= cut * 4 ? 1e3 * value - 7 : value)) };
    const model = await family.fit(part, options(3));
    const other = await family.fit({ ...part, features: garbage }, options(3));
    assert.deepEqual(other.save(), model.save());
    assert.deepEqual(model.predictProba(garbage, part.rows), model.predictProba(data.features, part.rows));
    model.dispose();
    other.dispose();
  });

  test(`${family.id}: the prediction of a row does not depend on which other rows are asked for`, { skip }, async () => {
    const data = noisySign(300, 6);
    const model = await family.fit(data, options(4));
    const all = model.predictProba(data.features, data.rows);
    for (const row of [0, 3, 150, 299]) assert.equal(model.predictProba(data.features, Int32Array.from([row]))[0], all[row]);
    assert.equal(model.predictProba(data.features, new Int32Array(0)).length, 0);
    model.dispose();
  });

  test(`${family.id}: labels of one class, columns of another number and bytes of another family are refused`, { skip }, async () => {
    const data = noisySign(100, 7);
    await assert.rejects(family.fit({ ...data, y: new Float64Array(100) }, options(1)), { name: 'InsufficientData' });
    await assert.rejects(family.fit({ ...data, featureNames: ['a'] }, options(1)), RangeError);
    const model = await family.fit(data, options(1));
    assert.throws(() => model.predictProba({ rowCount: 1, columnCount: 3, values: new Float64Array(3) }, Int32Array.from([0])), RangeError);
    assert.throws(() => family.load(Buffer.from('{"schema":"ares.model","family":"other","featureNames":[]}')), { name: 'InvalidData' });
    model.dispose();
  });
}
