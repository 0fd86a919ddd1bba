import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';
import { attentionFamily } from '../../../core/nn/attention-family.js';
import { examplesWithin, partsOf } from '../../../core/nn/batch-memory.js';
import { networkFamily } from '../../../core/nn/network-family.js';
import { NETWORKS } from '../../../core/nn/networks.js';
import { makeRandom } from '../../../core/stats/random.js';

const MEBIBYTE = 2 ** 20;
const [ROWS, COLUMNS] = [700, 16];
const PARAMETERS = { window: 16, width: 16, hidden: 8, epochs: 1, batch: 512, patience: 5 };

const random = makeRandom(1);
const values = Float64Array.from({ length: ROWS * COLUMNS }, () => random.normal());
const rows = Int32Array.from({ length: ROWS }, (_, i) => i);
const data = {
  features: { rowCount: ROWS, columnCount: COLUMNS, values },
  featureNames: Array.from({ length: COLUMNS }, (_, j) => `f${j}`),
  rows,
  y: Float64Array.from(rows, (row) => (values[row * COLUMNS]! > 0 ? 1 : 0)),
  weights: new Float64Array(ROWS).fill(1),
};

/** Peak of tensor bytes while `work` runs, counted at each tensor that is made. */
async function peakOf(work: () => Promise<unknown>): Promise<number> {
  const state = tf.engine().state as unknown as { numBytes: number };
  let [bytes, peak] = [state.numBytes, state.numBytes];
  Object.defineProperty(state, 'numBytes', {
    configurable: true,
    get: () => bytes,
    set: (next: number) => {
      bytes = next;
      peak = Math.max(peak, next);
    },
  });
  try {
    await work();
  } finally {
    Object.defineProperty(state, 'numBytes', { configurable: true, writable: true, value: bytes });
  }
  return peak;
}

for (const id of ['attention', ...NETWORKS.map((network) => network.id)]) {
  test(`${id}: batches that need more than the memory limit are computed in parts within it, to the same losses`, async () => {
    const fit = async (memoryLimitMiB?: number): Promise<{ peak: number; losses: readonly number[] }> => {
      const backend = await openTensorBackend(memoryLimitMiB === undefined ? {} : { memoryLimitMiB });
      const network = NETWORKS.find((candidate) => candidate.id === id);
      const family = network === undefined ? attentionFamily(async () => backend) : networkFamily(network, async () => backend);
      let losses: readonly number[] = [];
      // Without dropout, whose draws depend on the parts.
      const parameters = { ...PARAMETERS, ...('dropout' in family.defaults ? { dropout: 0 } : {}) };
      const peak = await peakOf(async () => {
        const model = await family.fit(data, { seed: 1, threads: 1, parameters });
        losses = (JSON.parse(new TextDecoder().decode(model.save())) as { validationLoss: readonly number[] }).validationLoss;
      });
      return { peak, losses };
    };
    const free = await fit();
    const limitMiB = Math.max(1, free.peak / MEBIBYTE / 2);
    assert.ok(free.peak > limitMiB * MEBIBYTE, `without a limit ${free.peak} bytes`);
    const held = await fit(limitMiB);
    assert.ok(held.peak <= limitMiB * MEBIBYTE, `${held.peak} bytes, limit ${limitMiB * MEBIBYTE}`);
    assert.ok(held.peak > 0.05 * limitMiB * MEBIBYTE, `the limit is made use of: ${held.peak}`);
    assert.equal(held.losses.length, free.losses.length);
    held.losses.forEach((loss, i) => assert.ok(Math.abs(loss - free.losses[i]!) < 1e-4, `${loss} against ${free.losses[i]}`));
  });
}

test('a limit that holds not one example is refused with the bytes that it would take', async () => {
  await openTensorBackend();
  const weights = tf.tensor1d([1, 2]);
  const lossOf = (flat: tf.Tensor1D, examples: number): tf.Scalar => tf.sum(tf.matMul(tf.ones([examples, 2]), tf.reshape(flat, [2, 1])));
  assert.throws(() => examplesWithin(50, weights, lossOf), { name: 'InvalidData', message: /at least \d+ bytes for this network, found 50/ });
  assert.ok(examplesWithin(100_000, weights, lossOf) > examplesWithin(10_000, weights, lossOf));
  assert.equal(tf.memory().numTensors, 1);
  weights.dispose();
});

test('parts hold every member once, in order, and none more than the most', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 50 }), (members, most) => {
      const parts = partsOf(Int32Array.from(members), most);
      assert.deepEqual(
        parts.flatMap((part) => Array.from(part)),
        members,
      );
      assert.ok(parts.every((part) => part.length > 0 && part.length <= most));
    }),
  );
  assert.equal(partsOf(Int32Array.of(1, 2, 3), Number.POSITIVE_INFINITY).length, 1);
});
