/** The tensor backend that core/nn computes on; adapters/tensor-backend registers it with tfjs before handing it over. */

export interface TensorBackend {
  /** tfjs backend name. webgpu has no synchronous reads: values are read by `await tensor.data()`. */
  readonly name: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /** Device class, part of the step key where numerics differ. */
  readonly device: 'cpu' | 'gpu';
  /** Library, its version and the device it computes on, for records. */
  readonly version: string;
  /** Peak of tensor memory that training sizes its batches for; absent = no limit. */
  readonly memoryLimitBytes?: number;
}
