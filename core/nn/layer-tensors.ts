/** Layers on tensors with gradients written out, so that a layer is one entry of the gradient tape instead of ten. */
import * as tf from '@tensorflow/tfjs-core';
import { activate, derivative } from './activation-tensors.js';
import type { NativeOps } from './native-ops.js';
import { NORM_EPSILON } from './network-ops.js';
import type { Activation, ConvolutionWeights } from './network-ops.js';
import { addToRows, matrixProduct, shaped, sumOfRows } from './tensor-products.js';

interface DenseInput {
  readonly x: tf.Tensor;
  readonly kernel: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly activation: Activation;
}

/** activation(x K + b) over the last axis. */
export function denseTensors(native: NativeOps | null, { x, kernel, bias, activation }: DenseInput): tf.Tensor {
  const [inputs, outputs] = kernel.shape as [number, number];
  const rows = x.size / inputs;
  const operation = tf.customGrad((...all) => {
    const [input, weights, offset, save] = all as unknown as [tf.Tensor, tf.Tensor2D, tf.Tensor, tf.GradSaveFunc];
    const flat = shaped(input, [rows, inputs]);
    const y = activate(addToRows(native, matrixProduct(native, [flat, weights]), offset), activation);
    save([flat, weights, y]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedInput, savedWeights, savedY] = saved;
      const dz = derivative(native, shaped(dy, [rows, outputs]), { y: savedY, activation });
      const dx = shaped(matrixProduct(native, [dz, savedWeights], { right: true }), x.shape);
      return [dx, matrixProduct(native, [savedInput, dz], { left: true }), sumOfRows(native, dz)];
    };
    return { value: shaped(y, [...x.shape.slice(0, -1), outputs]), gradFunc };
  });
  return operation(x, kernel, bias);
}

/** Last axis normalised, times gain, plus bias (Ba, Kiros and Hinton 2016). */
export function layerNormTensors(native: NativeOps | null, x: tf.Tensor, { gain, bias }: { readonly gain: tf.Tensor; readonly bias: tf.Tensor }): tf.Tensor {
  const width = gain.size;
  const rows = x.size / width;
  const operation = tf.customGrad((...all) => {
    const [input, scale, offset, save] = all as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const flat = shaped(input, [rows, width]);
    const centred = tf.sub(flat, tf.mean(flat, 1, true));
    const factor = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), NORM_EPSILON));
    const normed = tf.mul(centred, factor);
    save([normed, factor, scale]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedNormed, savedFactor, savedScale] = saved;
      const flatDy = shaped(dy, [rows, width]);
      const inner = tf.mul(flatDy, savedScale);
      const along = tf.mul(savedNormed, tf.mean(tf.mul(inner, savedNormed), 1, true));
      const dx = tf.mul(savedFactor, tf.sub(tf.sub(inner, tf.mean(inner, 1, true)), along));
      return [shaped(dx, x.shape), sumOfRows(native, tf.mul(flatDy, savedNormed)), sumOfRows(native, flatDy)];
    };
    return { value: shaped(tf.add(tf.mul(normed, scale), offset), x.shape), gradFunc };
  });
  return operation(x, gain, bias);
}

/** One large product over the taps side by side; zeros lie before the first position. */
export function convolveTensors(
  native: NativeOps | null,
  { x, kernel, bias }: ConvolutionWeights<tf.Tensor> & { readonly x: tf.Tensor },
  size: { readonly kernel: number; readonly dilation: number },
): tf.Tensor {
  const [window, examples, channels] = x.shape;
  const filters = bias.size;
  const reach = (size.kernel - 1) * size.dilation;
  const rows = window * examples;
  const operation = tf.customGrad((...all) => {
    const [input, weights, offset, save] = all as unknown as [tf.Tensor, tf.Tensor2D, tf.Tensor, tf.GradSaveFunc];
    const padded = reach === 0 ? input : tf.concat([tf.zeros([reach, examples, channels]), input], 0);
    const taps = Array.from({ length: size.kernel }, (_, tap) => tf.slice(padded, [tap * size.dilation, 0, 0], [window, examples, channels]));
    const columns = tf.reshape(tf.concat(taps, 2), [rows, size.kernel * channels]);
    save([columns, weights]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedColumns, savedWeights] = saved;
      const dz = tf.reshape(dy, [rows, filters]);
      const dColumns = tf.reshape(matrixProduct(native, [dz, savedWeights], { right: true }), [window, examples, size.kernel * channels]);
      const parts: tf.Tensor[] = [];
      for (let tap = 0; tap < size.kernel; tap++) {
        const shift = (size.kernel - 1 - tap) * size.dilation;
        if (shift >= window) continue;
        const part = tf.slice(dColumns, [shift, 0, tap * channels], [window - shift, examples, channels]);
        parts.push(shift === 0 ? part : tf.concat([part, tf.zeros([shift, examples, channels])], 0));
      }
      return [tf.addN(parts), matrixProduct(native, [savedColumns, dz], { left: true }), sumOfRows(native, dz)];
    };
    return { value: tf.reshape(addToRows(native, matrixProduct(native, [columns, weights]), offset), [window, examples, filters]), gradFunc };
  });
  return operation(x, kernel, bias);
}
