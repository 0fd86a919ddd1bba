/** Training of a network on the tfjs backend in use: a plain loop of AdamW, early stopping on later rows. Every tensor is freed on return. */
import * as tf from '@tensorflow/tfjs-core';
import type { Abort } from '../abort.js';
import { NumericalError } from '../errors.js';
import type { StateKeeper } from '../parts.js';
import type { Random, RandomState } from '../stats/random.js';
import { restoreRandom } from '../stats/random.js';
import type { AdamState, KeptAdam } from './adam.js';
import { makeAdam, readAdam, readTensor, restoreAdam, stepAdam } from './adam.js';
import type { SequenceInput } from './attention-inference.js';
import { examplesWithin, partsOf } from './batch-memory.js';
import type { BestEpoch } from './early-stop.js';
import { NO_BEST, goesOn } from './early-stop.js';
import type { Schedule } from './learning-rate.js';
import { learningRateAt } from './learning-rate.js';
import type { BuiltNetwork, TensorBatch } from './network-forward.js';
import { batchTensors, forwardTensors } from './network-forward.js';
import type { LossTargets } from './network-loss.js';
import { networkLoss } from './network-loss.js';
import { drawParameters, levelsOf } from './network.js';
import { gatherSequences } from './sequence-batch.js';
import { shuffledOrder } from './shuffled-order.js';

/** Rows whose loss is taken at a time. */
const VALIDATION_BATCH = 1024;

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

export interface TrainingSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly warmUpSteps: number;
  readonly weightDecay: number;
  /** Largest norm of the gradient; 0 = any. */
  readonly clip: number;
  /** Epochs without a lower validation loss after which training stops. */
  readonly patience: number;
}

export interface NetworkTraining extends BuiltNetwork {
  readonly input: SequenceInput;
  readonly fit: TrainingExamples;
  /** Later examples that stop the training; null = all epochs are run. */
  readonly validation: TrainingExamples | null;
  readonly settings: TrainingSettings;
  /** Initial weights, order of examples, dropout. */
  readonly random: Random;
  /** Peak of tensor memory; batches that need more are computed in parts. Absent = no limit. */
  readonly memoryLimitBytes?: number;
  /** Weights to begin with instead of drawn ones. */
  readonly initial?: Float32Array;
  readonly signal?: Abort;
  readonly onEpoch?: (epoch: number) => void;
  /** Kept after each epoch; training goes on from the newest, to the same bits. */
  readonly state?: StateKeeper<NetworkTrainingState>;
}

/** All that the epochs after this one depend on. */
export interface NetworkTrainingState extends KeptAdam {
  readonly epoch: number;
  readonly random: RandomState;
  readonly best: BestEpoch;
  readonly validationLoss: readonly number[];
}

export interface NetworkFit {
  /** Weights after the epoch of the lowest validation loss (the last epoch without validation). */
  readonly weights: Float32Array;
  readonly epochs: number;
  /** Loss after each epoch; empty without validation. */
  readonly validationLoss: readonly number[];
  /** Examples that the memory limit lets be computed at once. */
  readonly most: number;
}

/** Fitted weights. @throws NumericalError when the loss or a weight leaves the finite numbers. */
export async function trainNetwork(training: NetworkTraining): Promise<NetworkFit> {
  const { network, size, random } = training;
  const earlier = (await training.state?.latest()) ?? null;
  const adam = earlier === null ? makeAdam(training.initial ?? drawParameters(network.parameters(size), random)) : restoreAdam(earlier);
  try {
    const most = examplesAtOnce(training, adam);
    return await runEpochs(earlier === null ? training : { ...training, random: restoreRandom(earlier.random) }, { adam, most, earlier });
  } finally {
    tf.dispose([adam.weights, adam.first, adam.second]);
  }
}

interface Run {
  readonly adam: AdamState;
  /** Examples that are computed at once. */
  readonly most: number;
  readonly earlier: NetworkTrainingState | null;
}

async function runEpochs(training: NetworkTraining, { adam, most, earlier }: Run): Promise<NetworkFit> {
  const { fit, validation, random, settings } = training;
  const validationLoss = [...(earlier?.validationLoss ?? [])];
  let best = earlier?.best ?? NO_BEST;
  for (let epoch = (earlier?.epoch ?? 0) + 1; epoch <= settings.epochs && (validation === null || goesOn(best, epoch - 1, settings.patience)); epoch++) {
    trainEpoch(training, { adam, most }, shuffledOrder(fit.rows.length, random));
    training.onEpoch?.(epoch);
    if (validation !== null) {
      const loss = await measureLoss({ ...training, most }, adam.weights, validation);
      if (!Number.isFinite(loss)) throw new NumericalError(`expected a finite validation loss after epoch ${epoch}, found ${loss}`);
      validationLoss.push(loss);
      if (loss < best.loss) best = { loss, epoch, weights: await readTensor(adam.weights) };
    }
    await training.state?.keep({ epoch, ...(await readAdam(adam)), random: random.state(), best, validationLoss: [...validationLoss] });
  }
  if (validation === null) best = { loss: Number.NaN, epoch: settings.epochs, weights: await readTensor(adam.weights) };
  if (best.weights.some((weight) => !Number.isFinite(weight))) {
    throw new NumericalError(`expected finite weights after ${best.epoch} epochs of the network ${training.network.id}`);
  }
  return { weights: best.weights, epochs: best.epoch, validationLoss, most };
}

/** Examples at once within the memory limit. */
function examplesAtOnce(training: NetworkTraining, { weights }: AdamState): number {
  const { memoryLimitBytes, fit } = training;
  if (memoryLimitBytes === undefined) return Number.POSITIVE_INFINITY;
  return examplesWithin(memoryLimitBytes, weights, (flat, examples) => {
    const chosen = Int32Array.from({ length: examples }, (_, i) => i % fit.rows.length);
    return batchLoss(training, flat, { examples: fit, chosen, total: 1 });
  });
}

/** Loss of examples under given weights, without dropout; at most `most` of them at once. */
export async function measureLoss(
  training: BuiltNetwork & Pick<NetworkTraining, 'input' | 'signal'> & { readonly most?: number },
  weights: tf.Tensor1D,
  examples: TrainingExamples,
): Promise<number> {
  const total = examples.weights.reduce((sum, weight) => sum + weight, 0);
  const all = Int32Array.from(examples.rows, (_, i) => i);
  let loss = 0;
  for (const chosen of partsOf(all, Math.min(VALIDATION_BATCH, training.most ?? VALIDATION_BATCH))) {
    training.signal?.throwIfAborted();
    const part = tf.tidy(() => batchLoss(training, weights, { examples, chosen, total }));
    loss += (await part.data())[0];
    part.dispose();
  }
  return loss;
}

function trainEpoch(training: NetworkTraining, { adam, most }: Pick<Run, 'adam' | 'most'>, order: Int32Array): void {
  const { fit, settings, random } = training;
  const stepsAnEpoch = Math.ceil(order.length / settings.batch);
  const rate = { ...settings, totalSteps: settings.epochs * stepsAnEpoch };
  for (let from = 0; from < order.length; from += settings.batch) {
    training.signal?.throwIfAborted();
    const whole = order.subarray(from, from + settings.batch);
    const total = whole.reduce((sum, example) => sum + fit.weights[example], 0);
    const gradientOf = (weights: tf.Tensor1D, chosen: Int32Array): tf.Tensor =>
      tf.tidy(() => tf.grad((flat) => batchLoss(training, flat as tf.Tensor1D, { examples: fit, chosen, total, random }))(weights));
    const summed = (weights: tf.Tensor1D): tf.Tensor1D =>
      partsOf(whole, most)
        .map((part) => gradientOf(weights, part))
        .reduce((sum, part) => tf.add(sum, part)) as tf.Tensor1D;
    stepAdam(adam, summed, { ...settings, learningRate: learningRateAt(rate, adam.step + 1) });
  }
}

interface LossBatch {
  readonly examples: TrainingExamples;
  readonly chosen: Int32Array;
  /** Weight that the loss is a share of. */
  readonly total: number;
  /** Of dropout; absent = none. */
  readonly random?: Random;
}

function batchLoss(training: BuiltNetwork & Pick<NetworkTraining, 'input'>, flat: tf.Tensor1D, { examples, chosen, total, random }: LossBatch): tf.Scalar {
  const { batch, targets } = makeBatch(training, examples, { chosen, total });
  const { output } = forwardTensors(training, flat, { batch, options: random === undefined ? {} : { random } });
  return networkLoss(output as tf.Tensor2D, targets, levelsOf(training.network, training.size));
}

function makeBatch(
  { input, size }: BuiltNetwork & Pick<NetworkTraining, 'input'>,
  { rows, y, weights, values }: TrainingExamples,
  { chosen, total }: { chosen: Int32Array; total: number },
): { batch: TensorBatch; targets: LossTargets } {
  const pick = (from: Float64Array, factor: number): tf.Tensor1D => tf.tensor1d(Float32Array.from(chosen, (example) => from[example] * factor));
  const batch = batchTensors(
    gatherSequences(
      input,
      chosen.map((example) => rows[example]),
      size.window,
    ),
    size,
  );
  const value = values === undefined ? null : (tf.reshape(pick(values, 1), [chosen.length, 1]) as tf.Tensor2D);
  return { batch, targets: { y: pick(y, 1), weights: pick(weights, 1 / total), value } };
}
