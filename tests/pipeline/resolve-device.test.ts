import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunSpec } from '../../pipeline/config.js';
import { deviceClass, resolveDevice } from '../../pipeline/resolve-device.js';

test('auto takes the GPU that workers offer, else the CPU', () => {
  assert.deepEqual(resolveDevice({ device: 'auto' }, null), { device: 'cpu' });
  assert.deepEqual(resolveDevice({ device: 'auto' }, 'cuda'), { device: 'gpu', backend: 'tensorflow', gpuMemoryLimitMiB: 8192 });
  assert.deepEqual(resolveDevice({ device: 'auto', gpuMemoryLimitMiB: 500 }, 'webgpu'), { device: 'gpu', backend: 'webgpu', gpuMemoryLimitMiB: 500 });
  assert.deepEqual(resolveDevice({ device: 'cpu' }, 'cuda'), { device: 'cpu' });
  assert.deepEqual(resolveDevice({ device: 'auto', backend: 'tensorflow' }, 'webgpu'), { device: 'cpu' });
  assert.deepEqual(resolveDevice({ device: 'auto', backend: 'cpu' }, 'cuda'), { device: 'cpu', backend: 'cpu' });
});

test('a device or backend that is not offered is an error that names what is', () => {
  const refused = (wish: Parameters<typeof resolveDevice>[0], offer: Parameters<typeof resolveDevice>[1], message: RegExp): void =>
    assert.throws(() => resolveDevice(wish, offer), { name: 'UnsupportedDevice', message });
  refused({ device: 'gpu' }, null, /asks for device "gpu", but no worker with a GPU is here/);
  refused({ device: 'gpu', backend: 'tensorflow' }, 'webgpu', /device "gpu" with backend "tensorflow", but the workers offer webgpu/);
  refused({ device: 'auto', backend: 'webgpu' }, 'cuda', /backend "webgpu", but the workers offer cuda/);
  refused({ device: 'auto', backend: 'wasm' }, 'cuda', /wasm only predicts/);
});

test('a backend that contradicts the device makes a spec invalid', () => {
  for (const spec of [
    { device: 'cpu', backend: 'webgpu' },
    { device: 'gpu', backend: 'cpu' },
    { device: 'gpu', backend: 'wasm' },
  ]) {
    const parsed = parseRunSpec(spec);
    assert.ok(!parsed.ok && /backend: backend webgpu computes on a gpu/.test(parsed.problems.join()), JSON.stringify(parsed));
  }
});

test('the device class of a step key tells CPU, CUDA, WebGPU and memory limits apart', () => {
  const classes = [
    deviceClass({ device: 'cpu' }),
    deviceClass({ device: 'cpu', backend: 'cpu' }),
    deviceClass({ device: 'gpu', backend: 'tensorflow', gpuMemoryLimitMiB: 8192 }),
    deviceClass({ device: 'gpu', backend: 'webgpu', gpuMemoryLimitMiB: 8192 }),
    deviceClass({ device: 'gpu', backend: 'webgpu', gpuMemoryLimitMiB: 4096 }),
  ];
  assert.deepEqual(classes, ['cpu', 'cpu/cpu', 'gpu, 8192 MiB', 'gpu/webgpu, 8192 MiB', 'gpu/webgpu, 4096 MiB']);
});
