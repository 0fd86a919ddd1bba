import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { areaUnderCurve } from '../../../core/metrics/classification.js';
import type { FitData } from '../../../core/models/model.js';
import { makeAdam, readAdam, stepAdam } from '../../../core/nn/adam.js';
import { drawMask } from '../../../core/nn/dropout-masks.js';
import { NO_BEST, goesOn } from '../../../core/nn/early-stop.js';
import { learningRateAt } from '../../../core/nn/learning-rate.js';
import { mlp } from '../../../core/nn/mlp.js';
import { cnn } from '../../../core/nn/cnn.js';
import { networkFamily } from '../../../core/nn/network-family.js';
import { PLAIN_OPS } from '../../../core/nn/plain-ops.js';
import { temporalFusion } from '../../../core/nn/temporal-fusion.js';
import { makeTensorOps } from '../../../core/nn/tensor-ops.js';
import { trainNetwork } from '../../../core/nn/train-network.js';
import { makeRandom } from '../../../core/stats/random.js';
import { noiseRows, smallSize } from '../../support/small-networks.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
const backend = () => openTensorBackend();
const PLAIN_ADAM = { learningRate: 0.1, weightDecay: 0, clip: 0 };

before(async () => {
  if (skip === false) await openTensorBackend();
});

test('training stops exactly 10 checks after the planted best, with patience 10', () => {
  const losses = Array.from({ length: 60 }, (_, i) => (i < 17 ? 1 - 0.01 * i : 0.9 + 0.01 * (i % 3)));
  let best = NO_BEST;
  let epoch = 0;
  while (goesOn(best, epoch, 10)) {
    epoch += 1;
    if (losses[epoch - 1]! < best.loss) best = { loss: losses[epoch - 1]!, epoch, weights: new Float32Array(0) };
  }
  assert.deepEqual([best.epoch, epoch], [17, 27]);
});

test('a network whose validation labels are the opposite of its own stops 10 epochs after its best and keeps those weights', { skip }, async () => {
  const random = makeRandom(1);
  const rows = Int32Array.from({ length: 80 }, (_, i) => i);
  const y = Float64Array.from(rows, () => random.below(2));
  const [fit, opposite] = [
    { rows, y, weights: new Float64Array(80).fill(1) },
    { rows, y: y.map((value) => 1 - value), weights: new Float64Array(80).fill(1) },
  ];
  const settings = { epochs: 50, batch: 40, learningRate: 0.01, schedule: 'constant', warmUpSteps: 0, weightDecay: 0, clip: 0, patience: 10 } as const;
  const training = {
    network: mlp,
    size: smallSize(mlp, { first: 32, second: 16 }),
    input: noiseRows(80, 2),
    fit,
    validation: opposite,
    settings,
    random: makeRandom(3),
  };
  const result = await trainNetwork(training);
  assert.equal(result.validationLoss.length, result.epochs + 10);
  assert.equal(result.validationLoss[result.epochs - 1], Math.min(...result.validationLoss));
  const until = await trainNetwork({ ...training, validation: null, settings: { ...settings, epochs: result.epochs }, random: makeRandom(3) });
  assert.deepEqual(until.weights, result.weights);
});

test('Adam by hand: the first step has the length of the rate, the second of 1 then -1 all but cancels the mean; decay is apart from the gradient', {
  skip,
}, async () => {
  const adam = makeAdam(Float32Array.of(1, -2));
  stepAdam(adam, () => tf.tensor1d([0.5, -0.25]), PLAIN_ADAM);
  assert.deepEqual(
    Array.from(await adam.tensors.weights.data(), (w) => w.toFixed(5)),
    ['0.90000', '-1.90000'],
  );
  stepAdam(adam, () => tf.tensor1d([-0.5, 0.25]), PLAIN_ADAM);
  // m = 0.9 * 0.05 - 0.05 = -0.005, over 1 - 0.81; v = 0.25 exactly: the step is 0.1 * 0.0263158 / 0.5 for the first weight.
  assert.ok(Math.abs((await adam.tensors.weights.data())[0]! - (0.9 + (0.1 * (0.005 / 0.19)) / 0.5)) < 1e-6);
  const decayed = makeAdam(Float32Array.of(1));
  stepAdam(decayed, () => tf.tensor1d([0]), { ...PLAIN_ADAM, weightDecay: 0.5 });
  assert.ok(Math.abs((await decayed.tensors.weights.data())[0]! - 0.95) < 1e-7);
  const clipped = makeAdam(Float32Array.of(0, 0));
  stepAdam(clipped, () => tf.tensor1d([3, 4]), { ...PLAIN_ADAM, clip: 1 });
  assert.deepEqual(
    Array.from((await readAdam(clipped)).first, (m) => m.toFixed(6)),
    ['0.060000', '0.080000'],
  );
  tf.dispose([adam, decayed, clipped].map(({ tensors }) => ({ ...tensors })));
});

test('the rate rises evenly, then falls along half a cosine', () => {
  const rate = { learningRate: 0.2, schedule: 'cosine', warmUpSteps: 4, totalSteps: 12 } as const;
  assert.deepEqual(
    [1, 2, 4, 5].map((step) => learningRateAt(rate, step)),
    [0.05, 0.1, 0.2, 0.2],
  );
  assert.ok(Math.abs(learningRateAt(rate, 9) - 0.1) < 1e-12);
  assert.equal(learningRateAt({ ...rate, schedule: 'constant' }, 12), 0.2);
});

test('dropout zeroes at its rate, keeps the mean, and does nothing without a generator or in plain arithmetic', { skip }, () => {
  const ones = tf.ones([100, 100]);
  const random = makeRandom(4);
  const kept = tf.tidy(() =>
    makeTensorOps({ masks: (mask) => drawMask(mask, random) })
      .dropout(ones, 0.25)
      .dataSync(),
  );
  const zeros = kept.filter((value) => value === 0).length;
  assert.ok(Math.abs(zeros / 10_000 - 0.25) < 0.02, `${zeros} zeros`);
  assert.ok(kept.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
  assert.equal(makeTensorOps().dropout(ones, 0.25), ones);
  const x = { shape: [2], values: Float64Array.of(1, 2) };
  assert.equal(PLAIN_OPS.dropout(x, 0.25), x);
  ones.dispose();
});

test('an LSTM step and a GRU step by hand', () => {
  const tensor = (shape: number[], ...values: number[]) => ({ shape, values: Float64Array.from(values) });
  const s = (z: number): number => 1 / (1 + Math.exp(-z));
  const lstm = PLAIN_OPS.lstm(tensor([1, 1, 1], 2), null, {
    ...{ kernel: tensor([1, 4], 0.1, 0.2, 0.3, 0.4), recurrent: tensor([1, 4], 9, 9, 9, 9), bias: tensor([4], 0.5, 0.6, 0.7, 0.8) },
  });
  const cell = s(0.7) * Math.tanh(1.3);
  assert.ok(Math.abs(lstm.values[0]! - s(1.6) * Math.tanh(cell)) < 1e-15);
  const gru = PLAIN_OPS.gru(tensor([2, 1, 1], 1, 1), null, {
    ...{ gates: tensor([2, 2], 0.1, 0.2, 0.3, 0.4), gatesBias: tensor([2], 0, 0), candidate: tensor([2, 1], 0.5, 0.6), candidateBias: tensor([1], 0.1) },
  });
  const first = (1 - s(0.2)) * Math.tanh(0.6);
  const [r, u] = [s(0.1 + 0.3 * first), s(0.2 + 0.4 * first)];
  assert.ok(Math.abs(gru.values[0]! - first) < 1e-15);
  assert.ok(Math.abs(gru.values[1]! - (u * first + (1 - u) * Math.tanh(0.5 + 0.6 * r * first + 0.1))) < 1e-15);
});

test('an example of weight 2 counts as the example twice', { skip }, async () => {
  const rows = Int32Array.from([1, 2, 3, 4]);
  const y = Float64Array.of(0, 1, 1, 0);
  const settings = { epochs: 5, batch: 10, learningRate: 0.01, schedule: 'constant', warmUpSteps: 0, weightDecay: 0, clip: 0, patience: 1 } as const;
  const base = { network: mlp, size: smallSize(mlp), input: noiseRows(5, 6), validation: null, settings };
  const weighted = await trainNetwork({ ...base, fit: { rows, y, weights: Float64Array.of(2, 1, 1, 1) }, random: makeRandom(1) });
  const twice = { rows: Int32Array.from([1, 1, 2, 3, 4]), y: Float64Array.of(0, 0, 1, 1, 0), weights: new Float64Array(5).fill(1) };
  const repeated = await trainNetwork({ ...base, fit: twice, random: makeRandom(1) });
  weighted.weights.forEach((weight, k) => assert.ok(Math.abs(weight - repeated.weights[k]!) < 1e-4, `weight ${k}: ${weight} and ${repeated.weights[k]}`));
});

/** Noise of three features; class 1 in a fifth of the rows, whatever the features. */
function rare(rowCount: number, seed: number): FitData {
  const random = makeRandom(seed);
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const values = Float64Array.from({ length: rowCount * 3 }, () => random.normal());
  const y = Float64Array.from(rows, () => (random.uniform() < 0.2 ? 1 : 0));
  return { features: { rowCount, columnCount: 3, values }, featureNames: ['a', 'b', 'c'], rows, y, weights: new Float64Array(rowCount).fill(1) };
}

test('balance 1 moves the mean probability of a class of a fifth from a fifth to a half', { skip }, async () => {
  const data = rare(500, 8);
  const parameters = { validationShare: 0, batch: 64, learningRate: 0.03, first: 4, second: 4, dropout: 0 };
  for (const [balance, expected] of [
    [0, 0.2],
    [1, 0.5],
  ] as const) {
    const model = await networkFamily(mlp, backend).fit(data, { seed: 1, threads: 1, parameters: { ...parameters, balance } });
    const mean = model.predictProba(data.features, data.rows).reduce((sum, p) => sum + p, 0) / 500;
    assert.ok(Math.abs(mean - expected) < 0.06, `balance ${balance}: mean ${mean}`);
  }
});

test('temporal-fusion fits ordered quantiles that later values lie under as often as their levels say', { skip }, async () => {
  const make = (seed: number) => {
    const data = rare(1000, seed);
    const random = makeRandom(seed + 1);
    return { ...data, values: Float64Array.from(data.rows, (row) => 0.01 * (data.features.values[row * 3]! + 0.5 * random.normal())) };
  };
  const parameters = { window: 2, width: 8, quantiles: 1, epochs: 12, batch: 64, learningRate: 0.01, dropout: 0 };
  const model = await networkFamily(temporalFusion, backend).fit(make(10), { seed: 2, threads: 1, parameters });
  const later = make(20);
  const quantiles = model.quantiles(later.features, later.rows)!;
  model.levels.forEach((level, k) => {
    const under = later.values.reduce((count, value, i) => count + Number(value < quantiles[i * 3 + k]!), 0) / 1000;
    assert.ok(Math.abs(under - level) < 0.08, `${under} of the values under the quantile of level ${level}`);
  });
  // Twice the deviation of the noise would be 1.28 * 0.5 either side; a blind forecast has sqrt(1.25) instead of 0.5.
  const width = quantiles.reduce((sum, value, i) => sum + (i % 3 === 2 ? value : i % 3 === 0 ? -value : 0), 0) / 1000;
  assert.ok(width < 0.018 && width > 0.009, `mean distance of the outer quantiles ${width}`);
  const copy = networkFamily(temporalFusion, backend).load(model.save());
  assert.deepEqual(copy.quantiles(later.features, later.rows), quantiles);
  assert.equal(model.variables(later.features, later.rows.subarray(0, 2))!.length, 6);
  assert.equal(model.attention(later.features, later.rows.subarray(0, 2))!.length, 4);
  await assert.rejects(networkFamily(temporalFusion, backend).fit(rare(100, 1), { seed: 1, threads: 1, parameters }), {
    name: 'RangeError',
    message: /quantile/,
  });
});

/** Returns with a rise, fall, rise in a row of five hidden in half of the windows. */
function shapes(rowCount: number, seed: number, isShuffled: boolean): FitData {
  const random = makeRandom(seed);
  const values = Float64Array.from({ length: rowCount }, () => 0.5 * random.normal());
  const y = new Float64Array(rowCount);
  for (let row = 8; row < rowCount; row += 8) {
    y.fill(random.below(2), row - 7, row + 1);
    if (y[row] !== 1) continue;
    const at = row - 5 + random.below(2);
    [1, 1, -1, -1, 1].forEach((step, k) => (values[at + k]! += 1.5 * step));
  }
  const rows = Int32Array.from({ length: Math.floor((rowCount - 1) / 8) }, (_, i) => 8 * (i + 1));
  if (isShuffled) for (let i = rowCount - 1; i > 0; i--) [values[i], values[random.below(i + 1)]] = [values[random.below(i + 1)]!, values[i]!];
  return {
    features: { rowCount, columnCount: 1, values },
    featureNames: ['return'],
    rows,
    y: Float64Array.from(rows, (row) => y[row]!),
    weights: new Float64Array(rows.length).fill(1),
  };
}

test('cnn finds a planted shape wherever it lies in the window; of a shuffled series it says chance', { skip }, async () => {
  const parameters = { window: 8, epochs: 30, batch: 64, learningRate: 0.01, purgeRows: 0 };
  const aucs: number[] = [];
  for (const isShuffled of [false, true]) {
    const model = await networkFamily(cnn, backend).fit(shapes(6000, 30, isShuffled), { seed: 3, threads: 1, parameters });
    const later = shapes(6000, 31, isShuffled);
    aucs.push(areaUnderCurve(later.y, model.predictProba(later.features, later.rows)));
  }
  assert.ok(aucs[0]! > 0.9, `planted: AUC ${aucs[0]}`);
  // 750 examples: the standard error of an AUC at chance is 0.021.
  assert.ok(Math.abs(aucs[1]! - 0.5) < 0.08, `shuffled: AUC ${aucs[1]}`);
});
