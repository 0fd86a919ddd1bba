/**
 * The GRU on tensors: TensorFlow's GRUBlockCell and its gradient where there is TensorFlow, the gradients of the weights in a few
 * large products over all steps; else composed step by step.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { NativeOps } from './native-ops.js';
import type { GruWeights } from './network-ops.js';
import { GATE_SHUT } from './network-ops.js';
import { matrixProduct } from './tensor-products.js';

/** Rows of the sequences, and the marks of absent positions. */
interface FedSequence {
  readonly x: tf.Tensor;
  readonly absent: tf.Tensor | null;
}

type Weights = GruWeights<tf.Tensor>;

interface Sizes {
  readonly time: number;
  readonly examples: number;
  /** Columns fed a step, the mark of absent positions among them. */
  readonly fed: number;
}

/** Hidden states [time x examples x units], by the fused cell. */
export function fusedGru(native: NativeOps, { x, absent }: FedSequence, weights: Weights): tf.Tensor {
  const [time, examples, features] = x.shape;
  const units = weights.candidateBias.shape[0];
  const sizes = { time, examples, fed: features + (absent === null ? 0 : 1) };
  const operation = tf.customGrad((...all) => {
    const [input, gates, gatesBias, candidate, candidateBias, save] = all as unknown as [
      ...[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor],
      tf.GradSaveFunc,
    ];
    const fed = absent === null ? input : tf.concat([input, absent], 2);
    const [shutGates, shutCandidate] = absent === null ? [gates, candidate] : [withMark(gates, features, units), withMark(candidate, features, null)];
    const steps: tf.Tensor[][] = [];
    let hidden: tf.Tensor = tf.zeros([examples, units]);
    const start = hidden;
    for (const step of tf.unstack(fed)) {
      const outputs = native.run({ name: 'GRUBlockCell', inputs: [step, hidden, shutGates, shutCandidate, gatesBias, candidateBias], outputs: 4 });
      steps.push([step, ...outputs]);
      hidden = outputs[3];
    }
    save([fed, shutGates, gatesBias, shutCandidate, candidateBias, start, ...steps.flat()]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [dx, ...rest] = gruGradients(native, sizes, { dy, saved });
      const withoutMark = (kernel: tf.Tensor): tf.Tensor =>
        absent === null
          ? kernel
          : tf.concat(
              [tf.slice(kernel, [0, 0], [features, kernel.shape[1] as number]), tf.slice(kernel, [features + 1, 0], [units, kernel.shape[1] as number])],
              0,
            );
      return [absent === null ? dx : tf.slice(dx, [0, 0, 0], [time, examples, features]), withoutMark(rest[0]), rest[1], withoutMark(rest[2]), rest[3]];
    };
    return { value: tf.stack(steps.map((step) => step[4])), gradFunc };
  });
  return operation(x, weights.gates, weights.gatesBias, weights.candidate, weights.candidateBias);
}

/** Gradients of the fed rows, gates, their bias, candidate and its bias. */
function gruGradients(native: NativeOps, { time, examples, fed }: Sizes, { dy, saved }: { dy: tf.Tensor; saved: tf.Tensor[] }): tf.Tensor[] {
  const [fedRows, gates, gatesBias, candidate, candidateBias, start, ...values] = saved;
  const dys = tf.unstack(dy);
  const dxs: tf.Tensor[] = [];
  const dGates: tf.Tensor[] = [];
  const dCandidates: tf.Tensor[] = [];
  const previous: tf.Tensor[] = [];
  const resets: tf.Tensor[] = [];
  let carried: tf.Tensor | null = null;
  for (let t = time - 1; t >= 0; t--) {
    const [step, r, u, c] = values.slice(5 * t, 5 * t + 4);
    const before = t === 0 ? start : values[5 * t - 1];
    const dh: tf.Tensor = carried === null ? dys[t] : tf.add(dys[t], carried);
    const inputs = [step, before, gates, candidate, gatesBias, candidateBias, r, u, c, dh];
    const [dx, dBefore, dCandidate, dGate] = native.run({ name: 'GRUBlockCellGrad', inputs, outputs: 4 });
    carried = dBefore;
    dxs[t] = dx;
    dGates[t] = dGate;
    dCandidates[t] = dCandidate;
    previous[t] = before;
    resets[t] = r;
  }
  const rows = time * examples;
  const [allFed, before, reset] = [tf.reshape(fedRows, [rows, fed]), tf.concat(previous, 0), tf.concat(resets, 0)];
  const [dGate, dCandidate] = [tf.concat(dGates, 0), tf.concat(dCandidates, 0)];
  const product = (left: tf.Tensor, right: tf.Tensor): tf.Tensor => matrixProduct(native, [tf.concat([allFed, left], 1), right], { left: true });
  return [tf.stack(dxs), product(before, dGate), tf.sum(dGate, 0), product(tf.mul(before, reset), dCandidate), tf.sum(dCandidate, 0)].map((gradient, i) =>
    i === 0 ? tf.reshape(gradient, [time, examples, fed]) : tf.reshape(gradient, saved[i].shape as [number]),
  );
}

/** The same values, each step composed of tfjs operations. */
export function composedGru(x: tf.Tensor, absent: tf.Tensor | null, weights: Weights): tf.Tensor {
  const [, examples, features] = x.shape;
  const units = weights.candidateBias.shape[0];
  const fed = absent === null ? x : tf.concat([x, absent], 2);
  const gates = absent === null ? weights.gates : withMark(weights.gates, features, units);
  const candidate = absent === null ? weights.candidate : withMark(weights.candidate, features, null);
  let hidden: tf.Tensor = tf.zeros([examples, units]);
  const states = tf.unstack(fed).map((step) => {
    const both = tf.concat([step, hidden], 1) as tf.Tensor2D;
    const [r, u] = tf.split(tf.sigmoid(tf.add(tf.matMul(both, gates as tf.Tensor2D), weights.gatesBias)), 2, 1);
    const reset = tf.concat([step, tf.mul(r, hidden)], 1) as tf.Tensor2D;
    const c = tf.tanh(tf.add(tf.matMul(reset, candidate as tf.Tensor2D), weights.candidateBias));
    hidden = tf.add(tf.mul(u, hidden), tf.mul(tf.sub(1, u), c));
    return hidden;
  });
  return tf.stack(states);
}

/** A kernel with the weights of the mark of an absent position between inputs and states: GATE_SHUT on the columns from `open` on (null = none), so that zero states stay zero. */
function withMark(kernel: tf.Tensor, features: number, open: number | null): tf.Tensor {
  const [rows, columns] = kernel.shape as [number, number];
  const mark = Float32Array.from({ length: columns }, (_, j) => (open !== null && j >= open ? GATE_SHUT : 0));
  return tf.concat(
    [tf.slice(kernel, [0, 0], [features, columns]), tf.tensor2d(mark, [1, columns]), tf.slice(kernel, [features, 0], [rows - features, columns])],
    0,
  );
}
