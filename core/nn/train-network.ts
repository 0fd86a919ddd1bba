/** Training of a network on the tfjs backend in use. */
import type * as tf from '@tensorflow/tfjs-core';
import type { SequenceInput } from './attention-inference.js';
import type { TrainingExamples } from './batch-loss.js';
import { networkBatchLoss } from './batch-loss.js';
import type { FitCourse, WeightFit } from './fit-weights.js';
import { fitWeights } from './fit-weights.js';
import { makeLossMeasure } from './loss-measure.js';
import type { BuiltNetwork } from './network-forward.js';
import { drawParameters } from './network.js';

export interface NetworkTraining extends BuiltNetwork, FitCourse {
  readonly input: SequenceInput;
  readonly fit: TrainingExamples;
  /** Later examples that stop the training; null = all epochs are run. */
  readonly validation: TrainingExamples | null;
  /** Weights to begin with instead of drawn ones. */
  readonly initial?: Float32Array;
}

/** Fitted weights. @throws NumericalError when the loss or a weight leaves the finite numbers. */
export async function trainNetwork({ initial, fit, validation, ...training }: NetworkTraining): Promise<WeightFit> {
  const { network, size } = training;
  return fitWeights({
    ...training,
    name: `the network ${network.id}`,
    initial: (random) => initial ?? drawParameters(network.parameters(size), random),
    fit: networkBatchLoss(training, fit),
    validation: validation === null ? null : networkBatchLoss(training, validation),
  });
}

/** Loss of examples under given weights, without dropout, operation by operation. */
export async function measureLoss(built: BuiltNetwork & Pick<NetworkTraining, 'input'>, weights: tf.Tensor1D, examples: TrainingExamples): Promise<number> {
  return makeLossMeasure(networkBatchLoss(built, examples), { most: Number.POSITIVE_INFINITY, runs: 1 }).of(weights);
}
