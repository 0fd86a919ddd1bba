/** Activations on tensors, and their derivatives out of their values. */
import * as tf from '@tensorflow/tfjs-core';
import type { NativeOps } from './native-ops.js';
import type { Activation } from './network-ops.js';

/** The activation, with tfjs' own gradient. */
export function activate(z: tf.Tensor, activation: Activation): tf.Tensor {
  if (activation === 'none') return z;
  return { relu: tf.relu, elu: tf.elu, tanh: tf.tanh, sigmoid: tf.sigmoid }[activation](z);
}

/** The activation as one entry of the gradient tape, its gradient out of its value. */
export function activateOnce(native: NativeOps | null, z: tf.Tensor, activation: Activation): tf.Tensor {
  if (activation === 'none') return z;
  const operation = tf.customGrad((...all) => {
    const [input, save] = all as unknown as [tf.Tensor, tf.GradSaveFunc];
    const value = activate(input, activation);
    save([value]);
    return { value, gradFunc: (dy: tf.Tensor, [y]: tf.Tensor[]) => derivative(native, dy, { y, activation }) };
  });
  return operation(z);
}

/** Gradient before the activation, out of the gradient behind it and its value. */
export function derivative(native: NativeOps | null, dy: tf.Tensor, { y, activation }: { readonly y: tf.Tensor; readonly activation: Activation }): tf.Tensor {
  if (activation === 'none') return dy;
  if (native !== null) {
    const [name, inputs] = { relu: ['ReluGrad', [dy, y]], elu: ['EluGrad', [dy, y]], sigmoid: ['SigmoidGrad', [y, dy]], tanh: ['TanhGrad', [y, dy]] }[
      activation
    ] as [string, tf.Tensor[]];
    return native.run({ name, inputs, outputs: 1 })[0];
  }
  if (activation === 'relu') return tf.mul(dy, tf.step(y));
  if (activation === 'sigmoid') return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  if (activation === 'tanh') return tf.mul(dy, tf.sub(1, tf.square(y)));
  return tf.mul(dy, tf.add(tf.minimum(y, 0), 1));
}
