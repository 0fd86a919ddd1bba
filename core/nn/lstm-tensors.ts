/** The LSTM on tensors: TensorFlow's BlockLSTMV2 and its gradient where there is TensorFlow, else composed step by step. */
import * as tf from '@tensorflow/tfjs-core';
import type { NativeOps } from './native-ops.js';
import type { LstmWeights } from './network-ops.js';
import { GATE_SHUT } from './network-ops.js';

/** Rows of the sequences, and the marks of absent positions. */
interface FedSequence {
  readonly x: tf.Tensor;
  readonly absent: tf.Tensor | null;
}

type Weights = LstmWeights<tf.Tensor>;

const ATTRIBUTES = { cell_clip: 0, use_peephole: false };

/** Hidden states [time x examples x units], by the fused operation. */
export function fusedLstm(native: NativeOps, { x, absent }: FedSequence, { kernel, recurrent, bias }: Weights): tf.Tensor {
  const [time, examples, features] = x.shape;
  const units = recurrent.shape[0];
  const steps = { int64: time };
  const operation = tf.customGrad((...all) => {
    const [input, inputKernel, stateKernel, gateBias, save] = all as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const fed = absent === null ? input : tf.concat([input, absent], 2);
    const weights = tf.concat(absent === null ? [inputKernel, stateKernel] : [inputKernel, shutInput(units), stateKernel], 0);
    const [zeros, peephole] = [tf.zeros([examples, units]), tf.zeros([units])];
    const inputs = [steps, fed, zeros, zeros, weights, peephole, peephole, peephole, gateBias];
    const outputs = native.run({ name: 'BlockLSTMV2', inputs, outputs: 7, attributes: ATTRIBUTES });
    save([fed, weights, gateBias, zeros, peephole, ...outputs]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [savedInput, savedWeights, savedBias, none, noPeephole, ...values] = saved;
      const gradients = native.run({
        name: 'BlockLSTMGradV2',
        inputs: [
          ...[steps, savedInput, none, none, savedWeights, noPeephole, noPeephole, noPeephole, savedBias],
          ...values,
          tf.zeros([time, examples, units]),
          dy,
        ],
        outputs: 8,
        attributes: { use_peephole: false },
      });
      const [dx, dWeights, dBias] = [gradients[0], gradients[3], gradients[7]];
      const width = savedInput.shape[2] as number;
      return [
        absent === null ? dx : tf.slice(dx, [0, 0, 0], [time, examples, features]),
        tf.slice(dWeights, [0, 0], [features, 4 * units]),
        tf.slice(dWeights, [width, 0], [units, 4 * units]),
        dBias,
      ];
    };
    return { value: outputs[6], gradFunc };
  });
  return operation(x, kernel, recurrent, bias);
}

/** The same values, each step composed of tfjs operations. */
export function composedLstm(x: tf.Tensor, absent: tf.Tensor | null, { kernel, recurrent, bias }: Weights): tf.Tensor {
  const [time, examples, features] = x.shape;
  const units = recurrent.shape[0];
  const flat = tf.add(tf.matMul(tf.reshape(x, [time * examples, features]), kernel as tf.Tensor2D), bias);
  const shut = absent === null ? flat : tf.add(flat, tf.matMul(tf.reshape(absent, [time * examples, 1]), shutInput(units)));
  const inputs = tf.unstack(tf.reshape(shut, [time, examples, 4 * units]));
  let hidden: tf.Tensor = tf.zeros([examples, units]);
  let cells: tf.Tensor = hidden;
  const states = inputs.map((input) => {
    const [i, f, c, o] = tf.split(tf.add(input, tf.matMul(hidden as tf.Tensor2D, recurrent as tf.Tensor2D)), 4, 1);
    cells = tf.add(tf.mul(tf.sigmoid(f), cells), tf.mul(tf.sigmoid(i), tf.tanh(c)));
    hidden = tf.mul(tf.sigmoid(o), tf.tanh(cells));
    return hidden;
  });
  return tf.stack(states);
}

/** Weights of the mark of an absent position: its input gate is shut, so zero states stay zero. */
function shutInput(units: number): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: 4 * units }, (_, j) => (j < units ? -GATE_SHUT : 0)),
    [1, 4 * units],
  );
}
