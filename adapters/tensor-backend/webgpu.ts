/**
 * tfjs' WebGPU kernels over Dawn (package webgpu): a GPU of any vendor through Vulkan. A software device such as SwiftShader is no GPU:
 * it is taken only where ARES_WEBGPU_SOFTWARE=1 says so.
 */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { PipelineError } from '../../pipeline/errors.js';
import type { RegisterBackend } from './register-backend.js';

const BACKEND_NAME = 'webgpu';
/** What Dawn offers here beyond the least that the standard asks for; tfjs' kernels need them. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** What is used of WebGPU; its types belong to browsers. */
interface Adapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string; readonly isFallbackAdapter?: boolean };
  readonly limits: Readonly<Record<(typeof LIMITS)[number], number>>;
  requestDevice(descriptor: object): Promise<Device>;
}
interface Device {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
}
interface Gpu {
  requestAdapter(options: object): Promise<Adapter | null>;
}
interface Dawn {
  readonly globals: object;
  create(options: readonly string[]): Gpu;
}
interface WebgpuPackage {
  readonly WebGPUBackend: new (device: Device, info: Adapter['info']) => KernelBackend;
}
/** A WebGPU device of this machine. */
export interface WebgpuDevice {
  readonly name: string;
  /** True for a renderer in software, such as SwiftShader or lavapipe. */
  readonly isSoftware: boolean;
}

let opened: { readonly version: string } | null = null;

/** Registers the backend `webgpu`. @throws PipelineError UnsupportedDevice without a GPU that Dawn can use */
export const registerWebgpu: RegisterBackend = async () => {
  if (opened !== null) return opened;
  const require = createRequire(import.meta.url);
  const { gpu, version } = await openDawn();
  const adapter = await findAdapter(gpu);
  if (adapter === null)
    throw new PipelineError('UnsupportedDevice', 'expected a GPU for backend webgpu, found none that Vulkan knows (libvulkan.so.1 and a driver)');
  const { name, isSoftware } = deviceOf(adapter);
  if (isSoftware && process.env['ARES_WEBGPU_SOFTWARE'] !== '1')
    throw new PipelineError(
      'UnsupportedDevice',
      `expected a GPU for backend webgpu, found ${name}, which computes in software; ARES_WEBGPU_SOFTWARE=1 takes it`,
    );
  const device = await adapter.requestDevice({ requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])) });
  const { WebGPUBackend } = require('@tensorflow/tfjs-backend-webgpu') as WebgpuPackage;
  if (tf.findBackendFactory(BACKEND_NAME) === null) tf.registerBackend(BACKEND_NAME, () => new WebGPUBackend(device, adapter.info));
  opened = { version: `webgpu ${version} on ${name}${isSoftware ? ' (software)' : ''}` };
  return opened;
};

/** The device that the backend `webgpu` would compute on; null where there is none. Takes tens of milliseconds. */
export async function describeWebgpu(): Promise<WebgpuDevice | null> {
  const adapter = await findAdapter((await openDawn()).gpu);
  return adapter === null ? null : deviceOf(adapter);
}

async function openDawn(): Promise<{ gpu: Gpu; version: string }> {
  const dawn = (await import('webgpu')) as unknown as Dawn;
  const { version } = createRequire(import.meta.url)('webgpu/package.json') as { version: string };
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(['backend=vulkan']);
  // tfjs looks for navigator.gpu; Node has a navigator since 21.
  const { navigator } = globalThis as { navigator?: object };
  if (navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  else Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  return { gpu, version };
}

async function findAdapter(gpu: Gpu): Promise<Adapter | null> {
  return gpu.requestAdapter({ powerPreference: 'high-performance' });
}

function deviceOf({ info }: Adapter): WebgpuDevice {
  const name = [info.vendor, info.architecture, info.description].filter((part) => part !== '').join(' ');
  return { name, isSoftware: info.isFallbackAdapter === true };
}
