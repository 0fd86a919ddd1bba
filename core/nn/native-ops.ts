/**
 * TensorFlow's own operations, where the tfjs backend in use is TensorFlow: fused forward and backward passes that tfjs has no
 * kernels for. Null elsewhere: callers then compose the same values from tfjs operations.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Values of the attributes that an operation has besides its type of numbers. */
export type NativeAttributes = Readonly<Record<string, boolean | number>>;

export interface NativeCall {
  readonly name: string;
  readonly inputs: readonly (tf.Tensor | Int64)[];
  readonly outputs: number;
  readonly attributes?: NativeAttributes;
}

export interface NativeOps {
  /** Outputs of one operation on single-precision tensors; tf.tidy frees them as any tensor. */
  run(call: NativeCall): tf.Tensor[];
}

/** A whole number where the operation wants one of 64 bits. */
export interface Int64 {
  readonly int64: number;
}

/** What is used of tfjs-node's backend, which has no types for use from outside. */
interface NodeBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_FLOAT: number;
    readonly TF_INT64: number;
    createTensor(shape: readonly number[], type: number, values: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: readonly unknown[], inputs: readonly number[], outputs: number): readonly unknown[];
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(metadata: unknown): tf.Tensor;
}

const made = new WeakMap<object, NativeOps>();

/** Operations of the backend in use; null unless it is TensorFlow. */
export function nativeOps(): NativeOps | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend() as unknown as NodeBackend;
  const earlier = made.get(backend);
  if (earlier !== undefined) return earlier;
  const ops = makeNativeOps(backend);
  made.set(backend, ops);
  return ops;
}

function makeNativeOps(backend: NodeBackend): NativeOps {
  const handleOf = (input: tf.Tensor | Int64): number => {
    // Read at each call: while a graph is recorded, another binding stands there.
    const { binding } = backend;
    return 'int64' in input ? binding.createTensor([], binding.TF_INT64, Int32Array.of(input.int64, 0)) : backend.getInputTensorIds([input])[0];
  };
  return {
    run: ({ name, inputs, outputs, attributes = {} }) => {
      const { binding } = backend;
      const single = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
      const typed = Object.entries(attributes).map(([key, value]) => ({
        name: key,
        type: typeof value === 'boolean' ? binding.TF_ATTR_BOOL : binding.TF_ATTR_FLOAT,
        value,
      }));
      const handles = inputs.map(handleOf);
      const made = binding.executeOp(name, [single, ...typed], handles, outputs).map((metadata) => backend.createOutputTensor(metadata));
      inputs.forEach((input, i) => 'int64' in input && binding.deleteTensor(handles[i]));
      return made;
    },
  };
}
