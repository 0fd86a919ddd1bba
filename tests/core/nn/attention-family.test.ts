import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import type { FitData, Matrix } from '../../../core/models/model.js';
import { attentionFamily } from '../../../core/nn/attention-family.js';
import { inferAttention } from '../../../core/nn/attention-inference.js';
import { blockLengths } from '../../../core/nn/attention-shape.js';
import { attentionLogits } from '../../../core/nn/attention-training.js';
import { makeRandom } from '../../../core/stats/random.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
const backend = () => openTensorBackend();
const family = attentionFamily(backend);
const SHAPE = { features: 5, window: 6, width: 8, heads: 2, hidden: 4 };

/** Rows of noise; the label is the sign of feature 0 summed over the last three rows, so looking back pays. */
function planted(rowCount: number, seed: number): FitData {
  const random = makeRandom(seed);
  const columnCount = 5;
  const values = Float64Array.from({ length: rowCount * columnCount }, () => (random.uniform() < 0.02 ? Number.NaN : random.normal()));
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const y = Float64Array.from(rows, (row) => {
    let sum = 0;
    for (let k = 0; k < 3; k++) sum += row - k >= 0 ? values[(row - k) * columnCount] || 0 : 0;
    return sum > 0 ? 1 : 0;
  });
  return { features: { rowCount, columnCount, values }, featureNames: ['a', 'b', 'c', 'd', 'e'], rows, y, weights: new Float64Array(rowCount).fill(1) };
}

const OPTIONS = { seed: 11, threads: 1, parameters: { window: 6, width: 8, hidden: 4, epochs: 12, batch: 64, learningRate: 0.01 } };

test('plain arithmetic and the tensor backend give the same logits to single precision', { skip }, async () => {
  await backend();
  const random = makeRandom(1);
  const flat = Float32Array.from({ length: blockLengths(SHAPE).reduce((sum, length) => sum + length, 0) }, () => 0.4 * random.normal());
  const input = { rowCount: 30, values: Float32Array.from({ length: 150 }, () => random.normal()) };
  const rows = Int32Array.from([0, 1, 4, 5, 6, 17, 29]);
  const plain = inferAttention({ flat, shape: SHAPE }, input, rows);
  const native = attentionLogits({ flat, shape: SHAPE }, input, rows);
  rows.forEach((row, i) => assert.ok(Math.abs(plain[i]! - 1 / (1 + Math.exp(-native[i]!))) < 2e-6, `row ${row}: ${plain[i]} against logit ${native[i]}`));
});

test('attention looks back: a label made of three rows is learnt far beyond what one row tells', { skip }, async () => {
  const model = await family.fit(planted(1500, 2), OPTIONS);
  const later = planted(600, 3);
  const auc = areaUnderCurve(later.y, model.predictProba(later.features, later.rows));
  // One row alone: AUC of N(0,1) about a sum of three, P(sign agreement) = 1/2 + asin(1/sqrt 3)/pi = 0.696 at a threshold.
  assert.ok(auc > 0.9, `AUC ${auc}`);
});

test('the same seed gives the same bytes, another seed others, and no tensor is left behind', { skip }, async () => {
  const data = planted(300, 4);
  const options = { ...OPTIONS, parameters: { ...OPTIONS.parameters, epochs: 3 } };
  await backend();
  const before = tf.memory().numTensors;
  const first = (await family.fit(data, options)).save();
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual((await family.fit(data, { ...options, threads: 2 })).save(), first);
  assert.notDeepEqual((await family.fit(data, { ...options, seed: 12 })).save(), first);
});

test('changing rows after an example changes no bit of its probability', { skip }, async () => {
  const data = planted(400, 5);
  const model = await family.fit(data, { ...OPTIONS, parameters: { ...OPTIONS.parameters, epochs: 2 } });
  const cut = 200;
  const rows = Int32Array.from({ length: cut }, (_, row) => row);
  const changed: Matrix = { ...data.features, values: data.features.values.map((value, i) => (i >= cut * 5 ? -7 * value + 1 : value)) };
  const truncated: Matrix = { ...data.features, rowCount: cut, values: data.features.values.subarray(0, cut * 5) };
  const expected = model.predictProba(data.features, rows);
  assert.deepEqual(model.predictProba(changed, rows), expected);
  assert.deepEqual(model.predictProba(truncated, rows), expected);
});

test('changing rows outside the fitted ones and their look-back changes no bit of the model', { skip }, async () => {
  const data = planted(400, 6);
  const part = { ...data, rows: data.rows.subarray(0, 250), y: data.y.subarray(0, 250), weights: data.weights.subarray(0, 250) };
  const garbage = { ...part, features: { ...data.features, values: data.features.values.map((value, i) => (i >= 250 * 5 ? 1e6 * value : value)) } };
  const options = { ...OPTIONS, parameters: { ...OPTIONS.parameters, epochs: 2 } };
  assert.deepEqual((await family.fit(garbage, options)).save(), (await family.fit(part, options)).save());
});

test('training stops after `patience` epochs without a lower loss on later rows and keeps the best epoch', { skip }, async () => {
  const data = planted(300, 7);
  const random = makeRandom(8);
  const noise = { ...data, y: Float64Array.from(data.y, () => (random.uniform() < 0.5 ? 1 : 0)) };
  const model = await family.fit(noise, { ...OPTIONS, parameters: { ...OPTIONS.parameters, epochs: 60, patience: 3, learningRate: 0.02 } });
  const saved = JSON.parse(Buffer.from(model.save()).toString());
  assert.ok(saved.validationLoss.length < 60, `${saved.validationLoss.length} epochs`);
  assert.equal(saved.validationLoss.length, saved.epochs + 3);
  assert.equal(Math.min(...saved.validationLoss), saved.validationLoss[saved.epochs - 1]);
});

test('too few later examples: a fixed number of epochs on all of them', { skip }, async () => {
  const model = await family.fit(planted(60, 9), OPTIONS);
  const saved = JSON.parse(Buffer.from(model.save()).toString());
  assert.deepEqual([saved.epochs, saved.validationLoss], [8, []]);
});

test('a saved model predicts the same bits without a tensor backend', { skip }, async () => {
  const data = planted(200, 10);
  const model = await family.fit(data, { ...OPTIONS, parameters: { ...OPTIONS.parameters, epochs: 2 } });
  const offline = attentionFamily(async () => assert.fail('the backend was asked for'));
  assert.deepEqual(offline.load(model.save()).predictProba(data.features, data.rows), model.predictProba(data.features, data.rows));
});
