import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowAddonPath } from '../../../adapters/local-paths.js';
import { openTensorBackend } from '../../../adapters/tensor-backend/index.js';

const skip = existsSync(tensorflowAddonPath()) ? false : 'the TensorFlow addon is not built: npm start';

test('a missing addon is an UnsupportedDevice that says how to get it', async () => {
  await assert.rejects(openTensorBackend({ addonPath: '/nonexistent/tfjs_binding.node' }), { name: 'UnsupportedDevice', message: /ARES_TFJS_ADDON/ });
});

test('a missing addon over CUDA says the command that builds it', async () => {
  await assert.rejects(openTensorBackend({ device: 'gpu', addonPath: '/nonexistent/tfjs_binding.node' }), {
    name: 'UnsupportedDevice',
    message: /npm start -- --gpu/,
  });
});

test('a file that is no addon is an UnsupportedDevice with the cause', async () => {
  await assert.rejects(openTensorBackend({ addonPath: new URL(import.meta.url).pathname.replace(/\.js$/, '.js.map') }), {
    name: 'UnsupportedDevice',
    message: /cannot be loaded/,
  });
});

test('the backend tensorflow is selected, names its versions, and a second opening is the same one', { skip }, async () => {
  const backend = await openTensorBackend();
  const registered = tf.backend();
  assert.deepEqual([backend.name, backend.device, tf.getBackend()], ['tensorflow', 'cpu', 'tensorflow']);
  assert.match(backend.version, /^tensorflow 2\.\d+\.\d+, tfjs 4\.22\.0$/);
  assert.deepEqual(await openTensorBackend(), backend);
  assert.equal(tf.backend(), registered);
});

test('gpu where TensorFlow has none is an UnsupportedDevice', { skip }, async (t) => {
  const { createRequire } = await import('node:module');
  const addon = createRequire(import.meta.url)(tensorflowAddonPath()) as { isUsingGpuDevice(): boolean };
  if (addon.isUsingGpuDevice()) return t.skip('this machine has a GPU that TensorFlow uses');
  // A process has TensorFlow on one device; another one is asked here.
  const script = `import { openTensorBackend } from '${new URL('../../../adapters/tensor-backend/index.js', import.meta.url).href}';
    await openTensorBackend({ device: 'gpu', addonPath: ${JSON.stringify(tensorflowAddonPath())} });`;
  await assert.rejects(promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]), /UnsupportedDevice: expected a GPU/);
  await openTensorBackend();
  await assert.rejects(openTensorBackend({ device: 'gpu' }), { name: 'DeviceLost', message: /found it open on cpu in this process/ });
});

test('matrix product by hand, and its gradient', { skip }, async () => {
  await openTensorBackend();
  const [product, gradient] = tf.tidy(() => {
    const a = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const b = tf.tensor2d([5, 6, 7, 8], [2, 2]);
    return [
      Array.from(tf.matMul(a, b).dataSync()),
      Array.from(
        tf
          .grad((x) => tf.sum(tf.matMul(x as tf.Tensor2D, b)))(a)
          .dataSync(),
      ),
    ] as unknown as tf.Tensor[];
  }) as unknown as number[][];
  assert.deepEqual(
    [product, gradient],
    [
      [19, 22, 43, 50],
      [11, 15, 11, 15],
    ],
  );
});
