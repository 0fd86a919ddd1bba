/** The loss of examples under given weights, without dropout: what stops a training. */
import * as tf from '@tensorflow/tfjs-core';
import type { Abort } from '../abort.js';
import type { BatchLoss } from './batch-loss.js';
import { partsOf } from './batch-memory.js';
import type { CompileTensors, CompiledTensors } from './tensor-backend.js';
import { compilerFor } from './training-step.js';

/** Rows whose loss is taken at a time. */
const AT_ONCE = 1024;

export interface LossMeasure {
  /** The weighted mean loss. */
  of(weights: tf.Tensor1D): Promise<number>;
  /** Frees what was compiled. */
  dispose(): void;
}

export interface MeasureOptions {
  /** Examples that are computed at once. */
  readonly most: number;
  /** How often the loss is taken at most. */
  readonly runs: number;
  readonly compile?: CompileTensors | undefined;
  readonly signal?: Abort | undefined;
}

/** Takes the loss of all examples in parts of one size, the last one filled up. */
export function makeLossMeasure(batches: BatchLoss, { most, runs, compile, signal }: MeasureOptions): LossMeasure {
  const all = Int32Array.from({ length: batches.size }, (_, i) => i);
  const count = Math.ceil(batches.size / Math.ceil(batches.size / Math.min(AT_ONCE, most)));
  const parts = partsOf(all, count);
  let compiled: CompiledTensors | null = null;
  return {
    of: async (weights) => {
      const total = batches.weightOf(all);
      let loss = 0;
      for (const chosen of parts) {
        signal?.throwIfAborted();
        const held = batches.feed({ chosen, count, total });
        try {
          const inputs = [weights, ...held];
          compiled ??= compilerFor(compile, runs * parts.length)(([flat, ...rest]) => [batches.loss(flat as tf.Tensor1D, rest)], inputs);
          held.push(...compiled.run(inputs));
          loss += (await held[held.length - 1].data())[0];
        } finally {
          tf.dispose(held);
        }
      }
      return loss;
    },
    dispose: () => compiled?.dispose(),
  };
}
