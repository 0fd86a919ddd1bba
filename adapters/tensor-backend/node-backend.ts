/** What is used of tfjs-node's backend and its addon, which have no types for use from outside. */
import type { Tensor } from '@tensorflow/tfjs-core';

/** A tensor of the addon, by its number. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: readonly number[];
  /** TensorFlow's number of the type. */
  readonly dtype: number;
}

export interface OperationAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array;

export interface Addon {
  readonly TF_Version: string;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  isUsingGpuDevice(): boolean;
  createTensor(shape: readonly number[], type: number, values: TensorValues): number;
  tensorDataSync(id: number): unknown;
  executeOp(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputs: number): readonly TensorMetadata[];
  loadSavedModel(folder: string, tags: string): number;
  /** Names are `NODE:OUTPUT`, joined by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): readonly TensorMetadata[];
  deleteSavedModel(id: number): void;
  getNumOfSavedModels(): number;
}

export interface NodeBackend {
  binding: Addon;
  readonly tensorMap: { get(dataId: object): TensorMetadata };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
}
