/** Products and sums of two-axis tensors in one call each where the backend is TensorFlow: tfjs wraps each product in three reshapes. */
import * as tf from '@tensorflow/tfjs-core';
import type { NativeOps } from './native-ops.js';

export interface Transposed {
  readonly left?: boolean;
  readonly right?: boolean;
}

/** Product of two matrices, either transposed; without a gradient of its own on TensorFlow, so for use inside tf.customGrad. */
export function matrixProduct(native: NativeOps | null, [a, b]: readonly [tf.Tensor, tf.Tensor], { left = false, right = false }: Transposed = {}): tf.Tensor {
  if (native === null) return tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, left, right);
  return native.run({ name: 'MatMul', inputs: [a, b], outputs: 1, attributes: { transpose_a: left, transpose_b: right } })[0];
}

/** A vector added to each row; for use inside tf.customGrad. */
export function addToRows(native: NativeOps | null, rows: tf.Tensor, vector: tf.Tensor): tf.Tensor {
  return native === null ? tf.add(rows, vector) : native.run({ name: 'BiasAdd', inputs: [rows, vector], outputs: 1 })[0];
}

/** Sum of the rows; for use inside tf.customGrad. */
export function sumOfRows(native: NativeOps | null, rows: tf.Tensor): tf.Tensor {
  return native === null ? tf.sum(rows, 0) : native.run({ name: 'BiasAddGrad', inputs: [rows], outputs: 1 })[0];
}

/** The tensor itself where it has that shape already. */
export function shaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  return x.shape.length === shape.length && x.shape.every((length, axis) => length === shape[axis]) ? x : tf.reshape(x, [...shape]);
}
