/** The operations of networks on tensors of the tfjs backend in use, with gradients. Fused where the backend is TensorFlow. */
import * as tf from '@tensorflow/tfjs-core';
import { activateOnce } from './activation-tensors.js';
import type { MaskSource } from './dropout-masks.js';
import { composedGru, fusedGru } from './gru-tensors.js';
import { convolveTensors, denseTensors, layerNormTensors } from './layer-tensors.js';
import { composedLstm, fusedLstm } from './lstm-tensors.js';
import { nativeOps } from './native-ops.js';
import type { NetworkOps } from './network-ops.js';

export interface TensorOpsOptions {
  /** Where dropout takes its masks from; none = no dropout. */
  readonly masks?: MaskSource;
  /** False composes what the backend could do fused. */
  readonly isFused?: boolean;
}

/** Operations on tensors; called inside tf.tidy. */
export function makeTensorOps({ masks, isFused = true }: TensorOpsOptions = {}): NetworkOps<tf.Tensor> {
  const native = isFused ? nativeOps() : null;
  return {
    shape: (x) => x.shape,
    constant: (values, shape) => tf.tensor(values, [...shape]),
    reshape: (x, shape) => tf.reshape(x, [...shape]),
    slice: (x, begin, size) => tf.slice(x, [...begin], [...size]),
    concat: (xs, axis) => tf.concat([...xs], axis),
    transpose: (x, order) => tf.transpose(x, [...order]),
    add: (a, b) => tf.add(a, b),
    multiply: (a, b) => tf.mul(a, b),
    scale: (x, factor) => tf.mul(x, factor),
    sum: (x, axis) => tf.sum(x, axis),
    max: (x, axis) => tf.max(x, axis),
    softplus: (x) => tf.softplus(x),
    activate: (x, activation) => activateOnce(native, x, activation),
    softmax: (x) => tf.softmax(x),
    matMul: (a, b, transposeB) => tf.matMul(a, b, false, transposeB),
    dense: (x, weights, activation) => denseTensors(native, { x, ...weights, activation }),
    layerNorm: (x, weights) => layerNormTensors(native, x, weights),
    causalConvolution: (x, weights, size) => convolveTensors(native, { x, ...weights }, size),
    lstm: (x, absent, weights) => (native === null ? composedLstm(x, absent, weights) : fusedLstm(native, { x, absent }, weights)),
    gru: (x, absent, weights) => (native === null ? composedGru(x, absent, weights) : fusedGru(native, { x, absent }, weights)),
    dropout: (x, rate) => (masks === undefined || rate === 0 ? x : tf.mul(x, masks({ shape: x.shape, rate }))),
  };
}
