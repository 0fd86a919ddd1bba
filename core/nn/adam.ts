/** AdamW (Kingma and Ba 2015; decoupled decay of Loshchilov and Hutter 2019) over all parameters in one tensor. Without decay it is Adam. */
import * as tf from '@tensorflow/tfjs-core';

const BETA_FIRST = 0.9;
const BETA_SECOND = 0.999;
const EPSILON = 1e-8;

export interface AdamState {
  weights: tf.Tensor1D;
  /** Running mean of the gradient and of its square. */
  first: tf.Tensor1D;
  second: tf.Tensor1D;
  step: number;
}

/** What of the state has to be kept to go on from it. */
export interface KeptAdam {
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly step: number;
}

export interface AdamStep {
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Largest norm of the whole gradient, a longer one is scaled down to it; 0 = any. */
  readonly clip: number;
}

/** State before the first step; the caller frees its tensors. */
export function makeAdam(weights: Float32Array): AdamState {
  return { weights: tf.tensor1d(weights), first: tf.zeros([weights.length]), second: tf.zeros([weights.length]), step: 0 };
}

/** State that goes on from a kept one. */
export function restoreAdam({ weights, first, second, step }: KeptAdam): AdamState {
  return { weights: tf.tensor1d(weights), first: tf.tensor1d(first), second: tf.tensor1d(second), step };
}

/** Copies of the state's values. */
export async function readAdam({ weights, first, second, step }: AdamState): Promise<KeptAdam> {
  return { weights: await readTensor(weights), first: await readTensor(first), second: await readTensor(second), step };
}

/** A copy of a tensor's values. */
export async function readTensor(values: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await values.data());
}

/** Replaces the state's tensors by those after one step along the gradient that `gradientOf` returns. */
export function stepAdam(state: AdamState, gradientOf: (weights: tf.Tensor1D) => tf.Tensor1D, { learningRate, weightDecay, clip }: AdamStep): void {
  state.step += 1;
  const correction = Math.sqrt(1 - BETA_SECOND ** state.step) / (1 - BETA_FIRST ** state.step);
  const [weights, first, second] = tf.tidy(() => {
    const gradient = clipped(gradientOf(state.weights), clip);
    const nextFirst = tf.add(tf.mul(state.first, BETA_FIRST), tf.mul(gradient, 1 - BETA_FIRST));
    const nextSecond = tf.add(tf.mul(state.second, BETA_SECOND), tf.mul(tf.square(gradient), 1 - BETA_SECOND));
    // Kingma and Ba's epsilon is on the corrected deviation; here it is scaled with the correction to be the same.
    const step = tf.div(tf.mul(nextFirst, learningRate * correction), tf.add(tf.sqrt(nextSecond), EPSILON * Math.sqrt(1 - BETA_SECOND ** state.step)));
    const decayed = weightDecay === 0 ? state.weights : tf.mul(state.weights, 1 - learningRate * weightDecay);
    return [tf.sub(decayed, step), nextFirst, nextSecond] as tf.Tensor1D[];
  });
  tf.dispose([state.weights, state.first, state.second]);
  Object.assign(state, { weights, first, second });
}

function clipped(gradient: tf.Tensor1D, clip: number): tf.Tensor1D {
  if (clip === 0) return gradient;
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.div(clip, tf.maximum(norm, clip)));
}
