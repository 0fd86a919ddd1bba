/** Which device and tensor backend a run computes networks on: the spec's wish against what the workers offer, settled once, in the plan. */
import type { RunSpec } from './config.js';
import { PipelineError } from './errors.js';
import type { RunPlan } from './plan.js';

/** GPU that workers offer: NVIDIA's by TensorFlow over CUDA, or one of any vendor by WebGPU; null = none. */
export type GpuOffer = 'cuda' | 'webgpu' | null;

/** The inventory's 8 GB. */
const DEFAULT_GPU_MEMORY_MIB = 8192;

type DeviceSettings = Pick<RunPlan['settings'], 'device' | 'backend' | 'gpuMemoryLimitMiB'>;

/**
 * The settings for a wish: `auto` takes the GPU that is offered, else the CPU.
 * @throws PipelineError UnsupportedDevice when the device or backend asked for is not offered (another is never taken instead), or only predicts.
 */
export function resolveDevice(
  wish: Pick<RunSpec, 'backend' | 'gpuMemoryLimitMiB'> & { readonly device: 'auto' | 'cpu' | 'gpu' },
  offer: GpuOffer,
): DeviceSettings {
  const { device, backend } = wish;
  if (backend === 'wasm')
    throw new PipelineError('UnsupportedDevice', 'backend: wasm only predicts (it has no gradients of convolutions), and a run trains; use "tensorflow"');
  if (backend === 'cpu') return { device: 'cpu', backend };
  const offered = offer === null ? null : offer === 'cuda' ? 'tensorflow' : 'webgpu';
  if (device !== 'cpu' && offered !== null && (backend === undefined || backend === offered))
    return { device: 'gpu', backend: offered, gpuMemoryLimitMiB: wish.gpuMemoryLimitMiB ?? DEFAULT_GPU_MEMORY_MIB };
  if (device === 'gpu' || backend === 'webgpu') {
    const asked = [...(device === 'gpu' ? ['device "gpu"'] : []), ...(backend === undefined ? [] : [`backend "${backend}"`])].join(' with ');
    const found = offer === null ? 'no worker with a GPU is here' : `the workers offer ${offer}`;
    throw new PipelineError('UnsupportedDevice', `device: the spec asks for ${asked}, but ${found}; use "cpu" or "auto"`);
  }
  return { device: 'cpu' };
}

/** What of the device changes a number, in words: cpu and gpu (TensorFlow) or with the backend's name; on a GPU also the memory that batches fit into. */
export function deviceClass({ device, backend = 'tensorflow', gpuMemoryLimitMiB }: DeviceSettings): string {
  const name = backend === 'tensorflow' ? device : `${device}/${backend}`;
  return gpuMemoryLimitMiB === undefined ? name : `${name}, ${gpuMemoryLimitMiB} MiB`;
}
