/** How much each input feature moves a network's output: gradient times input. */
import * as tf from '@tensorflow/tfjs-core';
import type { SequenceInput } from './attention-inference.js';
import { partsOf } from './batch-memory.js';
import type { BuiltNetwork } from './network-forward.js';
import { batchTensors, forwardTensors } from './network-forward.js';
import type { SequenceBatch } from './sequence-batch.js';
import { gatherSequences } from './sequence-batch.js';

/** Examples that the mean is taken over at most, evenly spread. */
const EXAMPLES = 256;

/**
 * One number of at least 0 a feature: the mean over examples of the absolute value of input times gradient of the first logit,
 * summed over the window (Shrikumar et al. 2016, Not just a black box). At most `most` examples are computed at once.
 */
export async function inputImportance(
  built: BuiltNetwork,
  flat: Float32Array,
  { input, rows, most }: { input: SequenceInput; rows: Int32Array; most: number },
): Promise<Float64Array> {
  const { size } = built;
  const count = Math.min(EXAMPLES, rows.length);
  const chosen = Int32Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)]);
  const importance = new Float64Array(size.features);
  for (const part of partsOf(chosen, most)) {
    const mean = partImportance(built, flat, gatherSequences(input, part, size.window));
    const values = await mean.data();
    mean.dispose();
    for (let j = 0; j < importance.length; j++) importance[j] += (values[j] * part.length) / count;
  }
  return importance;
}

function partImportance(built: BuiltNetwork, flat: Float32Array, sequences: SequenceBatch): tf.Tensor {
  return tf.tidy(() => {
    const weights = tf.tensor1d(flat);
    const { x, absent } = batchTensors(sequences, built.size);
    const count = x.shape[1];
    const logit = (values: tf.Tensor): tf.Scalar =>
      tf.sum(tf.slice(forwardTensors(built, weights, { batch: { x: values as tf.Tensor3D, absent }, options: {} }).output, [0, 0], [count, 1]));
    return tf.mean(tf.abs(tf.sum(tf.mul(x, tf.grad(logit)(x)), 0)), 0);
  });
}
