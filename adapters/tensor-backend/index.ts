/** The tensor backends that networks are trained on: TensorFlow's C library (CPU, CUDA), WebGPU, WebAssembly, plain JavaScript. */
export { openTensorBackend } from './open-tensor-backend.js';
export type { TensorBackendName, TensorBackendOptions } from './open-tensor-backend.js';
export { describeWebgpu } from './webgpu.js';
export type { WebgpuDevice } from './webgpu.js';
