/** Batches sized to a limit on tensor memory: what an example costs is measured on the network itself, before training. */
import * as tf from '@tensorflow/tfjs-core';
import { InvalidData } from '../errors.js';

/** Examples of the two measurements; their difference leaves out what does not grow with them. */
const [FEW, MORE] = [4, 12];
/** Gradients of the intermediate values stand beside the values themselves, freed buffers are given back late (WebGPU). */
const BACKWARD_FACTOR = 3;
/** Weights, both moments, their successors and the gradient with its square, held while a step is taken. */
const WEIGHT_COPIES = 10;

/**
 * The most examples whose forward and backward pass stay within a limit on tensor memory, what is held already counted in. Bytes are
 * those of tfjs' tensors, so equal on every machine.
 * @param lossOf the loss of so many examples under given weights, built anew at each call; its tensors are freed here.
 * @throws InvalidData when not even one example fits.
 */
export function examplesWithin(limitBytes: number, weights: tf.Tensor1D, lossOf: (flat: tf.Tensor1D, examples: number) => tf.Scalar): number {
  const held = tf.memory().numBytes + WEIGHT_COPIES * 4 * weights.size;
  const [few, more] = [FEW, MORE].map((examples) => forwardBytes(weights, (flat) => lossOf(flat, examples)));
  const perExample = (BACKWARD_FACTOR * (more - few)) / (MORE - FEW);
  const fixed = held + BACKWARD_FACTOR * Math.max(0, few - (FEW * (more - few)) / (MORE - FEW));
  const most = Math.floor((limitBytes - fixed) / perExample);
  if (most < 1) throw new InvalidData(`expected a memory limit of at least ${Math.ceil(fixed + perExample)} bytes for this network, found ${limitBytes}`);
  return most;
}

/** Bytes of all tensors that a forward pass keeps for the backward one. */
function forwardBytes(weights: tf.Tensor1D, lossOf: (flat: tf.Tensor1D) => tf.Scalar): number {
  let bytes = 0;
  tf.tidy(() => {
    const before = tf.memory().numBytes;
    tf.grad((flat) => {
      const loss = lossOf(flat as tf.Tensor1D);
      bytes = tf.memory().numBytes - before;
      return loss;
    })(weights);
  });
  return bytes;
}

/** Consecutive parts of at most so many members. */
export function partsOf(members: Int32Array, most: number): readonly Int32Array[] {
  const length = Math.min(most, members.length);
  return Array.from({ length: length === 0 ? 0 : Math.ceil(members.length / length) }, (_, i) => members.subarray(i * length, (i + 1) * length));
}
