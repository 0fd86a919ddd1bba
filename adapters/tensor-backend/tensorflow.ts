/**
 * The tensor backend of core/nn over TensorFlow's own C library: tfjs' Node kernels on an addon that lies outside
 * node_modules. On a CPU it computes in one thread: networks here are small, and sums then never depend on threads.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { PipelineError } from '../../pipeline/errors.js';
import { tensorflowAddonPath, tensorflowCudaAddonPath } from '../local-paths.js';
import type { Addon } from './node-backend.js';
import type { RegisterBackend } from './register-backend.js';

const BACKEND_NAME = 'tensorflow';
const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Read by TensorFlow when its context is made, so they are set before the addon is loaded. */
const ENVIRONMENT = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_DETERMINISTIC_OPS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
} as const;

/** tfjs-node-gpu's modules have no types for use from outside. */
type BackendClass = new (addon: Addon, packageName: string) => KernelBackend;

/** TensorFlow's context is made once a process, for one device. */
let opened: { readonly device: 'cpu' | 'gpu'; readonly addon: Addon } | null = null;

/**
 * Registers the backend `tensorflow`: on a CPU over the CPU library, on a GPU over the CUDA one.
 * @throws PipelineError UnsupportedDevice when the addon is not there or cannot be loaded, or no GPU is where one is asked for; DeviceLost
 * when this process computes on the other device already: TensorFlow's libraries can be loaded once.
 */
export const registerTensorflow: RegisterBackend = async ({ device, addonPath }) => {
  if (opened !== null && opened.device !== device)
    throw new PipelineError('DeviceLost', `expected TensorFlow on ${device}, found it open on ${opened.device} in this process; a worker serves one device`);
  if (opened === null) {
    const path = addonPath ?? (device === 'gpu' ? tensorflowCudaAddonPath() : tensorflowAddonPath());
    const require = createRequire(import.meta.url);
    setEnvironment(device);
    restoreRemovedNodeFunctions(require('node:util') as Record<string, unknown>);
    const addon = loadAddon(require, path, device);
    if (device === 'gpu' && !addon.isUsingGpuDevice())
      throw new PipelineError('UnsupportedDevice', `expected a GPU for device gpu, found none that TensorFlow ${addon.TF_Version} can use`);
    if (tf.findBackendFactory(BACKEND_NAME) === null) {
      require(`${PACKAGE}/dist/register_all_kernels.js`);
      const { NodeJSKernelBackend } = require(`${PACKAGE}/dist/nodejs_kernel_backend.js`) as { NodeJSKernelBackend: BackendClass };
      tf.registerBackend(BACKEND_NAME, () => new NodeJSKernelBackend(addon, PACKAGE));
    }
    opened = { device, addon };
  }
  return { version: `tensorflow ${opened.addon.TF_Version}${device === 'gpu' ? ' with CUDA' : ''}` };
};

function setEnvironment(device: 'cpu' | 'gpu'): void {
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] = value;
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
  // Else the first process takes all of the card's memory.
  else process.env['TF_FORCE_GPU_ALLOW_GROWTH'] = 'true';
}

/** tfjs-node-gpu 4.22 calls two functions that Node 23 removed from node:util. */
function restoreRemovedNodeFunctions(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

function loadAddon(require: NodeJS.Require, path: string, device: 'cpu' | 'gpu'): Addon {
  if (!existsSync(path)) {
    const how = device === 'gpu' ? 'npm start -- --gpu builds it, ARES_TFJS_CUDA_ADDON' : 'npm start builds it, ARES_TFJS_ADDON';
    throw new PipelineError('UnsupportedDevice', `expected the TensorFlow addon for device ${device} at ${path}; ${how} names another`);
  }
  try {
    return require(path) as Addon;
  } catch (cause) {
    throw new PipelineError(
      'UnsupportedDevice',
      `the TensorFlow addon at ${path} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
