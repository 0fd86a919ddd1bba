/** Forward passes on tensors of the backend in use. */
import * as tf from '@tensorflow/tfjs-core';
import type { Network, NetworkOutput, NetworkSize } from './network.js';
import { entriesOf } from './network.js';
import type { SequenceBatch } from './sequence-batch.js';
import type { TensorOpsOptions } from './tensor-ops.js';
import { makeTensorOps } from './tensor-ops.js';

export interface BuiltNetwork {
  readonly network: Network;
  readonly size: NetworkSize;
}

/** Sequences as tensors; the caller frees them. */
export interface TensorBatch {
  readonly x: tf.Tensor3D;
  readonly absent: tf.Tensor3D | null;
}

/** Sequences as tensors of the backend in use. */
export function batchTensors({ x, absent }: SequenceBatch, { window, features }: NetworkSize): TensorBatch {
  const count = x.length / (window * features);
  return { x: tf.tensor3d(x, [window, count, features]), absent: absent === null ? null : tf.tensor3d(absent, [window, count, 1]) };
}

/** Outputs on tensors, of all parameters in one tensor. Called inside tf.tidy. */
export function forwardTensors(
  { network, size }: BuiltNetwork,
  flat: tf.Tensor1D,
  { batch, options }: { batch: TensorBatch; options: TensorOpsOptions },
): NetworkOutput<tf.Tensor> {
  const specs = network.parameters(size);
  const parts = tf.split(
    flat,
    specs.map(({ shape }) => entriesOf(shape)),
  );
  const byName = new Map(specs.map(({ name, shape }, i) => [name, tf.reshape(parts[i], [...shape])]));
  return network.forward(makeTensorOps(options), (name) => byName.get(name) as tf.Tensor, { ...batch, size });
}
