/** The tensor backend that core/nn computes on; adapters/tensor-backend registers it with tfjs before handing it over. */
import type { Tensor } from '@tensorflow/tfjs-core';

export interface TensorBackend {
  /** tfjs backend name. webgpu has no synchronous reads: values are read by `await tensor.data()`. */
  readonly name: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /** Device class, part of the step key where numerics differ. */
  readonly device: 'cpu' | 'gpu';
  /** Library, its version and the device it computes on, for records. */
  readonly version: string;
  /** Peak of tensor memory that training sizes its batches for; absent = no limit. */
  readonly memoryLimitBytes?: number;
  /** Absent where computations run operation by operation alone. */
  readonly compile?: CompileTensors;
}

/** From tensors to tensors; all that changes from run to run is an input. */
export type TensorFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

/** A function on tensors, made ready to be run many times. */
export interface CompiledTensors {
  /** Outputs for inputs of the shapes that it was compiled for; the caller frees both. */
  run(inputs: readonly Tensor[]): Tensor[];
  /** Frees what was compiled. */
  dispose(): void;
}

/**
 * Runs the function once on the example inputs and keeps what it did as one graph. Numbers that it works out besides its inputs are
 * those of that one run ever after.
 */
export type CompileTensors = (compute: TensorFunction, example: readonly Tensor[]) => CompiledTensors;
