/** AdamW (Kingma and Ba 2015; decoupled decay of Loshchilov and Hutter 2019) over all parameters in one tensor. Without decay it is Adam. */
import * as tf from '@tensorflow/tfjs-core';

const BETA_FIRST = 0.9;
const BETA_SECOND = 0.999;
const EPSILON = 1e-8;

export interface AdamTensors {
  readonly weights: tf.Tensor1D;
  /** Running mean of the gradient and of its square. */
  readonly first: tf.Tensor1D;
  readonly second: tf.Tensor1D;
}

/** Tensors that each step replaces, and the steps taken. */
export interface AdamState {
  tensors: AdamTensors;
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

/** The numbers that differ from step to step, as scalars. */
export interface AdamRates {
  /** Learning rate, times the correction of both running means. */
  readonly rate: tf.Scalar;
  readonly epsilon: tf.Scalar;
  /** Share of the weights that decay leaves. */
  readonly kept: tf.Scalar;
}

/** State before the first step; the caller frees its tensors. */
export function makeAdam(weights: Float32Array): AdamState {
  return { tensors: { weights: tf.tensor1d(weights), first: tf.zeros([weights.length]), second: tf.zeros([weights.length]) }, step: 0 };
}

/** State that goes on from a kept one. */
export function restoreAdam({ weights, first, second, step }: KeptAdam): AdamState {
  return { tensors: { weights: tf.tensor1d(weights), first: tf.tensor1d(first), second: tf.tensor1d(second) }, step };
}

/** Copies of the state's values. */
export async function readAdam({ tensors: { weights, first, second }, step }: AdamState): Promise<KeptAdam> {
  return { weights: await readTensor(weights), first: await readTensor(first), second: await readTensor(second), step };
}

/** A copy of a tensor's values. */
export async function readTensor(values: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await values.data());
}

/** Rates of a step, counted from 1. */
export function adamRates(step: number, { learningRate, weightDecay }: AdamStep): AdamRates {
  const deviation = Math.sqrt(1 - BETA_SECOND ** step);
  return {
    rate: tf.scalar((learningRate * deviation) / (1 - BETA_FIRST ** step)),
    // Kingma and Ba's epsilon is on the corrected deviation; here it is scaled with the correction to be the same.
    epsilon: tf.scalar(EPSILON * deviation),
    kept: tf.scalar(1 - learningRate * weightDecay),
  };
}

/** Tensors after one step along the gradient; a function of tensors alone but for `clip` and whether there is decay. Called inside tf.tidy. */
export function moveAdam(
  { weights, first, second }: AdamTensors,
  gradient: tf.Tensor1D,
  { rates: { rate, epsilon, kept }, weightDecay, clip }: Pick<AdamStep, 'weightDecay' | 'clip'> & { readonly rates: AdamRates },
): AdamTensors {
  const along = clipped(gradient, clip);
  const nextFirst = tf.add(tf.mul(first, BETA_FIRST), tf.mul(along, 1 - BETA_FIRST)) as tf.Tensor1D;
  const nextSecond = tf.add(tf.mul(second, BETA_SECOND), tf.mul(tf.square(along), 1 - BETA_SECOND)) as tf.Tensor1D;
  const change = tf.div(tf.mul(nextFirst, rate), tf.add(tf.sqrt(nextSecond), epsilon));
  return { weights: tf.sub(weightDecay === 0 ? weights : tf.mul(weights, kept), change), first: nextFirst, second: nextSecond };
}

/** Replaces the state's tensors by those after one step along the gradient that `gradientOf` returns. */
export function stepAdam(state: AdamState, gradientOf: (weights: tf.Tensor1D) => tf.Tensor1D, step: AdamStep): void {
  state.step += 1;
  const before = state.tensors;
  state.tensors = tf.tidy(
    () => moveAdam(before, gradientOf(before.weights), { ...step, rates: adamRates(state.step, step) }) as unknown as tf.TensorContainer,
  ) as unknown as AdamTensors;
  tf.dispose({ ...before });
}

function clipped(gradient: tf.Tensor1D, clip: number): tf.Tensor1D {
  if (clip === 0) return gradient;
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.div(clip, tf.maximum(norm, clip)));
}
