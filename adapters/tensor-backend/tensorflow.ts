/**
 * The tensor backend of core/nn over TensorFlow's own C library: tfjs' Node kernels on an addon that lies outside
 * node_modules. On a CPU it computes in one thread: networks here are small, and sums then never depend on threads.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { TensorBackend } from '../../core/nn/tensor-backend.js';
import { PipelineError } from '../../pipeline/errors.js';
import { tensorflowAddonPath } from '../local-paths.js';

const BACKEND_NAME = 'tensorflow';
const PACKAGE = '@tensorflow/tfjs-node-gpu';

/** Read by TensorFlow when its context is made, so they are set before the addon is loaded. */
const ENVIRONMENT = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_DETERMINISTIC_OPS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
} as const;

export interface TensorBackendOptions {
  /** cpu (default) hides every GPU; gpu needs one. */
  readonly device?: 'cpu' | 'gpu';
  readonly addonPath?: string;
}

/** What is used of the addon and of tfjs-node-gpu's modules, which have no types for use from outside. */
interface Addon {
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}
type BackendClass = new (addon: Addon, packageName: string) => KernelBackend;

/**
 * The TensorFlow backend, registered with tfjs as `tensorflow` and selected; the first call takes about a second, later
 * ones return the same backend.
 * @throws PipelineError UnsupportedDevice when the addon is not there or cannot be loaded, or no GPU is where one is asked for.
 */
export async function openTensorBackend({ device = 'cpu', addonPath = tensorflowAddonPath() }: TensorBackendOptions = {}): Promise<TensorBackend> {
  const require = createRequire(import.meta.url);
  setEnvironment(device);
  restoreRemovedNodeFunctions(require('node:util') as Record<string, unknown>);
  const addon = loadAddon(require, addonPath);
  if (device === 'gpu' && !addon.isUsingGpuDevice()) {
    throw new PipelineError('UnsupportedDevice', `expected a GPU for device gpu, found none that TensorFlow ${addon.TF_Version} can use`);
  }
  if (tf.findBackend(BACKEND_NAME) === null) {
    require(`${PACKAGE}/dist/register_all_kernels.js`);
    const { NodeJSKernelBackend } = require(`${PACKAGE}/dist/nodejs_kernel_backend.js`) as { NodeJSKernelBackend: BackendClass };
    tf.registerBackend(BACKEND_NAME, () => new NodeJSKernelBackend(addon, PACKAGE));
  }
  await tf.setBackend(BACKEND_NAME);
  return { name: BACKEND_NAME, device, version: `tensorflow ${addon.TF_Version}, tfjs ${tf.version_core}` };
}

function setEnvironment(device: 'cpu' | 'gpu'): void {
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] = value;
  if (device === 'cpu') process.env['CUDA_VISIBLE_DEVICES'] = '-1';
}

/** tfjs-node-gpu 4.22 calls two functions that Node 23 removed from node:util. */
function restoreRemovedNodeFunctions(util: Record<string, unknown>): void {
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}

function loadAddon(require: NodeJS.Require, path: string): Addon {
  if (!existsSync(path)) {
    throw new PipelineError('UnsupportedDevice', `expected the TensorFlow addon at ${path}; npm start builds it, ARES_TFJS_ADDON names another`);
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
