/** The loss of batches of examples, as tensors of one layout and a function of them alone. */
import * as tf from '@tensorflow/tfjs-core';
import type { SequenceInput } from './attention-inference.js';
import type { MaskSource } from './dropout-masks.js';
import type { BuiltNetwork } from './network-forward.js';
import { batchTensors, forwardTensors } from './network-forward.js';
import { networkLoss } from './network-loss.js';
import { levelsOf } from './network.js';
import { gatherSequences } from './sequence-batch.js';

/** Examples: row numbers of the input, with label and weight each. */
export interface TrainingExamples {
  readonly rows: Int32Array;
  /** 0 or 1 with one output, else the number of the class. */
  readonly y: Float64Array;
  /** Above zero. */
  readonly weights: Float64Array;
  /** What quantile outputs are of, one a row; without it they are not trained. */
  readonly values?: Float64Array;
}

/** A batch to be made into tensors. */
export interface ChosenExamples {
  /** Positions in the examples, at least one. */
  readonly chosen: Int32Array;
  /** Examples of the tensors: what `chosen` lacks of it is filled up with its first at weight 0. */
  readonly count: number;
  /** Weight that the loss is a share of. */
  readonly total: number;
}

/** Batches of the same examples; all of one count have tensors of the same shapes. */
export interface BatchLoss {
  /** Number of examples. */
  readonly size: number;
  /** Weight of examples. */
  weightOf(chosen: Int32Array): number;
  /** Tensors of a batch; the caller frees them. */
  feed(batch: ChosenExamples): tf.Tensor[];
  /** The loss of those tensors; called inside tf.tidy. */
  loss(flat: tf.Tensor1D, fed: readonly tf.Tensor[], masks?: MaskSource): tf.Scalar;
}

/** Batches of a network's examples. Whether absent positions are marked is the same for all batches, so one graph computes them. */
export function networkBatchLoss(built: BuiltNetwork & { readonly input: SequenceInput }, examples: TrainingExamples): BatchLoss {
  const { network, size, input } = built;
  const hasAbsent = examples.rows.some((row) => row < size.window - 1);
  const { values } = examples;
  return {
    size: examples.rows.length,
    weightOf: (chosen) => chosen.reduce((sum, example) => sum + examples.weights[example], 0),
    feed: ({ chosen, count, total }) => {
      const filled = fillUp(chosen, count);
      const pick = (from: Float64Array): Float32Array => Float32Array.from(filled, (example) => from[example]);
      const { x, absent } = gatherSequences(
        input,
        filled.map((example) => examples.rows[example]),
        size.window,
      );
      const marks = hasAbsent ? (absent ?? new Float32Array(size.window * count)) : null;
      const batch = batchTensors({ x, absent: marks }, size);
      const weights = sharesOf(examples.weights, { chosen, count, total });
      return [
        ...[batch.x, tf.tensor1d(pick(examples.y)), tf.tensor1d(weights)],
        ...(batch.absent === null ? [] : [batch.absent]),
        ...(values === undefined ? [] : [tf.tensor2d(pick(values), [count, 1])]),
      ];
    },
    loss: (flat, fed, masks) => {
      const [x, y, weights, ...others] = fed;
      const absent = hasAbsent ? (others[0] as tf.Tensor3D) : null;
      const value = values === undefined ? null : (others[hasAbsent ? 1 : 0] as tf.Tensor2D);
      const { output } = forwardTensors(built, flat, { batch: { x: x as tf.Tensor3D, absent }, options: masks === undefined ? {} : { masks } });
      return networkLoss(output as tf.Tensor2D, { y: y as tf.Tensor1D, weights: weights as tf.Tensor1D, value }, levelsOf(network, size));
    },
  };
}

/** Positions of a batch, its first repeated up to the count. */
export function fillUp(chosen: Int32Array, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => chosen[i < chosen.length ? i : 0]);
}

/** Shares of the total weight, 0 for what a batch is filled up with. */
export function sharesOf(weights: Float64Array, { chosen, count, total }: ChosenExamples): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (i < chosen.length ? weights[chosen[i]] / total : 0));
}
