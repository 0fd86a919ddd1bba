import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { batchTensors, forwardTensors } from '../../../core/nn/network-forward.js';
import { networkLoss } from '../../../core/nn/network-loss.js';
import { levelsOf } from '../../../core/nn/network.js';
import type { Network, NetworkSize } from '../../../core/nn/network.js';
import { NETWORKS } from '../../../core/nn/networks.js';
import { PLAIN_OPS } from '../../../core/nn/plain-ops.js';
import type { PlainTensor } from '../../../core/nn/plain-tensor.js';
import { forwardPlain, splitParameters } from '../../../core/nn/predict-network.js';
import { gatherSequences } from '../../../core/nn/sequence-batch.js';
import { makeRandom } from '../../../core/stats/random.js';
import { noiseRows, scatteredWeights, smallSize } from '../../support/small-networks.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
/** Rows 0 and 2 have no whole window before them. */
const ROWS = Int32Array.from([0, 2, 4, 7, 11]);
const INPUT = noiseRows(12, 1);
const Y = Float32Array.from([0, 1, 0, 1, 1]);
const WEIGHTS = Float32Array.from([0.1, 0.2, 0.3, 0.2, 0.2]);
const VALUES = Float32Array.from([0.3, -1, 0.5, 2, -0.2]);

before(async () => {
  if (skip === false) await openTensorBackend();
});

/** Loss of the five examples, as network-loss states it, in plain doubles. */
function plainLoss(network: Network, size: NetworkSize, flat: ArrayLike<number>): number {
  const { output } = forwardPlain({ network, size, weights: splitParameters(network, size, flat) }, INPUT, ROWS);
  const levels = levelsOf(network, size);
  const columns = 1 + levels.length;
  let loss = 0;
  for (let i = 0; i < ROWS.length; i++) {
    const z = output.values[i * columns]!;
    loss += WEIGHTS[i]! * (Math.log1p(Math.exp(z)) - Y[i]! * z);
    levels.forEach((level, k) => {
      const error = VALUES[i]! - output.values[i * columns + 1 + k]!;
      loss += (WEIGHTS[i]! * Math.max(level * error, (level - 1) * error)) / levels.length;
    });
  }
  return loss;
}

function tensorGradient(network: Network, size: NetworkSize, { flat, isFused }: { flat: Float32Array; isFused: boolean }): Float32Array {
  return tf.tidy(() => {
    const batch = batchTensors(gatherSequences(INPUT, ROWS, size.window), size);
    const targets = { y: tf.tensor1d(Y), weights: tf.tensor1d(WEIGHTS), value: tf.tensor2d(VALUES, [ROWS.length, 1]) };
    const loss = (weights: tf.Tensor): tf.Scalar => {
      const { output } = forwardTensors({ network, size }, weights as tf.Tensor1D, { batch, options: { isFused } });
      return networkLoss(output as tf.Tensor2D, targets, levelsOf(network, size));
    };
    return tf.grad(loss)(tf.tensor1d(flat)).dataSync() as Float32Array;
  });
}

/** [window x examples x features] with its marks of absent positions. */
function forwardRaw(network: Network, size: NetworkSize, { x, absent }: { x: PlainTensor; absent: PlainTensor | null }) {
  const weights = splitParameters(network, size, scatteredWeights(network, size, 4));
  return network.forward(PLAIN_OPS, (name) => weights[name]!, { x, absent, size });
}

for (const network of NETWORKS) {
  const size = smallSize(network);

  test(`${network.id}: plain arithmetic, fused and composed tensors give the same outputs to single precision`, { skip }, () => {
    const flat = scatteredWeights(network, size, 2);
    const plain = forwardPlain({ network, size, weights: splitParameters(network, size, flat) }, INPUT, ROWS).output.values;
    for (const isFused of [true, false]) {
      const native = tf.tidy(() => {
        const batch = batchTensors(gatherSequences(INPUT, ROWS, size.window), size);
        return forwardTensors({ network, size }, tf.tensor1d(flat), { batch, options: { isFused } }).output.dataSync();
      });
      assert.equal(native.length, plain.length);
      plain.forEach((value, i) => assert.ok(Math.abs(value - native[i]!) < 2e-6, `output ${i}, fused ${isFused}: ${value} against ${native[i]}`));
    }
  });

  test(`${network.id}: every gradient, fused and composed, is the central difference of the loss in doubles`, { skip }, () => {
    const flat = scatteredWeights(network, size, 3);
    const step = 1e-6;
    const differences = Float64Array.from(flat, (_, k) => {
      const moved = Float64Array.from(flat);
      moved[k]! += step;
      const above = plainLoss(network, size, moved);
      moved[k]! -= 2 * step;
      return (above - plainLoss(network, size, moved)) / (2 * step);
    });
    assert.ok(Math.max(...differences.map(Math.abs)) > 0.01, 'the loss depends on no weight');
    for (const isFused of [true, false]) {
      const gradient = tensorGradient(network, size, { flat, isFused });
      differences.forEach((difference, k) =>
        assert.ok(Math.abs(difference - gradient[k]!) < 3e-6, `weight ${k}, fused ${isFused}: ${gradient[k]} against ${difference}`),
      );
    }
  });

  test(`${network.id}: what lies at an absent position moves no bit of the output`, () => {
    const { x, absent } = gatherSequences(INPUT, ROWS, size.window);
    const [examples, random] = [ROWS.length, makeRandom(7)];
    const clean = { shape: [size.window, examples, 3], values: Float64Array.from(x) };
    const marks = { shape: [size.window, examples, 1], values: Float64Array.from(absent!) };
    const dirty = { ...clean, values: clean.values.map((value, i) => (marks.values[Math.floor(i / 3)] === 1 ? 5 * random.normal() : value)) };
    assert.notDeepEqual(dirty.values, clean.values);
    assert.deepEqual(forwardRaw(network, size, { x: dirty, absent: marks }).output, forwardRaw(network, size, { x: clean, absent: marks }).output);
  });
}

for (const network of NETWORKS.filter(({ id }) => id !== 'mlp')) {
  const size = smallSize(network, { window: 7 });

  test(`${network.id}: a change at a later position moves no bit of the states before it, and moves those from it on`, () => {
    const random = makeRandom(8);
    const x = { shape: [7, 2, 3], values: Float64Array.from({ length: 42 }, () => random.normal()) };
    const expected = forwardRaw(network, size, { x, absent: null }).states!;
    const units = expected.shape[2]!;
    for (let t = 1; t < 7; t++) {
      const changed = { ...x, values: x.values.map((value, i) => (i >= t * 6 ? 3 - 2 * value : value)) };
      const { values } = forwardRaw(network, size, { x: changed, absent: null }).states!;
      assert.deepEqual(values.subarray(0, t * 2 * units), expected.values.subarray(0, t * 2 * units), `states before position ${t}`);
      assert.notDeepEqual(values.subarray(t * 2 * units), expected.values.subarray(t * 2 * units), `states from position ${t} on`);
    }
  });
}

for (const id of ['gru-attention', 'transformer', 'temporal-fusion']) {
  const network = NETWORKS.find((candidate) => candidate.id === id)!;

  test(`${id}: attention weights are not negative, sum to 1 and are 0 at absent positions`, () => {
    const size = smallSize(network);
    const { attention } = forwardPlain({ network, size, weights: splitParameters(network, size, scatteredWeights(network, size, 5)) }, INPUT, ROWS);
    assert.deepEqual(attention!.shape, [ROWS.length, size.window]);
    ROWS.forEach((row, i) => {
      const weights = attention!.values.subarray(i * size.window, (i + 1) * size.window);
      assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
      weights.forEach((weight, p) => assert.ok(row - size.window + 1 + p < 0 ? weight === 0 : weight > 0, `row ${row}, position ${p}: ${weight}`));
    });
  });
}

test('temporal-fusion: weights of variables are positive and sum to 1; quantiles never cross, whatever the weights', () => {
  const network = NETWORKS.find(({ id }) => id === 'temporal-fusion')!;
  const size = smallSize(network);
  for (let seed = 0; seed < 20; seed++) {
    const flat = scatteredWeights(network, size, seed).map((weight) => 3 * weight);
    const { variables, output } = forwardPlain({ network, size, weights: splitParameters(network, size, flat) }, INPUT, ROWS);
    for (let i = 0; i < ROWS.length; i++) {
      const shares = variables!.values.subarray(i * 3, i * 3 + 3);
      assert.ok(shares.every((share) => share >= 0) && Math.abs(shares[0]! + shares[1]! + shares[2]! - 1) < 1e-12);
      const [low, middle, high] = output.values.subarray(i * 4 + 1, i * 4 + 4);
      assert.ok(low! <= middle! && middle! <= high!, `quantiles ${low}, ${middle}, ${high}`);
    }
  }
});

test('settings that cannot be built are refused by name', () => {
  const network = NETWORKS.find(({ id }) => id === 'transformer')!;
  assert.throws(() => network.parameters(smallSize(network, { heads: 3 })), { name: 'RangeError', message: /multiple of heads \(3\), found 4/ });
  assert.throws(() => network.parameters(smallSize(network, { layers: 1.5 })), { name: 'RangeError', message: /layers/ });
});
