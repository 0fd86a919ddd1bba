/** The tensor backend that core/nn computes on; adapters/tensor-backend registers it with tfjs before handing it over. */

export interface TensorBackend {
  /** tfjs backend name: tensorflow, webgpu, wasm or cpu. */
  readonly name: string;
  /** Device class, part of the step key where numerics differ. */
  readonly device: 'cpu' | 'gpu';
  /** Library and version, for manifests. */
  readonly version: string;
}
