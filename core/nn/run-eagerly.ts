/** Functions on tensors where the backend cannot compile them. */
import * as tf from '@tensorflow/tfjs-core';
import type { CompileTensors } from './tensor-backend.js';

/** Runs the function anew each time, operation by operation. */
export const runEagerly: CompileTensors = (compute) => ({
  run: (inputs) => tf.tidy(() => [...compute(inputs)]),
  dispose: () => undefined,
});
