/** One way to open any tensor backend. tfjs has one backend in use a process: the one opened last. */
import * as tf from '@tensorflow/tfjs-core';
import type { TensorBackend } from '../../core/nn/tensor-backend.js';
import { PipelineError } from '../../pipeline/errors.js';
import { compileGraph } from './compile-graph.js';
import { registerGradients } from './gradients.js';
import { registerPlain } from './plain.js';
import { registerTensorflow } from './tensorflow.js';
import { registerWasm } from './wasm.js';
import { registerWebgpu } from './webgpu.js';
import type { RegisterBackend } from './register-backend.js';

const MEBIBYTE = 2 ** 20;
/** Of the limit, what tensors may take: tfjs keeps freed WebGPU buffers, a size each, for the next tensor of that size. */
const TENSOR_SHARE = { tensorflow: 1, webgpu: 0.5, wasm: 1, cpu: 1 } as const;
/** Gradients of convolutions and of gathered rows: what training needs beside the forward kernels. */
const GRADIENT_KERNELS = ['Conv2DBackpropFilter', 'Conv2DBackpropInput', 'UnsortedSegmentSum'] as const;

export type TensorBackendName = TensorBackend['name'];

export interface TensorBackendOptions {
  /** cpu (default) hides every GPU; gpu needs one. */
  readonly device?: 'cpu' | 'gpu';
  /** tensorflow by default. webgpu goes with device gpu alone, wasm and cpu with device cpu alone. */
  readonly backend?: TensorBackendName;
  /** train (default) refuses a backend without the kernels that gradients need. */
  readonly purpose?: 'train' | 'predict';
  /** Peak of device memory that training sizes its batches for, MiB; absent = no limit. */
  readonly memoryLimitMiB?: number;
  /** Another TensorFlow addon than the one set up for the device. */
  readonly addonPath?: string;
}

const BACKENDS: Readonly<Record<TensorBackendName, { readonly devices: readonly ('cpu' | 'gpu')[]; readonly register: RegisterBackend }>> = {
  tensorflow: { devices: ['cpu', 'gpu'], register: registerTensorflow },
  webgpu: { devices: ['gpu'], register: registerWebgpu },
  wasm: { devices: ['cpu'], register: registerWasm },
  cpu: { devices: ['cpu'], register: registerPlain },
};

/**
 * The backend, registered with tfjs under its name and selected; the first call of a process takes up to a second.
 * @throws PipelineError UnsupportedDevice when its library or the GPU asked for is not there, when backend and device do not go together,
 * or when the backend is to train and cannot. Another device is never taken instead.
 */
export async function openTensorBackend(options: TensorBackendOptions = {}): Promise<TensorBackend> {
  const { device = 'cpu', backend = 'tensorflow', purpose = 'train', memoryLimitMiB, addonPath } = options;
  const { devices, register } = BACKENDS[backend];
  if (!devices.includes(device))
    throw new PipelineError('UnsupportedDevice', `expected device ${devices.join(' or ')} for backend ${backend}, found device ${device}`);
  const { version } = await register({ device, ...(addonPath === undefined ? {} : { addonPath }) });
  if (purpose === 'train') {
    checkTrains(backend);
    registerGradients();
  }
  if (!(await tf.setBackend(backend))) throw new PipelineError('UnsupportedDevice', `tfjs could not start its backend ${backend}; its warning above says why`);
  return {
    name: backend,
    device,
    version: `${version}, tfjs ${tf.version_core}`,
    // On a GPU a graph's inputs and outputs would pass through the host's memory at each run: nothing was measured there.
    ...(backend === 'tensorflow' && device === 'cpu' ? { compile: compileGraph } : {}),
    ...(memoryLimitMiB === undefined ? {} : { memoryLimitBytes: Math.floor(memoryLimitMiB * MEBIBYTE * TENSOR_SHARE[backend]) }),
  };
}

function checkTrains(backend: TensorBackendName): void {
  const missing = GRADIENT_KERNELS.filter((kernel) => tf.getKernel(kernel, backend) === undefined);
  if (missing.length === 0) return;
  throw new PipelineError(
    'UnsupportedDevice',
    `expected backend ${backend} to have the kernels that training needs, found none for ${missing.join(', ')}: it only predicts; train on tensorflow or webgpu`,
  );
}
