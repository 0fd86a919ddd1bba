/** The tensor backend over TensorFlow's C library. */
export { openTensorBackend } from './tensorflow.js';
export type { TensorBackendOptions } from './tensorflow.js';
