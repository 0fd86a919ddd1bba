/** tfjs' WebAssembly kernels: predictions where no native library runs. They lack the gradients of convolutions. */
import { createRequire } from 'node:module';
import type { RegisterBackend } from './register-backend.js';

interface WasmPackage {
  readonly version_wasm: string;
  setThreadsCount(count: number): void;
}

/** Registers the backend `wasm`, in one thread as all our networks. */
export const registerWasm: RegisterBackend = async () => {
  const require = createRequire(import.meta.url);
  const wasm = require('@tensorflow/tfjs-backend-wasm') as WasmPackage;
  wasm.setThreadsCount(1);
  return { version: `WebAssembly ${wasm.version_wasm}` };
};
