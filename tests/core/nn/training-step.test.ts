import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { makeAdam, readAdam } from '../../../core/nn/adam.js';
import type { KeptAdam } from '../../../core/nn/adam.js';
import { trainAttention } from '../../../core/nn/attention-training.js';
import type { TrainingExamples } from '../../../core/nn/batch-loss.js';
import { networkBatchLoss } from '../../../core/nn/batch-loss.js';
import { lstm } from '../../../core/nn/lstm.js';
import { makeLossMeasure } from '../../../core/nn/loss-measure.js';
import { NETWORKS } from '../../../core/nn/networks.js';
import type { Network } from '../../../core/nn/network.js';
import type { CompileTensors, TensorBackend } from '../../../core/nn/tensor-backend.js';
import { compilerFor, makeTrainingStep } from '../../../core/nn/training-step.js';
import { trainNetwork } from '../../../core/nn/train-network.js';
import { makeRandom } from '../../../core/stats/random.js';
import { noiseRows, scatteredWeights, smallSize } from '../../support/small-networks.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';
let backend: TensorBackend;

before(async () => {
  if (skip === false) backend = await openTensorBackend();
});

/** 20 rows from the first on, so that some sequences had not begun; labels, weights and values of noise. */
function examplesOf(classes: number): TrainingExamples {
  const random = makeRandom(3);
  const rows = Int32Array.from({ length: 20 }, (_, i) => i);
  return {
    rows,
    y: Float64Array.from(rows, () => random.below(classes)),
    weights: Float64Array.from(rows, () => 0.5 + random.uniform()),
    values: Float64Array.from(rows, () => random.normal()),
  };
}

interface Steps {
  readonly adam: KeptAdam;
  readonly loss: number;
}

/** Three steps whose batch, rate and masks all differ, the last batch smaller; then the loss of all. */
async function threeSteps(network: Network, outputs: number, compile: CompileTensors | undefined): Promise<Steps> {
  const size = { ...smallSize(network, { dropout: 0.3 }), outputs };
  const examples = examplesOf(Math.max(2, outputs));
  const batches = networkBatchLoss({ network, size, input: noiseRows(20, 4) }, examples);
  const adam = makeAdam(scatteredWeights(network, size, 5));
  const step = makeTrainingStep(batches, { count: 8, most: Number.POSITIVE_INFINITY, random: makeRandom(6), runs: 1000, compile });
  const parts = [Int32Array.of(0, 5, 9, 14, 2, 19, 7, 11), Int32Array.of(1, 3, 4, 6, 8, 10, 12, 13), Int32Array.of(15, 16, 17)];
  parts.forEach((chosen, i) => step.take(adam, chosen, { learningRate: [0.01, 0.002, 0.03][i]!, weightDecay: 0.01, clip: 0.5 }));
  step.dispose();
  const measure = makeLossMeasure(batches, { most: 7, runs: 1000, compile });
  const loss = await measure.of(adam.tensors.weights);
  measure.dispose();
  const kept = await readAdam(adam);
  tf.dispose({ ...adam.tensors });
  return { adam: kept, loss };
}

for (const network of NETWORKS) {
  for (const outputs of network.levels === undefined ? [1, 3] : [1]) {
    test(`${network.id} with ${outputs} logit(s): three steps in one graph each equal the same steps operation by operation`, { skip }, async () => {
      const { numTensors } = tf.memory();
      const [graph, eager] = [await threeSteps(network, outputs, backend.compile), await threeSteps(network, outputs, undefined)];
      assert.equal(tf.memory().numTensors, numTensors);
      assert.ok(backend.compile !== undefined);
      // A gradient that is zero but for rounding (the bias of attention's keys: softmax does not see it) still moves its weight by the rate.
      const isMoved = (i: number): boolean => eager.adam.second[i]! > 1e-11;
      const worst = (name: 'weights' | 'first' | 'second'): number =>
        graph.adam[name].reduce((most, value, i) => (name !== 'weights' || isMoved(i) ? Math.max(most, Math.abs(value - eager.adam[name][i]!)) : most), 0);
      assert.ok(
        worst('weights') < 1e-4 && worst('first') < 1e-6 && worst('second') < 1e-7,
        `${['weights', 'first', 'second'].map((name) => worst(name as 'first'))}`,
      );
      assert.ok(eager.adam.second.filter((_, i) => isMoved(i)).length > 0.5 * eager.adam.second.length);
      assert.ok(Math.abs(graph.loss - eager.loss) < 1e-5, `loss ${graph.loss} and ${eager.loss}`);
      assert.ok(graph.adam.first.some((value) => Math.abs(value) > 1e-3));
    });
  }
}

test('the attention classifier fitted as one graph a step has the losses of the fit operation by operation', { skip }, async () => {
  const { values: _, ...examples } = examplesOf(2);
  const shape = { features: 3, window: 4, width: 4, heads: 2, hidden: 3 };
  const settings = { epochs: 24, batch: 8, learningRate: 0.01, schedule: 'constant', warmUpSteps: 0, weightDecay: 0.05, clip: 0, patience: 24 } as const;
  const training = { shape, input: noiseRows(20, 4), fit: examples, validation: examples, settings };
  const [graph, eager] = [
    await trainAttention({ ...training, random: makeRandom(1), compile: backend.compile! }),
    await trainAttention({ ...training, random: makeRandom(1) }),
  ];
  assert.equal(graph.validationLoss.length, 24);
  graph.validationLoss.forEach((loss, i) =>
    assert.ok(Math.abs(loss - eager.validationLoss[i]!) < 1e-4, `epoch ${i + 1}: ${loss} and ${eager.validationLoss[i]}`),
  );
});

test('a batch that is filled up with examples of weight 0 has the loss and the gradient of its own examples', { skip }, () => {
  const size = smallSize(lstm);
  const batches = networkBatchLoss({ network: lstm, size, input: noiseRows(20, 4) }, examplesOf(2));
  tf.tidy(() => {
    const weights = tf.tensor1d(scatteredWeights(lstm, size, 5));
    const chosen = Int32Array.of(3, 8, 15);
    const [exact, filled] = [3, 8].map((count) => {
      const fed = batches.feed({ chosen, count, total: batches.weightOf(chosen) });
      const { value, grad } = tf.valueAndGrad((flat) => batches.loss(flat as tf.Tensor1D, fed))(weights);
      return [value.dataSync()[0]!, ...grad.dataSync()];
    });
    exact!.forEach((value, i) => assert.ok(Math.abs(value - filled![i]!) < 1e-6, `${i}: ${value} and ${filled![i]}`));
  });
});

test('few runs are not compiled: whether they are depends on what is due at most, not on what was done', () => {
  const compile: CompileTensors = () => ({ run: () => [], dispose: () => undefined });
  assert.equal(compilerFor(compile, 64), compile);
  assert.notEqual(compilerFor(compile, 63), compile);
  assert.notEqual(compilerFor(undefined, 1000), undefined);
});

test('a fit that is aborted or fails frees its graphs and tensors', { skip }, async () => {
  const { numTensors } = tf.memory();
  let open = 0;
  const compile: CompileTensors = (compute, example) => {
    const compiled = backend.compile!(compute, example);
    open += 1;
    const dispose = (): void => {
      open -= 1;
      compiled.dispose();
    };
    return { ...compiled, dispose };
  };
  const examples = examplesOf(2);
  const settings = { epochs: 100, batch: 8, learningRate: 0.01, schedule: 'constant', warmUpSteps: 0, weightDecay: 0, clip: 1, patience: 100 } as const;
  const training = { network: lstm, size: smallSize(lstm), input: noiseRows(20, 4), fit: examples, validation: examples, settings, compile };
  let opened = 0;
  const signal = {
    aborted: false,
    throwIfAborted: () => {
      opened = Math.max(opened, open);
      if (opened === 2) throw new Error('stopped by the test');
    },
  };
  await assert.rejects(trainNetwork({ ...training, random: makeRandom(1), signal }), /stopped by the test/);
  assert.deepEqual([opened, open, tf.memory().numTensors], [2, 0, numTensors]);
  // The library fails within the tenth step, then within the first loss: what was fed to it is freed as well.
  for (const failing of [10, 4]) {
    let runs = 0;
    const breaking: CompileTensors = (compute, example) => {
      const compiled = compile(compute, example);
      // A loss takes weights, rows, labels, shares, marks and values; a step both moments, rates and masks besides.
      const isAsked = example.length > 6 === (failing === 10);
      const run: typeof compiled.run = (inputs) => {
        if (isAsked && ++runs === failing) throw new Error('failed by the test');
        return compiled.run(inputs);
      };
      return { ...compiled, run };
    };
    await assert.rejects(trainNetwork({ ...training, compile: breaking, random: makeRandom(1) }), /failed by the test/);
    assert.deepEqual([runs, open, tf.memory().numTensors], [failing, 0, numTensors]);
  }
  const wild = { ...training, settings: { ...settings, learningRate: Number.NaN } };
  await assert.rejects(trainNetwork({ ...wild, random: makeRandom(1) }), { name: 'NumericalError' });
  assert.deepEqual([open, tf.memory().numTensors], [0, numTensors]);
});
