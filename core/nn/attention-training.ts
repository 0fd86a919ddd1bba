/**
 * Training of the attention classifier on the tfjs backend in use: all weights in one variable, a plain loop of AdamW
 * (Kingma and Ba 2015; Loshchilov and Hutter 2019), early stopping on later rows. Every tensor is freed on return.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Abort } from '../abort.js';
import { NumericalError } from '../errors.js';
import type { StateKeeper } from '../parts.js';
import type { Random, RandomState } from '../stats/random.js';
import { restoreRandom } from '../stats/random.js';
import type { AttentionNetwork, SequenceInput } from './attention-inference.js';
import type { AttentionShape } from './attention-shape.js';
import { examplesWithin, partsOf } from './batch-memory.js';
import { WEIGHT_BLOCKS, blockLengths, blockShapes } from './attention-shape.js';

/** Examples: row numbers of the input, with label and weight each. */
export interface SequenceExamples {
  readonly rows: Int32Array;
  readonly y: Float64Array;
  readonly weights: Float64Array;
}

export interface AttentionTraining {
  readonly shape: AttentionShape;
  readonly input: SequenceInput;
  readonly fit: SequenceExamples;
  /** Later examples that stop the training; null = all epochs are run. */
  readonly validation: SequenceExamples | null;
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Epochs without a lower validation loss after which training stops. */
  readonly patience: number;
  readonly random: Random;
  /** Peak of tensor memory; batches that need more are computed in parts. Absent = no limit. */
  readonly memoryLimitBytes?: number;
  readonly signal?: Abort;
  readonly onEpoch?: (epoch: number) => void;
  /** Kept after each epoch; training goes on from the newest, to the same bits. */
  readonly state?: StateKeeper<TrainingState>;
}

/** All that the epochs after this one depend on. */
export interface TrainingState {
  readonly epoch: number;
  readonly weights: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly step: number;
  readonly random: RandomState;
  readonly best: Epoch;
  readonly validationLoss: readonly number[];
}

export interface AttentionFit {
  /** Weights after the epoch of the lowest validation loss (the last epoch without validation). */
  readonly weights: Float32Array;
  readonly epochs: number;
  /** Weighted mean log loss in nats after each epoch; empty without validation. */
  readonly validationLoss: readonly number[];
}

interface Epoch {
  readonly loss: number;
  readonly epoch: number;
  readonly weights: Float32Array;
}

const MASKED = -1e9;
const BETA_FIRST = 0.9;
const BETA_SECOND = 0.999;
const EPSILON = 1e-8;

/**
 * Weights fitted by weighted log loss; initial weights and the order of examples come from `random` alone.
 * @throws NumericalError when the loss leaves the finite numbers.
 */
export async function trainAttention(training: AttentionTraining): Promise<AttentionFit> {
  const { shape, random } = training;
  const earlier = (await training.state?.latest()) ?? null;
  const state = earlier === null ? makeAdamState(drawWeights(shape, random)) : restoreAdamState(earlier);
  try {
    const most = examplesAtOnce(training, state);
    return await runEpochs(earlier === null ? training : { ...training, random: restoreRandom(earlier.random) }, { state, most, earlier });
  } finally {
    tf.dispose([state.weights, state.first, state.second]);
  }
}

interface Run {
  readonly state: AdamState;
  /** Examples that are computed at once. */
  readonly most: number;
  readonly earlier: TrainingState | null;
}

async function runEpochs(training: AttentionTraining, { state, most, earlier }: Run): Promise<AttentionFit> {
  const { validation, fit, random, epochs, patience } = training;
  const validationLoss = [...(earlier?.validationLoss ?? [])];
  let best: Epoch = earlier?.best ?? { loss: Number.POSITIVE_INFINITY, epoch: 0, weights: new Float32Array(0) };
  for (let epoch = (earlier?.epoch ?? 0) + 1; epoch <= epochs && epoch - best.epoch <= (validation === null ? epochs : patience); epoch++) {
    trainEpoch(training, { state, most }, shuffled(fit.rows.length, random));
    training.onEpoch?.(epoch);
    if (validation !== null) {
      const loss = await measureLoss(training, { state, most }, validation);
      if (!Number.isFinite(loss)) throw new NumericalError(`expected a finite validation loss after epoch ${epoch}, found ${loss}`);
      validationLoss.push(loss);
      if (loss < best.loss) best = { loss, epoch, weights: await readWeights(state.weights) };
    }
    await training.state?.keep({ epoch, ...(await readAdamState(state)), random: random.state(), best, validationLoss: [...validationLoss] });
  }
  if (validation === null) best = { loss: Number.NaN, epoch: epochs, weights: await readWeights(state.weights) };
  if (best.weights.some((weight) => !Number.isFinite(weight))) {
    throw new NumericalError(`expected finite weights after ${best.epoch} epochs of the attention network`);
  }
  return { weights: best.weights, epochs: best.epoch, validationLoss };
}

/** The logits of examples on the backend in use, for comparison with attention-inference. */
export function attentionLogits({ flat, shape }: AttentionNetwork, input: SequenceInput, rows: Int32Array): Float32Array {
  const examples = { rows, y: new Float64Array(rows.length), weights: new Float64Array(rows.length).fill(1) };
  return tf.tidy(() => {
    const batch = makeBatch({ shape, input }, examples, { chosen: allOf(examples), total: 1 });
    return logits(tf.tensor1d(flat), batch, shape).dataSync() as Float32Array;
  });
}

interface Batch {
  /** [examples x window x features] */
  readonly x: tf.Tensor3D;
  /** [examples x 1 x window]: 0, or a large negative number where a position lies before the first row. */
  readonly mask: tf.Tensor3D;
  readonly y: tf.Tensor1D;
  /** Shares of the whole batch's weight. */
  readonly weights: tf.Tensor1D;
}

interface AdamState {
  weights: tf.Tensor1D;
  first: tf.Tensor1D;
  second: tf.Tensor1D;
  step: number;
}

function makeAdamState(weights: Float32Array): AdamState {
  return { weights: tf.tensor1d(weights), first: tf.zeros([weights.length]), second: tf.zeros([weights.length]), step: 0 };
}

/** Examples at once within the memory limit. */
function examplesAtOnce(training: AttentionTraining, { weights }: AdamState): number {
  const { memoryLimitBytes, fit, shape } = training;
  if (memoryLimitBytes === undefined) return Number.POSITIVE_INFINITY;
  return examplesWithin(memoryLimitBytes, weights, (flat, examples) => {
    const chosen = Int32Array.from({ length: examples }, (_, i) => i % fit.rows.length);
    return meanLoss(flat, makeBatch(training, fit, { chosen, total: 1 }), shape);
  });
}

async function measureLoss(training: AttentionTraining, { state, most }: Pick<Run, 'state' | 'most'>, examples: SequenceExamples): Promise<number> {
  const all = allOf(examples);
  const total = weightOf(examples, all);
  let loss = 0;
  for (const chosen of partsOf(all, most)) {
    const part = tf.tidy(() => meanLoss(state.weights, makeBatch(training, examples, { chosen, total }), training.shape));
    loss += (await part.data())[0];
    part.dispose();
  }
  return loss;
}

function trainEpoch(training: AttentionTraining, run: Pick<Run, 'state' | 'most'>, order: Int32Array): void {
  for (let from = 0; from < order.length; from += training.batch) {
    training.signal?.throwIfAborted();
    trainBatch(training, run, order.subarray(from, from + training.batch));
  }
}

function trainBatch(training: AttentionTraining, { state, most }: Pick<Run, 'state' | 'most'>, chosen: Int32Array): void {
  const { shape, fit, learningRate, weightDecay } = training;
  state.step += 1;
  const total = weightOf(fit, chosen);
  const gradientOf = (part: Int32Array): tf.Tensor =>
    tf.tidy(() => {
      const batch = makeBatch(training, fit, { chosen: part, total });
      return tf.grad((flat) => meanLoss(flat as tf.Tensor1D, batch, shape))(state.weights);
    });
  const correction = Math.sqrt(1 - BETA_SECOND ** state.step) / (1 - BETA_FIRST ** state.step);
  const [weights, first, second] = tf.tidy(() => {
    const gradient = partsOf(chosen, most)
      .map(gradientOf)
      .reduce((sum, part) => tf.add(sum, part));
    const nextFirst = tf.add(tf.mul(state.first, BETA_FIRST), tf.mul(gradient, 1 - BETA_FIRST));
    const nextSecond = tf.add(tf.mul(state.second, BETA_SECOND), tf.mul(tf.square(gradient), 1 - BETA_SECOND));
    const step = tf.div(tf.mul(nextFirst, learningRate * correction), tf.add(tf.sqrt(nextSecond), EPSILON));
    return [tf.sub(tf.mul(state.weights, 1 - learningRate * weightDecay), step), nextFirst, nextSecond] as tf.Tensor1D[];
  });
  tf.dispose([state.weights, state.first, state.second]);
  Object.assign(state, { weights, first, second });
}

/** Weighted mean of log(1 + exp(z)) - y z. */
function meanLoss(flat: tf.Tensor1D, batch: Batch, shape: AttentionShape): tf.Scalar {
  const z = logits(flat, batch, shape);
  const losses = tf.sub(tf.softplus(z), tf.mul(batch.y, z));
  return tf.sum(tf.mul(losses, batch.weights)) as tf.Scalar;
}

function logits(flat: tf.Tensor1D, batch: Batch, shape: AttentionShape): tf.Tensor1D {
  const { window, width, heads, features } = shape;
  const count = batch.x.shape[0];
  const shapes = blockShapes(shape);
  const parts = tf.split(flat, [...blockLengths(shape)]);
  const block = Object.fromEntries(WEIGHT_BLOCKS.map((name, i) => [name, tf.reshape(parts[i], [...shapes[name]])])) as Record<
    (typeof WEIGHT_BLOCKS)[number],
    tf.Tensor2D
  >;
  const embedded = tf.reshape(tf.matMul(tf.reshape(batch.x, [count * window, features]), block.embed), [count, window, width]);
  const hidden = tf.relu(tf.add(embedded, block.position));
  const flatHidden = tf.reshape(hidden, [count * window, width]);
  const perHead = (weights: tf.Tensor2D): tf.Tensor4D =>
    tf.transpose(tf.reshape(tf.matMul(flatHidden, weights), [count, window, heads, width / heads]), [0, 2, 1, 3]);
  const last = tf.reshape(tf.slice(hidden, [0, window - 1, 0], [count, 1, width]), [count, width]);
  const query = tf.reshape(tf.matMul(last, block.query), [count, heads, 1, width / heads]);
  const scores = tf.mul(tf.matMul(query, perHead(block.key), false, true), 1 / Math.sqrt(width / heads));
  const attention = tf.softmax(tf.add(scores, tf.reshape(batch.mask, [count, 1, 1, window])));
  const context = tf.reshape(tf.matMul(attention, perHead(block.value)), [count, width]);
  const z = tf.add(last, tf.matMul(context, block.output));
  const dense = tf.relu(tf.add(tf.matMul(z, block.dense), block.denseBias));
  return tf.reshape(tf.add(tf.matMul(dense, block.readout), block.readoutBias), [count]);
}

function makeBatch(
  { shape, input }: Pick<AttentionTraining, 'shape' | 'input'>,
  examples: SequenceExamples,
  { chosen, total }: { chosen: Int32Array; total: number },
): Batch {
  const { window, features } = shape;
  const count = chosen.length;
  const x = new Float32Array(count * window * features);
  const mask = new Float32Array(count * window);
  const y = new Float32Array(count);
  const weights = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = examples.rows[chosen[i]];
    const missing = Math.max(0, window - 1 - row);
    x.set(input.values.subarray((row - window + 1 + missing) * features, (row + 1) * features), (i * window + missing) * features);
    mask.fill(MASKED, i * window, i * window + missing);
    y[i] = examples.y[chosen[i]];
    weights[i] = examples.weights[chosen[i]] / total;
  }
  return { x: tf.tensor3d(x, [count, window, features]), mask: tf.tensor3d(mask, [count, 1, window]), y: tf.tensor1d(y), weights: tf.tensor1d(weights) };
}

function weightOf({ weights }: SequenceExamples, chosen: Int32Array): number {
  let total = 0;
  for (const example of chosen) total += weights[example];
  return total;
}

/** Normal weights of variance 1 / rows (He-like for the embedding), biases 0. */
function drawWeights(shape: AttentionShape, random: Random): Float32Array {
  const shapes = blockShapes(shape);
  return Float32Array.from(
    WEIGHT_BLOCKS.flatMap((name) => {
      const [rows, columns] = shapes[name];
      const scale = name.endsWith('Bias') ? 0 : name === 'position' ? 0.1 : Math.sqrt(1 / rows);
      return Array.from({ length: rows * columns }, () => scale * random.normal());
    }),
  );
}

/** Fisher-Yates. */
function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function allOf(examples: SequenceExamples): Int32Array {
  return Int32Array.from({ length: examples.rows.length }, (_, i) => i);
}

async function readWeights(values: tf.Tensor1D): Promise<Float32Array> {
  return Float32Array.from(await values.data());
}

async function readAdamState({ weights, first, second, step }: AdamState): Promise<Pick<TrainingState, 'weights' | 'first' | 'second' | 'step'>> {
  return { weights: await readWeights(weights), first: await readWeights(first), second: await readWeights(second), step };
}

function restoreAdamState({ weights, first, second, step }: TrainingState): AdamState {
  return { weights: tf.tensor1d(weights), first: tf.tensor1d(first), second: tf.tensor1d(second), step };
}
