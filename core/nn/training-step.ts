/** A step of training, gradient and Adam, as one function of tensors: compiled where the backend compiles and enough steps are due. */
import * as tf from '@tensorflow/tfjs-core';
import type { Random } from '../stats/random.js';
import type { AdamState, AdamStep, AdamTensors } from './adam.js';
import { adamRates, moveAdam, stepAdam } from './adam.js';
import type { BatchLoss } from './batch-loss.js';
import { partsOf } from './batch-memory.js';
import type { MaskSpec } from './dropout-masks.js';
import { drawMask, givenMasks, listMasks } from './dropout-masks.js';
import { runEagerly } from './run-eagerly.js';
import type { CompileTensors, CompiledTensors, TensorFunction } from './tensor-backend.js';

/** Runs from which on compiling, a tenth of a second or more, has paid: eagerly they take some milliseconds each. */
const WORTH_COMPILING = 64;

export interface TrainingStep {
  /** Moves the state along the gradient of the loss of those examples. */
  take(adam: AdamState, chosen: Int32Array, step: AdamStep): void;
  /** Frees what was compiled. */
  dispose(): void;
}

export interface StepOptions {
  /** Examples of a batch; fewer are filled up. */
  readonly count: number;
  /** Examples that are computed at once; fewer than `count`: gradients of parts are added up. */
  readonly most: number;
  /** Of dropout. */
  readonly random: Random;
  /** Steps that are due at most. */
  readonly runs: number;
  readonly compile: CompileTensors | undefined;
}

/** How something is run so often: compiled or not, by what is known before the first run, so that a resumed fit has the same bits. */
export function compilerFor(compile: CompileTensors | undefined, runs: number): CompileTensors {
  return compile !== undefined && runs >= WORTH_COMPILING ? compile : runEagerly;
}

/** The step of a fit; the caller disposes of it. */
export function makeTrainingStep(batches: BatchLoss, options: StepOptions): TrainingStep {
  return options.most < options.count ? stepInParts(batches, options) : stepAtOnce(batches, options);
}

function stepAtOnce(batches: BatchLoss, { count, random, runs, compile }: StepOptions): TrainingStep {
  let masks: readonly MaskSpec[] | null = null;
  let compiled: CompiledTensors | null = null;
  return {
    take: (adam, chosen, step) => {
      adam.step += 1;
      const before = adam.tensors;
      // Within tidy, so that a step that fails leaves nothing either.
      const [weights, first, second] = tf.tidy(() => {
        const fed = batches.feed({ chosen, count, total: batches.weightOf(chosen) });
        masks ??= listMasks((source) => batches.loss(before.weights, fed, source));
        const { rate, epsilon, kept } = adamRates(adam.step, step);
        const inputs = [before.weights, before.first, before.second, rate, epsilon, kept, ...masks.map((mask) => drawMask(mask, random)), ...fed];
        compiled ??= compilerFor(compile, runs)(stepFunction(batches, masks.length, step), inputs);
        return compiled.run(inputs);
      }) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
      tf.dispose({ ...before });
      adam.tensors = { weights, first, second };
    },
    dispose: () => compiled?.dispose(),
  };
}

/** From state, rates, masks and batch to the next state. */
function stepFunction(batches: BatchLoss, maskCount: number, { weightDecay, clip }: AdamStep): TensorFunction {
  return (inputs) => {
    const [weights, first, second, rate, epsilon, kept] = inputs;
    const [masks, fed] = [inputs.slice(6, 6 + maskCount), inputs.slice(6 + maskCount)];
    const gradient = tf.grad((flat) => batches.loss(flat as tf.Tensor1D, fed, givenMasks(masks)))(weights) as tf.Tensor1D;
    const rates = { rate: rate as tf.Scalar, epsilon: epsilon as tf.Scalar, kept: kept as tf.Scalar };
    const next = moveAdam({ weights, first, second } as AdamTensors, gradient, { rates, weightDecay, clip });
    return [next.weights, next.first, next.second];
  };
}

function stepInParts(batches: BatchLoss, { most, random }: StepOptions): TrainingStep {
  return {
    take: (adam, chosen, step) => {
      const total = batches.weightOf(chosen);
      const gradientOf = (weights: tf.Tensor1D, part: Int32Array): tf.Tensor =>
        tf.tidy(() => {
          const fed = batches.feed({ chosen: part, count: part.length, total });
          return tf.grad((flat) => batches.loss(flat as tf.Tensor1D, fed, (mask) => drawMask(mask, random)))(weights);
        });
      const summed = (weights: tf.Tensor1D): tf.Tensor1D =>
        partsOf(chosen, most)
          .map((part) => gradientOf(weights, part))
          .reduce((sum, part) => tf.add(sum, part)) as tf.Tensor1D;
      stepAdam(adam, summed, step);
    },
    dispose: () => undefined,
  };
}
