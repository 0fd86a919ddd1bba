/** Weights fitted to examples on the tfjs backend in use: a plain loop of AdamW, early stopping on later examples. Every tensor is freed on return. */
import * as tf from '@tensorflow/tfjs-core';
import type { Abort } from '../abort.js';
import { NumericalError } from '../errors.js';
import type { StateKeeper } from '../parts.js';
import type { Random, RandomState } from '../stats/random.js';
import { restoreRandom } from '../stats/random.js';
import type { AdamState, KeptAdam } from './adam.js';
import { makeAdam, readAdam, readTensor, restoreAdam } from './adam.js';
import type { BatchLoss } from './batch-loss.js';
import { examplesWithin } from './batch-memory.js';
import type { BestEpoch } from './early-stop.js';
import { NO_BEST, goesOn } from './early-stop.js';
import type { Schedule } from './learning-rate.js';
import { learningRateAt } from './learning-rate.js';
import type { LossMeasure } from './loss-measure.js';
import { makeLossMeasure } from './loss-measure.js';
import { shuffledOrder } from './shuffled-order.js';
import type { CompileTensors } from './tensor-backend.js';
import type { TrainingStep } from './training-step.js';
import { makeTrainingStep } from './training-step.js';

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

/** How a fit goes, besides what is fitted. */
export interface FitCourse {
  readonly settings: TrainingSettings;
  /** Initial weights, order of examples, dropout. */
  readonly random: Random;
  /** Peak of tensor memory; batches that need more are computed in parts. Absent = no limit. */
  readonly memoryLimitBytes?: number;
  /** Of the backend in use; absent = every step runs operation by operation. */
  readonly compile?: CompileTensors;
  readonly signal?: Abort;
  readonly onEpoch?: (epoch: number) => void;
  /** Kept after each epoch; training goes on from the newest, to the same bits. */
  readonly state?: StateKeeper<TrainingState>;
}

export interface WeightTraining extends FitCourse {
  /** In messages. */
  readonly name: string;
  /** Weights to begin with. */
  initial(random: Random): Float32Array;
  readonly fit: BatchLoss;
  /** Later examples that stop the training; null = all epochs are run. */
  readonly validation: BatchLoss | null;
}

/** All that the epochs after this one depend on. */
export interface TrainingState extends KeptAdam {
  readonly epoch: number;
  readonly random: RandomState;
  readonly best: BestEpoch;
  readonly validationLoss: readonly number[];
}

export interface WeightFit {
  /** Weights after the epoch of the lowest validation loss (the last epoch without validation). */
  readonly weights: Float32Array;
  readonly epochs: number;
  /** Loss after each epoch; empty without validation. */
  readonly validationLoss: readonly number[];
  /** Examples that the memory limit lets be computed at once. */
  readonly most: number;
}

/** Fitted weights. @throws NumericalError when the loss or a weight leaves the finite numbers; InvalidData when one example is beyond the memory limit. */
export async function fitWeights(training: WeightTraining): Promise<WeightFit> {
  const { fit, validation, settings, compile, signal } = training;
  const earlier = (await training.state?.latest()) ?? null;
  const random = earlier === null ? training.random : restoreRandom(earlier.random);
  const adam = earlier === null ? makeAdam(training.initial(random)) : restoreAdam(earlier);
  const opened: { dispose(): void }[] = [{ dispose: () => void tf.dispose({ ...adam.tensors }) }];
  try {
    const most = examplesAtOnce(training, adam);
    const count = Math.min(settings.batch, fit.size);
    const step = makeTrainingStep(fit, { count, most, random, runs: settings.epochs * Math.ceil(fit.size / count), compile });
    opened.push(step);
    const measure = validation === null ? null : makeLossMeasure(validation, { most, runs: settings.epochs, compile, signal });
    if (measure !== null) opened.push(measure);
    return await runEpochs(training, { adam, step, measure, random, most, earlier });
  } finally {
    for (const part of opened) part.dispose();
  }
}

interface Run {
  readonly adam: AdamState;
  readonly step: TrainingStep;
  readonly measure: LossMeasure | null;
  readonly random: Random;
  /** Examples that are computed at once. */
  readonly most: number;
  readonly earlier: TrainingState | null;
}

async function runEpochs(training: WeightTraining, run: Run): Promise<WeightFit> {
  const { fit, settings } = training;
  const { adam, measure, random, most, earlier } = run;
  const validationLoss = [...(earlier?.validationLoss ?? [])];
  let best = earlier?.best ?? NO_BEST;
  for (let epoch = (earlier?.epoch ?? 0) + 1; epoch <= settings.epochs && (measure === null || goesOn(best, epoch - 1, settings.patience)); epoch++) {
    trainEpoch(training, run, shuffledOrder(fit.size, random));
    training.onEpoch?.(epoch);
    if (measure !== null) {
      const loss = await measure.of(adam.tensors.weights);
      if (!Number.isFinite(loss)) throw new NumericalError(`expected a finite validation loss after epoch ${epoch}, found ${loss}`);
      validationLoss.push(loss);
      if (loss < best.loss) best = { loss, epoch, weights: await readTensor(adam.tensors.weights) };
    }
    await training.state?.keep({ epoch, ...(await readAdam(adam)), random: random.state(), best, validationLoss: [...validationLoss] });
  }
  if (measure === null) best = { loss: Number.NaN, epoch: settings.epochs, weights: await readTensor(adam.tensors.weights) };
  if (best.weights.some((weight) => !Number.isFinite(weight))) {
    throw new NumericalError(`expected finite weights after ${best.epoch} epochs of ${training.name}`);
  }
  return { weights: best.weights, epochs: best.epoch, validationLoss, most };
}

/** Examples at once within the memory limit. */
function examplesAtOnce({ memoryLimitBytes, fit }: WeightTraining, { tensors }: AdamState): number {
  if (memoryLimitBytes === undefined) return Number.POSITIVE_INFINITY;
  return examplesWithin(memoryLimitBytes, tensors.weights, (flat, examples) => {
    const chosen = Int32Array.from({ length: examples }, (_, i) => i % fit.size);
    return fit.loss(flat, fit.feed({ chosen, count: examples, total: 1 }));
  });
}

function trainEpoch({ settings, signal }: WeightTraining, { adam, step }: Pick<Run, 'adam' | 'step'>, order: Int32Array): void {
  const stepsAnEpoch = Math.ceil(order.length / settings.batch);
  const rate = { ...settings, totalSteps: settings.epochs * stepsAnEpoch };
  for (let from = 0; from < order.length; from += settings.batch) {
    signal?.throwIfAborted();
    step.take(adam, order.subarray(from, from + settings.batch), { ...settings, learningRate: learningRateAt(rate, adam.step + 1) });
  }
}
