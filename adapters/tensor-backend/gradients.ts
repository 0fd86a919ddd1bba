/** Registers the gradients of tfjs' kernels. tfjs-core's CommonJS build leaves them out; the union package holds them. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';

/** Needed once a process and backend other than TensorFlow's, whose own JavaScript loads the union package too. */
export function registerGradients(): void {
  if (tf.getGradient('Sum') !== undefined) return;
  const require = createRequire(import.meta.url);
  // The union package is a dependency of tfjs-node-gpu; kernels and gradients are registered in one place for all copies of tfjs-core.
  createRequire(require.resolve('@tensorflow/tfjs-node-gpu/package.json'))('@tensorflow/tfjs');
}
